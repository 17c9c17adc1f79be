import type { Members } from "../model/step.ts"
import type { Health, HealthWant } from "./health.ts"
import { type Hindrance, isIdle, whyNowhere } from "./hindrance.ts"

/** Why a resource of the cluster's runs nowhere, where that is an operator's doing and stays so. */
export function idleFor(id: string, want: HealthWant, members: Members<Health>): readonly Hindrance[] | undefined {
  const { status } = members.elected.have
  const copies = status?.resources.filter((one) => one.id === id) ?? []
  if (status === undefined || copies.length === 0 || !isIdle(copies)) return undefined
  const coming = want.nodes.filter((node) => !members.missing.includes(node))
  return whyNowhere(id, status, coming)
}

/**
 * True for what is to be left as it is: it starts by itself when maintenance ends, or an operator has stopped it, which is no business of a
 * run about a node.
 */
export function rests(idle: readonly Hindrance[] | undefined, { aboutNode }: Pick<HealthWant, "aboutNode">): boolean {
  return idle?.every(({ maintenance, disabled }) => maintenance || (disabled && aboutNode)) === true
}
