import { copyFile, mkdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { expect } from "vitest"
import { ended } from "./harness/ended.ts"
import { labTest } from "./harness/lab-test.ts"
import { everywhere, holders } from "./harness/observe.ts"
import { ask } from "./harness/prober.ts"

// crmsh in place of pcs, from founding to a changed resource. No node logs in to another: none of them has a key for that.

const test = labTest({ prepared: true }, async (lab) => {
  // Nothing may fall back on it.
  for (const node of lab.nodes) await node.must("systemctl disable --now --quiet pcsd; chmod 0 /usr/sbin/pcs")
  // One that has still to be given the package.
  await lab.nodes[1]!.must("dpkg --purge crmsh")
  await lab.inventory({ pacemaker: { shell: "crmsh" } })
  await ended(lab.haops(["up", "--yes"]))
})

test("the cluster runs, encrypted by one key, with the VIP on one node and answering", async ({ lab }) => {
  expect.soft(await holders(lab.nodes, lab.vip)).toHaveLength(1)
  expect.soft(await ask(`http://${lab.vip}:8080/`, 2000)).toMatchObject({ ok: true })
  const keys = await everywhere(lab.nodes, "stat -c '%a %U' /etc/corosync/authkey; sha256sum /etc/corosync/authkey")
  expect.soft(new Set(Object.values(keys)).size).toBe(1)
  expect.soft(Object.values(keys)[0]).toMatch(/^400 root\n/)
  expect.soft(await lab.nodes[0]!.must("corosync-cmapctl totem.crypto_cipher")).toContain("aes256")
  expect.soft((await lab.nodes[0]!.exec("pcs status")).code).not.toBe(0)
})

test("a second run does nothing", async ({ haops }) => {
  const { code, stdout } = await haops("up")
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining("Nothing to do: 3 hosts") })
})

test("a changed resource and a lost constraint are planned and repaired", async ({ lab, haops, must }) => {
  await lab.nodes[1]!.must(
    "crm configure delete colocation-vip-lb-haproxy-clone-INFINITY && crm resource param vip set cidr_netmask 32",
  )
  const plan = await haops("plan")
  expect(plan.code, plan.stdout).toBe(2)
  expect(plan.stdout).toContain("cidr_netmask")
  await must("up", "--yes")
  expect((await haops("plan")).code).toBe(0)
})

test("a node stands by and comes back", async ({ lab, must }) => {
  const [holder = ""] = await holders(lab.nodes, lab.vip)
  await must("standby", holder)
  expect(await holders(lab.nodes, lab.vip)).not.toContain(holder)
  await must("unstandby", holder)
})

test("what runs is taken in from one address, and by that inventory there is nothing to do", async ({
  lab,
  haops,
  must,
}) => {
  const file = (name: string) => join(lab.directory, name)
  const login = ["--user", "root", "--identity", "id_ed25519", "--known-hosts", "known_hosts"]
  const adopted = await haops("adopt", "--host", lab.nodes[1]!.address, ...login, "-o", "adopted.yaml")
  expect(adopted).toMatchObject({ code: 0, stdout: "", stderr: "" })
  const text = await readFile(file("adopted.yaml"), "utf8")
  expect(text).toContain(`vip: ${lab.vip}/24`)
  expect(text).not.toContain(lab.password)
  await mkdir(file("secrets"))
  await copyFile(file("hacluster"), file("secrets/hacluster"))
  const { code, stdout } = await haops("plan", "-i", "adopted.yaml")
  expect({ code, stdout }, text).toMatchObject({ code: 0, stdout: expect.stringContaining("Nothing to do: 3 hosts") })
  const configuration = async () =>
    await lab.nodes[0]!.must(
      "cibadmin -Q --scope configuration; sha256sum /etc/corosync/corosync.conf /etc/haproxy/haproxy.cfg",
    )
  const before = await configuration()
  await must("up", "--yes", "-i", "adopted.yaml")
  expect(await configuration()).toBe(before)
})
