import type { Drift } from "../base/events.ts"
import type { Component } from "../model/component.ts"
import type { HostFacts } from "../model/host-facts.ts"
import { defineJointStep, type JointStep, type Member } from "../model/step.ts"
import { sendsAway, upgradeActions } from "./actions.ts"
import { dueOf, unitsOf } from "./due.ts"
import { upgradeFindings } from "./findings.ts"
import { type UpgradeState, upgradeProbe } from "./state.ts"
import { holds, mustWait } from "./wait.ts"
import { namesOn, packagesOf, type UpgradeTerms, type UpgradeWant, upgradeWant } from "./want.ts"

/**
 * The packages of the stack in the versions that the hosts' repositories have: one host at a time, each only while all others are well,
 * those that carry a VIP last. What is done is seen from the hosts.
 */
export function upgradeStep(
  components: readonly Component[],
  terms: UpgradeTerms = {},
): JointStep<UpgradeWant, UpgradeState> {
  const runs = Object.assign({}, ...components.map(({ upgrade }) => upgrade?.runs ?? {})) as Record<string, string[]>
  const ready = Object.assign({}, ...components.map(({ upgrade }) => upgrade?.ready ?? {})) as Record<string, string>
  const everything = components.flatMap(packagesOf)
  const units = [...new Set(Object.values(runs).flat())]
  const due = (want: UpgradeWant, have: UpgradeState, facts: HostFacts) =>
    dueOf(namesOn(components, terms, want, facts), terms.to, have)
  const isDue =
    (want: UpgradeWant) =>
    ({ have, facts }: Member<UpgradeState>) =>
      have.unfinished !== undefined || due(want, have, facts).changes.length > 0
  return defineJointStep<UpgradeWant, UpgradeState>({
    kind: "upgrade",
    summary: "packages of the stack in the versions that the repositories have, host by host, in standby",
    bind: (context) => upgradeWant(components, terms, context),
    title: () => "upgrade",
    probe: () => upgradeProbe(everything, units),
    check(want, { elected: { have, facts } }) {
      const { changes } = due(want, have, facts)
      const restarted = unitsOf(changes, have, runs)
      const moves = holds(want, have) && sendsAway(restarted)
      const risk = restarted.length === 0 ? "none" : moves ? "failover" : "restart"
      const drift = changes.map(({ name, from, to }): Drift => ({ attribute: name, have: from, want: to, risk }))
      return have.unfinished === undefined ? drift : [cutShort(have.unfinished.units), ...drift]
    },
    findings: (want, { elected: { have, facts } }) => upgradeFindings(components, due(want, have, facts), have, facts),
    plan(want, { elected: { have, facts } }) {
      const { changes } = due(want, have, facts)
      const restarted = unitsOf(changes, have, runs)
      const downgrade = terms.to !== undefined
      return upgradeActions({ want, have, facts, changes, units: restarted, downgrade, ready })
    },
    turn: (want, { elected: { have } }) => (have.unfinished !== undefined ? 0 : holds(want, have) ? 2 : 1),
    mustWait(want, members) {
      const { have, facts } = members.elected
      return mustWait(want, members, isDue(want), unitsOf(due(want, have, facts).changes, have, runs))
    },
  })
}

function cutShort(units: readonly string[]): Drift {
  const have = "begun by a run that was cut short"
  const want = units.length === 0 ? "finished" : `finished: ${units.join(", ")} restarted`
  return { attribute: "upgrade", have, want, risk: "restart" }
}
