import type { Drift, Finding } from "../base/events.ts"
import { listing } from "../base/words.ts"
import { answerKey } from "../model/answer-key.ts"
import type { Probe } from "../model/probe.ts"
import type { Peers } from "../model/step.ts"
import { type Decision, decide, isPrimary, phaseOf } from "./decide.ts"
import { type GaleraState, galeraProbe } from "./node/state.ts"
import { variableNames } from "./variables.ts"
import type { GaleraWant } from "./want.ts"

export type All = Peers<GaleraState>

/** A member as it was seen. */
export const GALERA_STATE = answerKey<GaleraState>("galera")

export function memberProbe(want: GaleraWant): Probe<GaleraState> {
  return galeraProbe(variableNames(want))
}

/** What is to be done about a cluster that does not serve. */
export function decision({ given, ends }: Pick<GaleraWant, "given" | "ends">, { all, missing }: All): Decision {
  return decide(all, missing, { given, ends })
}

/** What stands against all of it. Nothing while packages are still to come. */
export function decisionFindings(want: GaleraWant, members: All): Finding[] {
  const what = decision(want, members)
  if (what.act !== "refuse" || members.all.every(({ have }) => !have.installed)) return []
  return [{ severity: "error", message: what.why, hint: what.hint }]
}

export function serving({ all }: All): All["all"] {
  return all.filter(({ have }) => isPrimary(have))
}

/** Members that are all there and have all data, as each of them says. Undefined: they are. */
export function incomplete({ all }: All): string | undefined {
  const behind = all.filter(({ have }) => phaseOf(have) !== "synced")
  if (behind.length > 0)
    return `${listing(behind.map(({ host }) => host))} ${behind.length === 1 ? "is" : "are"} not Synced`
  const other = all.find(({ have }) => Number(have.status?.cluster_size) < all.length)
  return other && `${other.host} sees ${other.have.status?.cluster_size} of ${all.length} members`
}

/** What comes of a step before it can be known. */
export function expected(attribute: string, have: string, want: string): Drift {
  return { attribute, have, want, risk: "none", expected: true }
}

/** The member that clients are at: the one with most of their connections, and without any the first. */
export function writerOf(all: All["all"]): string | undefined {
  const there = serving({ all, missing: [] })
  const most = Math.max(...there.map(({ have }) => have.clients))
  return there.find(({ have }) => have.clients === most)?.host
}
