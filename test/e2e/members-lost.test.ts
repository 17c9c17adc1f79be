import { afterAll, beforeAll, expect, test } from "vitest"
import type { HaopsResult } from "./harness/haops.ts"
import { type Lab, startLab } from "./harness/lab.ts"
import { holders, onlineNodes } from "./harness/observe.ts"
import { ask } from "./harness/prober.ts"
import { until } from "./harness/until.ts"
import { rememberState } from "./harness/untouched.ts"

// Members that are lost while others are to come and go: what is refused, what an explicit word allows, and the way back to quorum.

let lab: Lab
let inventory: string

beforeAll(async () => {
  lab = await startLab({ prepared: true, nodes: 5 })
  inventory = await lab.inventory({ controllers: { controller5: null } })
  const { code, stdout, stderr } = await haops("up", "--yes")
  expect(code, `${stdout}\n${stderr}`).toBe(0)
})
afterAll(async () => await lab?.[Symbol.asyncDispose]())

test("a newcomer is refused while a member does not answer, and taken with --allow-unreachable", async () => {
  const [first, , , fourth, fifth] = lab.nodes
  await fourth!.kill()
  await until(async () => (await onlineNodes(first!)).length === 3, { what: "the death to be seen" })
  const state = await rememberState([first!, fifth!])
  const args = ["add-node", "controller5", "--address", fifth!.address, "--timeout", "5", "--yes"]
  const refused = await haops(...args)
  expect(refused.code, refused.stderr).not.toBe(0)
  expect(refused.stderr).toContain("--allow-unreachable")
  expect(ownChanges(await state.changes())).toEqual([])
  const held = await holders(lab.nodes.slice(0, 3), lab.vip)
  const taken = await haops(...args, "--allow-unreachable")
  expect(await holders(lab.nodes.slice(0, 3), lab.vip)).toEqual(held)
  // A host that could not be reached: 3, whatever was done on the others.
  expect(taken.code, taken.stderr).toBe(3)
  expect(await onlineNodes(first!)).toEqual(["controller1", "controller2", "controller3", "controller5"])
  expect(await votes()).toEqual({ expected: "5", total: "4", quorate: "Yes" })
})

test("where the newcomer's own vote would be missed until it has started, nothing helps", async () => {
  const [first, , third, , fifth] = lab.nodes
  const removed = await haops("remove-node", "controller5", "--yes", "--force", "--timeout", "5")
  expect(removed.code, removed.stderr).toBe(3)
  await third!.kill()
  await until(async () => (await votes()).quorate === "No", { what: "the second death to be seen" })
  const args = ["add-node", "controller5", "--address", fifth!.address, "--timeout", "5", "--yes"]
  const refused = await haops(...args, "--allow-unreachable")
  expect(refused.code, refused.stderr).toBe(1)
  expect(refused.stderr).toContain("no quorum")
  expect(await onlineNodes(first!)).toEqual(["controller1", "controller2"])
})

test("of four, two are lost: none of the others goes without --lose-quorum, and a dead one's going restores quorum", async () => {
  const refused = await haops("remove-node", "controller2", "--yes", "--timeout", "5")
  expect(refused.code, refused.stderr).toBe(1)
  expect(refused.stderr.replaceAll(/\s+/g, " ")).toContain("or say --lose-quorum")
  const removed = await haops("remove-node", "controller4", "--force", "--yes", "--timeout", "5")
  expect(removed.code, removed.stderr).toBe(3)
  expect(await votes()).toEqual({ expected: "3", total: "2", quorate: "Yes" })
  await until(async () => (await ask(`http://${lab.vip}:8080/`)).ok, { what: "the VIP" })
})

/** As the first member's corosync counts them. */
async function votes(): Promise<Record<"expected" | "total" | "quorate", string | undefined>> {
  const said = await lab.nodes[0]!.must("corosync-quorumtool -s; true")
  const word = (name: string) => new RegExp(`^${name}:\\s+(\\w+)`, "m").exec(said)?.[1]
  return { expected: word("Expected votes"), total: word("Total votes"), quorate: word("Quorate") }
}

/** The cluster's own files and daemons change by themselves when a member dies. */
function ownChanges(changes: Readonly<Record<string, readonly string[]>>): string[] {
  return Object.values(changes)
    .flat()
    .filter((path) => !/^\/(var\/lib\/(pacemaker|corosync|pcsd)|dev\/shm)/.test(path))
}

async function haops(...args: string[]): Promise<HaopsResult> {
  return await lab.haops([...args, "-i", inventory])
}
