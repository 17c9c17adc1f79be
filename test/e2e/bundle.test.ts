import { expect } from "vitest"
import type { Lab } from "./harness/lab.ts"
import { labTest } from "./harness/lab-test.ts"
import { planned } from "./harness/planned.ts"

// Bundles of podman that run: one that is a container alone, and one with a resource in it, which pacemaker has its remote daemon start there.

const test = labTest({ nodes: 1, prepared: true, responder: false }, async (lab) => {
  await lab.node("controller1").must(PODMAN)
  await lab.inventory(withBundles(lab, "1"))
})

test("up has both run, and a second one finds nothing to do", async ({ lab, must }) => {
  await must("up", "--yes")
  expect(await containers(lab)).toEqual(["box-podman-0 localhost/lab:1", "plain-podman-0 localhost/lab:1"])
  const node = lab.node("controller1")
  const seen = await node.must("crm_mon -1 --output-as=xml")
  expect(seen).toMatch(/<node name="box-0" [^>]*online="true"[^>]* type="remote"/)
  expect(await node.must("crm_resource --locate --resource inside 2>&1")).toContain("is running on: box-0")
  expect(await planned(lab)).toMatchObject({ code: 0, drift: [], refusals: [] })
  const { stdout } = await must("verify")
  expect(stdout).toContain("checks passed, none failed")
})

test("another image restarts that bundle, as plan says it, and leaves the other one alone", async ({ lab, must }) => {
  const node = lab.node("controller1")
  const started = async () => await node.must("podman inspect --format '{{.State.StartedAt}}' box-podman-0")
  const before = await started()
  await lab.inventory(withBundles(lab, "2"))
  const { risk, drift } = await planned(lab)
  expect({ risk, drift }).toEqual({ risk: "restart", drift: [expect.stringContaining("bundle plain")] })
  await must("up", "--yes")
  expect(await containers(lab)).toEqual(["box-podman-0 localhost/lab:1", "plain-podman-0 localhost/lab:2"])
  expect(await started()).toBe(before)
  expect(await planned(lab)).toMatchObject({ code: 0, drift: [] })
})

test("what the inventory names no more is stopped and gone", async ({ lab, must }) => {
  await lab.inventory({ haproxy: null })
  await must("up", "--yes")
  expect(await containers(lab)).toEqual([])
  expect(await lab.node("controller1").must("cibadmin -Q --scope resources")).not.toContain("bundle")
  expect(await planned(lab)).toMatchObject({ code: 0, drift: [] })
})

function withBundles({ vip }: Lab, version: string) {
  const storage = [{ source: "/usr", target: "/usr", options: "ro" }]
  return {
    haproxy: null,
    pacemaker: {
      bundles: {
        plain: {
          podman: { image: `localhost/lab:${version}`, network: "host", runCommand: "/bin/sleep infinity" },
          storage,
        },
        // Not the host's network: pacemaker's sockets have no files, and would meet those of the host.
        box: {
          podman: { image: "localhost/lab:1", runCommand: "/opt/pacemaker-remoted" },
          network: { ipRangeStart: vip.replace(/\d+$/, "150"), hostNetmask: 24 },
          storage,
        },
      },
      resources: { inside: { agent: "ocf:pacemaker:Dummy", bundle: "box" } },
    },
  }
}

async function containers(lab: Lab): Promise<readonly string[]> {
  const listed = await lab.node("controller1").must("podman ps --format '{{.Names}} {{.Image}}'")
  return listed.split("\n").filter(Boolean).sort()
}

/**
 * Podman as it runs in a container, and two images that have pacemaker's remote daemon and all else from the node's own /usr. The package of
 * that daemon takes the place of pacemaker's, so that it is unpacked beside it.
 */
const PODMAN = `set -e
printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d; chmod +x /usr/sbin/policy-rc.d
export DEBIAN_FRONTEND=noninteractive
{ apt-get update -q && apt-get install -qy --no-install-recommends podman runc containernetworking-plugins; } >/root/apt 2>&1 || { cat /root/apt; exit 1; }
rm /usr/sbin/policy-rc.d
mkdir -p /etc/containers
printf '[engine]\\nruntime = "runc"\\ncgroup_manager = "cgroupfs"\\nevents_logger = "file"\\n' >/etc/containers/containers.conf
printf '[storage]\\ndriver = "vfs"\\nrunroot = "/run/containers/storage"\\ngraphroot = "/var/lib/containers/storage"\\n' >/etc/containers/storage.conf
mkdir -p /root/image && cd /root/image
for at in bin sbin lib lib64; do ln -s usr/$at $at; done
mkdir -p usr opt etc/pacemaker var/lib/pacemaker/cores var/log/pacemaker run tmp dev proc sys
chmod 1777 tmp; ln -s /run var/run
cp -a /etc/passwd /etc/group /etc/nsswitch.conf etc/
cd /root && { apt-get download -q pacemaker-remote && dpkg-deb -x pacemaker-remote_*.deb remote; } >/root/apt 2>&1 || { cat /root/apt; exit 1; }
cp remote/usr/sbin/pacemaker-remoted image/opt/
for version in 1 2; do tar -C image -c . | podman import --quiet - localhost/lab:$version; done`
