import { afterAll, beforeEach, expect, test, vi } from "vitest"
import type { Transition } from "../../../src/base/events.ts"
import type { PlanResult } from "../../../src/engine/plan.ts"
import type { Plan } from "../../../src/engine/plan-model.ts"
import type { RunRequest } from "../../../src/engine/run.ts"
import type { Subject } from "../../../src/model/step.ts"
import { runAboutNode } from "../../../src/verbs/run-about-node.ts"
import type { Session } from "../../../src/verbs/session.ts"
import { LAB } from "../membership/cluster.ts"

const VIP = { name: "vip", address: "10.0.0.100", prefix: 24, on: "controllers", monitorInterval: "30s" } as const
const INVENTORY = { ...LAB, vips: [{ ...VIP, manager: "pacemaker" as const }] }

// Files share their modules: what is under test is loaded anew for the stand-ins, and nobody after it is left with them.
const asked = vi.hoisted(() => {
  vi.resetModules()
  return { requests: [] as RunRequest[], said: [] as string[] }
})
afterAll(() => void vi.resetModules())

vi.mock("../../../src/engine/run.ts", () => ({
  run: async (request: RunRequest) => {
    asked.requests.push(request)
    return { outcome: "done", changed: false }
  },
}))
vi.mock("../../../src/verbs/ask.ts", () => ({
  canAsk: () => false,
  requireTerminal: () => {},
  ask: async (text: string) => asked.said.push(text),
}))
vi.mock("../../../src/verbs/session.ts", () => ({
  openSession: async () =>
    ({
      ...{ verb: "standby", inventory: INVENTORY, barriers: [], startedAt: 0 },
      context: { world: new Map() },
      reporter: {
        sink: () => {},
        finish: async () => {},
        asking: (work: (tell: object) => unknown) =>
          work({
            plan: ({ findings }: Plan) => asked.said.push(...findings.map(({ finding }) => `plan: ${finding.message}`)),
            sentence: (text: string) => asked.said.push(text),
          }),
      },
      [Symbol.asyncDispose]: async () => {},
    }) as unknown as Session,
}))

beforeEach(() => {
  asked.requests.splice(0)
  asked.said.splice(0)
})

const stop: Transition = { resource: "vip", action: "stop", node: "controller1" }
const planned = (transitions: readonly Transition[]) => ({ plan: { transitions } }) as PlanResult

async function judged(subject: Subject, transitions: readonly Transition[]): Promise<void> {
  await runAboutNode({ verb: "standby", options: { forks: 1 }, playbook: () => expect.fail(), subject })
  asked.requests[0]!.forbid!(planned(transitions))
}

// The engine asks `forbid` before the question, again under the lock, and before each barrier.
test("a node that is the last one to run a VIP is kept in service, by what is true under the lock as well", async () => {
  await expect(judged({ node: "controller1" }, [stop])).rejects.toMatchObject({
    code: "E_REFUSED",
    message: "no other node would run vip",
  })
  await expect(judged({ node: "controller1" }, [])).resolves.toBeUndefined()
})

/** What the verb comes to where it is agreed to with `--yes` to that plan, and what it would do under the lock is this. */
async function agreedTo(confirmed: readonly Transition[], then: readonly Transition[], mayStop = true): Promise<void> {
  const options = { forks: 1, yes: true }
  await runAboutNode({
    verb: "standby",
    options,
    playbook: () => expect.fail(),
    subject: { node: "controller1" },
    mayStop,
  })
  const { forbid, confirm } = asked.requests.pop()!
  forbid!(planned(confirmed))
  await confirm({ ...planned(confirmed).plan, findings: [], stages: [] } as unknown as PlanResult["plan"])
  forbid!(planned(then))
}

test("who says so beforehand may stop the VIP with its last node, and no other VIP than was asked about", async () => {
  await expect(agreedTo([stop], [stop])).resolves.toBeUndefined()
  await expect(agreedTo([], [stop])).rejects.toMatchObject({ code: "E_REFUSED" })
  await expect(agreedTo([stop], [stop], false)).rejects.toMatchObject({ code: "E_REFUSED" })
})

test("where nobody can be asked it is refused with the word that says so", async () => {
  const options = { forks: 1 }
  const subject = { node: "controller1" }
  await runAboutNode({ verb: "standby", options, playbook: () => expect.fail(), subject, mayStop: true })
  expect(() => asked.requests[0]!.forbid!(planned([stop]))).toThrow(
    expect.objectContaining({
      code: "E_REFUSED",
      hint: expect.stringMatching(/^If it is to run nowhere, add --yes\. /),
    }),
  )
})

test("where somebody can be asked it is a question, with what else ends it", async () => {
  const options = { forks: 1 }
  const subject = { node: "controller1" }
  await runAboutNode({ verb: "standby", options, playbook: () => expect.fail(), subject, mayStop: true })
  await asked.requests[0]!.confirm({ findings: [], transitions: [stop], stages: [] } as unknown as Plan)
  expect(asked.said).toEqual(["no other node would run vip", "`crm_mon -1rf` on a node shows why.", "Go on?"])
})

test("a node may take the last VIP with it where quorum may be lost", async () => {
  await expect(judged({ node: "controller1", leaving: true, loseQuorum: true }, [stop])).resolves.toBeUndefined()
})

// Each was told before, as it was found.
test("what is asked about is said once with the question, with what to know of it, and not in the plan too", async () => {
  const ask = { severity: "warning", message: "two nodes are left", hint: "Only fencing helps.", ask: true } as const
  const other = { severity: "warning", message: "the clock is off" } as const
  const findings = [ask, ask, other].map((finding, index) => ({ host: `controller${index + 1}`, step: "x", finding }))
  await runAboutNode({
    verb: "remove-node",
    options: { forks: 1 },
    playbook: () => expect.fail(),
    subject: { node: "x" },
  })
  await asked.requests[0]!.confirm({ findings, transitions: [], stages: [] } as unknown as Plan)
  expect(asked.said).toEqual(["plan: the clock is off", "two nodes are left", "Only fencing helps.", "Go on?"])
})
