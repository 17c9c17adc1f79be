import { writeFile } from "node:fs/promises"
import { hostname, userInfo } from "node:os"
import { join } from "node:path"
import { expect } from "vitest"
import { stringify } from "yaml"
import { ANEW } from "./harness/anew.ts"
import { ended } from "./harness/ended.ts"
import type { Haops, HaopsResult } from "./harness/haops.ts"
import type { Lab } from "./harness/lab.ts"
import { labTest } from "./harness/lab-test.ts"
import { everywhere, holders, onlineNodes, property, runningOn } from "./harness/observe.ts"
import { planned } from "./harness/planned.ts"
import { ask } from "./harness/prober.ts"
import { watchSecrets } from "./harness/secret-watcher.ts"
import { THREE } from "./harness/three.ts"
import { until } from "./harness/until.ts"

// Runs that end early, wherever they are, and runs that meet. What they leave is what the next run begins with.

interface Event {
  type: string
  stage?: string
  action?: string
}

const test = labTest({ prepared: true }, async (lab) => await lab.inventory())

test("where a member cannot be reached no cluster is founded without it", async ({ lab, haops }) => {
  await lab.node("controller3").must("systemctl stop ssh")
  await ended(haops("up", "--yes"), 3)
  for (const node of lab.nodes.slice(0, 2)) {
    expect(await node.must("grep -s 'cluster_name: lab' /etc/corosync/corosync.conf || echo none")).toBe("none\n")
    expect(await node.must("sysctl -n net.ipv4.ip_nonlocal_bind")).toBe("1\n")
  }
  await lab.node("controller3").must("systemctl start ssh")
})

interface Death {
  /** For the name of the test. */
  at: string
  /** The event at which the run is killed. */
  is(event: Event): boolean
  /** Something has to be done for that event to come. */
  needsDamage?: boolean
}

/** In the order of one run: each is a place to die, and the next run gets past it to die at the next. */
const DEATHS: readonly Death[] = [
  ...["preflight", "hosts", "packages", "prepare"].flatMap(boundaries),
  ...boundaries("cluster").slice(0, 1),
  during("cluster", "pcs host auth"),
  during("cluster", "pcs cluster setup"),
  during("cluster", "systemctl start"),
  ...boundaries("cluster").slice(1),
  ...boundaries("resources").slice(0, 1),
  during("resources", "edit, verify, simulate and push the CIB"),
  ...boundaries("resources").slice(1),
  // Everything is done by now, and a run with nothing to do has no stages.
  ...boundaries("verify").map((death) => ({ ...death, needsDamage: true })),
]

test.for(DEATHS)(
  "killed $at, a run leaves no lock, and the next one gets past it",
  async ({ is, needsDamage }, { lab }) => {
    if (needsDamage) await damage(lab)
    const { signal } = await endAt(lab, is, "SIGKILL")
    expect(signal).toBe("SIGKILL")
  },
)

function boundaries(name: string): Death[] {
  return [
    { at: `at the start of ${name}`, is: ({ type, stage }) => type === "stage-started" && stage === name },
    { at: `at the end of ${name}`, is: ({ type, stage }) => type === "stage-finished" && stage === name },
  ]
}

/** What runs on a node then is not stopped by the death: the next run meets it. */
function during(name: string, command: string): Death {
  return {
    at: `during ${command}`,
    is: ({ type, stage, action }) =>
      type === "action-started" && stage === name && action?.startsWith(command) === true,
  }
}

test("the run after all of these converges", async ({ lab, must }) => {
  await expectConverged(lab, must)
})

test("Ctrl-C finishes what runs, says what is half done, and exits 130", async ({ lab, must }) => {
  await damage(lab)
  const begun = ({ type, stage }: Event) => type === "action-started" && stage === "resources"
  const { code, stdout } = await endAt(lab, begun, "SIGINT")
  expect(code, stdout).toBe(130)
  const { errors } = JSON.parse(stdout) as { errors: { code: string; message: string }[] }
  const half = /half done: cluster configuration on controller\d \(1 of 2 actions done\)/
  expect(errors).toContainEqual(expect.objectContaining({ code: "E_CANCELED", message: expect.stringMatching(half) }))
  expect(await property(lab.nodes[0]!, "cluster-recheck-interval")).toBe("5min")
  await expectConverged(lab, must)
})

