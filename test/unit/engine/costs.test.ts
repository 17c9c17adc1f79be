import { expect, test } from "vitest"
import type { Finding, Risk, Transition } from "../../../src/base/events.ts"
import { costsOf, newsOf } from "../../../src/engine/costs.ts"
import { plan, planned } from "../output/samples.ts"

interface Parts {
  risks?: readonly (readonly [host: string, attribute: string, risk: Risk, scope?: "once"])[]
  transitions?: readonly Transition[]
  ask?: readonly string[]
}

function costs({ risks = [], transitions = [], ask = [] }: Parts) {
  const steps = risks.map(([host, attribute, risk, scope]) =>
    planned({
      host,
      scope: scope ?? "each",
      kind: "service",
      title: "service x",
      drift: [{ attribute, have: "a", want: "b", risk }],
    }),
  )
  const finding = (message: string): Finding => ({ severity: "warning", message, ask: true })
  const findings = ask.map((message) => ({ host: "c1", step: "departure", finding: finding(message) }))
  return costsOf(plan({ stages: [{ stage: "s", steps, inSync: 0 }], transitions, findings }))
}

const move = { resource: "vip", action: "move", from: "c1", node: "c2" }

test.each<[string, Parts, Parts]>([
  ["what was agreed to", { risks: [["c1", "running", "restart"]] }, { risks: [["c1", "running", "restart"]] }],
  ["less than that", { transitions: [move] }, {}],
  ["what interrupts nobody", {}, { risks: [["c1", "running", "reload"]], transitions: [{ ...move, action: "start" }] }],
  [
    "a step for all that another member does",
    { risks: [["c1", "vip", "failover", "once"]] },
    { risks: [["c2", "vip", "failover", "once"]] },
  ],
])("no news: %s", (_, before, now) => {
  expect(newsOf(costs(before), costs(now))).toBeUndefined()
})

test.each<[string, Parts, Parts, number]>([
  ["the same on another host", { risks: [["c1", "running", "restart"]] }, { risks: [["c2", "running", "restart"]] }, 0],
  [
    "a failover for a restart",
    { risks: [["c1", "running", "restart"]] },
    { risks: [["c1", "running", "failover"]] },
    1,
  ],
  ["the same question with other numbers", { ask: ["3 of 4 votes"] }, { ask: ["2 of 4 votes"] }, 0],
  ["another question", { ask: ["3 of 4 votes"] }, { ask: ["no quorum"] }, 1],
  ["a move to elsewhere", { transitions: [move] }, { transitions: [{ ...move, node: "c3" }] }, 0],
  ["a stop", { transitions: [move] }, { transitions: [{ ...move, action: "stop" }] }, 1],
])("news: %s", (_, before, now, strange) => {
  const news = newsOf(costs(before), costs(now))
  expect(news?.costs).toHaveLength(1)
  expect(news?.strange).toHaveLength(strange)
})
