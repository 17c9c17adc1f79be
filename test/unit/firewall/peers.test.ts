import { describe, expect, test } from "vitest"
import { COMPONENTS } from "../../../src/components.ts"
import { assess } from "../../../src/engine/assess.ts"
import { peerPorts, peersScript, readPeers } from "../../../src/firewall/peers.ts"
import { runChecks } from "../../../src/verify/verify.ts"
import { answersOf, type HostAnswer, INVENTORY, NAMES, STATUS, VIEWS } from "../status/support.ts"
import { run, SHELLS, sandbox } from "../step-harness.ts"

const [first, second] = INVENTORY.hosts

test("the cluster's own ports are asked of all others by TCP; haproxy's servers, and what is for clients, of nobody", () => {
  const asked = peerPorts(COMPONENTS, INVENTORY, first!)
  expect(new Set(asked.map(({ peer, port }) => `${peer} ${port}`))).toEqual(
    new Set(NAMES.slice(1).map((name) => `${name} 2224`)),
  )
})

test.each(SHELLS)("in %s a port that refuses was reached; one that is rejected, or says nothing, was not", (shell) => {
  // The kernel's own words, by the address.
  using box = sandbox({
    timeout: `case "$*" in
  *10.0.0.1*) echo "bash: connect: Connection refused" >&2; exit 1 ;;
  *10.0.0.2*) echo "bash: connect: No route to host" >&2; exit 1 ;;
  *10.0.0.3*) exit 124 ;;
esac`,
  })
  const ports = [1, 2, 3, 4].map((n) => ({ peer: `c${n}`, address: `10.0.0.${n}`, port: 2224, use: "pcsd" }))
  const { stdout } = run(peersScript(ports), { shell, path: box.path })
  expect(Object.fromEntries(readPeers(stdout))).toEqual({ c2: ["2224/tcp"], c3: ["2224/tcp"] })
})

describe("verify", () => {
  const open = { observation: { peers: new Map<string, readonly string[]>() } }
  const ports = (hosts: Record<string, HostAnswer | null>) => {
    const look = answersOf(hosts)
    const assessments = look.tasks.flatMap((task) => assess(task, look.world))
    return runChecks({ look, assessments, unasked: [], fromHere: new Map() }, VIEWS).find(({ id }) => id === "ports")
  }
  const all = Object.fromEntries(NAMES.map((name) => [name, open]))

  test("passes where each host reaches all others", () => {
    expect(ports(all)).toMatchObject({ outcome: "pass", evidence: ["3 hosts asked, from each to all others"] })
  })

  test("names the port that is closed, from where and of whom; a dead host's are judged elsewhere", () => {
    const peers = new Map(NAMES.slice(1).map((name) => [name, ["2224/tcp"]]))
    const hosts = { ...all, [first!.name]: { observation: { peers } }, [NAMES[2]!]: null }
    expect(ports(hosts)).toMatchObject({
      outcome: "fail",
      evidence: [`${first!.name} does not reach pcsd (2224/tcp) of ${second!.name}`],
    })
  })

  test("members that run and do not see each other are parted by what is between them", () => {
    const nodes = STATUS.nodes.map((node) => ({ ...node, online: node.name !== second!.name }))
    const hosts = { ...all, [first!.name]: { ...open, status: { ...STATUS, nodes } } }
    expect(ports(hosts)?.evidence).toEqual([
      `${first!.name} does not see ${second!.name}, where the cluster runs too: is UDP 5405 open both ways?`,
    ])
  })
})