test("of two runs the second is told who holds the lock; killed, the holder leaves a command that the next one waits for, to plan anew", async ({
  lab,
  haops,
  must,
}) => {
  await damage(lab)
  const seen: string[] = []
  const first = lab.spawnHaops(["run", await slowPlaybook(lab), "--json"], {
    onStderr: (chunk) => seen.push(chunk),
  })
  await until(async () => seen.join("").includes('"action-started"'), { what: "the first run to work" })
  const second = await haops("up", "--yes")
  expect(second.code, second.stderr).toBe(5)
  expect(second.stderr).toContain("E_LOCKED")
  expect(second.stderr).toContain(`haops run by ${userInfo().username}@${hostname()} (process ${first.child.pid})`)
  first.child.kill("SIGKILL")
  await first.done

  let said = ""
  const third = lab.spawnHaops(["up"], {
    onStderr: (chunk) => {
      said += chunk
    },
  })
  await until(async () => /controller1 is busy with process \d+ \(sh -c/.test(said), { what: "word of the command" })
  // What comes of it would interrupt the service, which was not agreed to.
  await lab.nodes[0]!.must("pcs resource update vip cidr_netmask=25 --wait=30")
  await everywhere(lab.nodes, `touch ${GO}`)
  const { code, stderr } = await third.done
  expect(code, stderr).toBe(1)
  expect(stderr).toContain("this would cause a restart")
  expect(await property(lab.nodes[0]!, "cluster-recheck-interval")).toBe("17min")
  await expectConverged(lab, must)
})

test("a cluster that changes while a run works on it is planned again, and the other's change stays", async ({
  lab,
  haops,
  must,
}) => {
  await damage(lab)
  // Whoever comes first to edit under the lock finds that somebody has just changed something else.
  const meddler = `#!/bin/sh
if [ -s /run/haops/lock ]; then
  rm /usr/local/sbin/crm_diff
  env -u CIB_file crm_attribute --type crm_config --name cluster-delay --update 61s
fi
exec /usr/sbin/crm_diff "$@"
`
  for (const node of lab.nodes) await node.write("/usr/local/sbin/crm_diff", meddler, 0o755)
  const { code, stderr } = await haops("up", "--yes")
  expect(code, stderr).toBe(0)
  const nodes = await everywhere(
    lab.nodes,
    "ls /usr/local/sbin/crm_diff 2>/dev/null | wc -l; rm -f /usr/local/sbin/crm_diff",
  )
  expect(Object.values(nodes).sort()).toEqual(["0", "1", "1"])
  expect(stderr).toContain("changed meanwhile by another; nothing was done, planning it again")
  expect(await property(lab.nodes[0]!, "cluster-delay")).toBe("61s")
  expect(await property(lab.nodes[0]!, "cluster-recheck-interval")).toBe("5min")
  await expectConverged(lab, must)
})

test("runs that --limit keeps apart leave what is the cluster's alone, and name who was left out", async ({
  lab,
  haops,
  must,
}) => {
  await damage(lab)
  const runs = await Promise.all(THREE.slice(0, 2).map((name) => haops("up", "--yes", "--limit", name)))
  for (const [index, { code, stdout, stderr }] of runs.entries()) {
    expect(code, `${stdout}\n${stderr}`).toBe(3)
    const others = THREE.filter((_, other) => other !== index)
    expect(stderr).toContain(`${others.join(" and ")} are left out by --limit`)
  }
  expect(await property(lab.nodes[0]!, "cluster-recheck-interval")).toBe("17min")
  await expectConverged(lab, must)
})

test("a run that sleeps past the lock's limit finds another's there when it wakes: it ends with E_LOCKED, and does nothing more", async ({
  lab,
  haops,
  must,
}) => {
  await everywhere(lab.nodes, `rm -f ${GO} ${AFTER}`)
  let said = ""
  const sleeper = lab.spawnHaops(["run", await slowPlaybook(lab), "--json"], {
    onStderr: (chunk) => {
      said += chunk
    },
  })
  const begun = THREE.map((name) => new RegExp(`"action-started".*"host":"${name}"`))
  await until(async () => begun.every((one) => one.test(said)), { what: "the run to work on every node" })
  sleeper.child.kill("SIGSTOP")
  // Its connections live on: the kernel keeps them, and only the heartbeat is missing.
  const locks = () => everywhere(lab.nodes, "cat /run/haops/lock")
  await until(async () => Object.values(await locks()).every((text) => text === ""), {
    what: "the nodes to free the lock",
    timeoutMs: 90_000,
  })
  await everywhere(lab.nodes, `touch ${GO}`)
  await damage(lab)
  const second = await haops("up", "--yes")
  expect(second.code, second.stderr).toBe(0)

  sleeper.child.kill("SIGCONT")
  const { code, stdout, stderr } = await sleeper.done
  expect(code, stderr).toBe(5)
  const { errors } = JSON.parse(stdout) as { errors: { code: string; message: string }[] }
  expect(errors).toContainEqual(
    expect.objectContaining({ code: "E_LOCKED", message: expect.stringContaining("is no longer this run's") }),
  )
  const after = await everywhere(lab.nodes, `ls ${AFTER} 2>/dev/null | wc -l`)
  expect(Object.values(after)).toEqual(["0", "0", "0"])
  await expectConverged(lab, must)
})

test("from a backup alone hosts that were installed anew are the same cluster again, what others made in it included", async ({
  lab,
  haops,
  must,
}) => {
  const [first] = lab.nodes
  await first!.must("pcs resource create backup-job ocf:pacemaker:Dummy --wait=30")
  const passphrase = join(lab.directory, "passphrase")
  await writeFile(passphrase, "three words more\n", { mode: 0o600 })
  const words = ["--passphrase-file", passphrase]
  const file = join(lab.directory, "lab.age")
  const watcher = await watchSecrets(lab.nodes, ["three words more"])
  await must("backup", "-o", file, ...words)
  const identity =
    "sha256sum </etc/corosync/corosync.conf; sha256sum </etc/corosync/authkey; cat /var/lib/haops/last-applied.json"
  const before = await everywhere(lab.nodes, identity)
  const cib = "cibadmin --query --scope configuration"
  const configured = await first!.must(cib)

  const refused = await must("restore", file, "--yes", ...words)
  expect(refused.stdout).toContain("Nothing to do")
  for (const node of lab.nodes) await node.must(`${ANEW}; ip addr flush to ${lab.vip}`)
  const shown = await haops("restore", file, "--dry-run", ...words)
  expect(shown.code, shown.stderr).toBe(2)
  expect(shown.stdout).toContain("/var/lib/pacemaker/cib/cib.xml")
  await must("restore", file, "--yes", ...words)
  expect((await watcher.stop()).sightings).toEqual([])
  expect(await everywhere(lab.nodes, identity)).toEqual(before)
  expect(await first!.must(cib)).toBe(configured)
  expect(await runningOn(first!, "backup-job")).toHaveLength(1)
  await expectConverged(lab, must)
  await first!.must("pcs property set cluster-recheck-interval=17min; pcs cluster config update totem token=1700")
  const late = await haops("restore", file, "--yes", ...words)
  expect(late.code, late.stderr).toBe(1)
  expect(late.stderr.replaceAll(/\s+/g, " ")).toContain("is in the cluster lab already, and not as")
})

/** Something for the next run to do in the cluster's configuration. */
async function damage(lab: Lab): Promise<void> {
  await lab.node("controller2").must("pcs property set cluster-recheck-interval=17min")
}

/** Ends the slow playbook's command. */
const GO = "/run/lab-go"

/** What the slow playbook makes when its command has ended. */
const AFTER = "/run/lab-after"

/** A playbook of a user's own that keeps its run, and so the lock, until it is told to go on. */
async function slowPlaybook(lab: Lab): Promise<string> {
  const file = join(lab.directory, "slow.yaml")
  const wait = { check: `[ -e ${GO} ]`, run: `until [ -e ${GO} ]; do sleep 0.1; done` }
  const after = { check: `[ -e ${AFTER} ]`, run: `touch ${AFTER}` }
  const steps = [{ command: wait }, { command: after }]
  await writeFile(file, stringify({ name: "slow", stages: [{ stage: "slow", steps }] }))
  return file
}

/** Runs `up` and sends it a signal at the first event that is like this. Throws where the run ends without one. */
async function endAt(lab: Lab, matches: (event: Event) => boolean, signal: NodeJS.Signals): Promise<HaopsResult> {
  let hit = false
  let rest = ""
  const run = lab.spawnHaops(["up", "--yes", "--json"], {
    onStderr: (chunk) => {
      const lines = `${rest}${chunk}`.split("\n")
      rest = lines.pop() ?? ""
      if (hit || !lines.some((line) => matches(JSON.parse(line) as Event))) return
      hit = true
      run.child.kill(signal)
    },
  })
  const result = await run.done
  if (!hit) throw new Error(`the run ended (${result.code}) before it came there\n${result.stderr}`)
  return result
}

async function expectConverged(lab: Lab, must: Haops): Promise<void> {
  await must("up", "--yes")
  expect(await planned(lab)).toMatchObject({ code: 0, drift: [] })
  for (const node of lab.nodes) expect(await onlineNodes(node)).toEqual(THREE)
  expect(await holders(lab.nodes, lab.vip)).toHaveLength(1)
  expect(await runningOn(lab.nodes[0]!, "lb-haproxy")).toEqual(THREE)
  expect((await ask(`http://${lab.vip}:8080/`)).ok).toBe(true)
  const conf = await everywhere(lab.nodes, "cat /etc/corosync/corosync.conf")
  expect(new Set(Object.values(conf)).size).toBe(1)
}
