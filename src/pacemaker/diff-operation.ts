import type { Operation } from "../model/inventory.ts"
import type { OperationChange } from "./changes.ts"
import type { Attributes, CibOperation } from "./cib.ts"
import { sameValue } from "./values.ts"

/**
 * Wanted operations that are missing, differ or are switched off. Others are left alone, and so are options that are not named: shells
 * add the agent's defaults. A wanted operation is first matched with one of the same interval, then with any of its name and role.
 * `resting`: an operator has the resource in hand, whose monitor is off until it is given back.
 */
export function diffOperations(
  want: readonly Operation[],
  have: readonly CibOperation[],
  { resting }: { resting: boolean } = { resting: false },
): readonly OperationChange[] {
  const pairs = matched(want, have)
  return want.flatMap((operation) => change(operation, pairs.get(operation), resting))
}

/** Those of a resource that are switched off and stay so: nobody named them, or an operator has the resource in hand. */
export function leftOff(
  want: readonly Operation[],
  have: readonly CibOperation[],
  { resting }: { resting: boolean },
): readonly CibOperation[] {
  const changes = diffOperations(want, have, { resting }).filter((change) => !isOff(change.want))
  const on = changes.map((change) => change.have)
  const said = [...matched(want, have)].flatMap(([one, other]) => (isOff(one) ? [other] : []))
  return have.filter((one) => isOff(one) && !on.includes(one) && !said.includes(one))
}

/** Pacemaker does not carry out such an operation: of a monitor, nobody sees what it would have seen. */
export function isOff({ options: { enabled } }: Pick<Operation, "options">): boolean {
  return enabled !== undefined && sameValue(enabled.toLowerCase(), "false")
}

function matched(want: readonly Operation[], have: readonly CibOperation[]): ReadonlyMap<Operation, CibOperation> {
  const free = new Set(have)
  const pairs = new Map<Operation, CibOperation>()
  for (const match of [sameInterval, sameKind]) {
    for (const operation of want) {
      const found = [...free].find((one) => !pairs.has(operation) && sameKind(operation, one) && match(operation, one))
      if (found === undefined) continue
      pairs.set(operation, found)
      free.delete(found)
    }
  }
  return pairs
}

function change(want: Operation, have: CibOperation | undefined, resting: boolean): readonly OperationChange[] {
  if (have === undefined) return [{ want }]
  const isSwitchedOff = isOff(have) && want.options.enabled === undefined && !resting
  const differs = ([name, value]: [string, string]) => {
    if (name === "id") return have.id !== value
    return have.options[name] === undefined || !sameValue(have.options[name], value)
  }
  if (!isSwitchedOff && !Object.entries(want.options).some(differs)) return []
  const options = Object.entries({ ...have.options, ...want.options })
  const kept = options.filter(([name]) => name !== "enabled" || !isSwitchedOff)
  return [{ have, want: { name: want.name, options: Object.fromEntries(kept) } }]
}

function sameKind(want: Operation, have: CibOperation): boolean {
  return want.name === have.name && sameValue(roleOf(want.options), roleOf(have.options))
}

function sameInterval(want: Operation, have: CibOperation): boolean {
  return sameValue(want.options.interval ?? "0", have.options.interval ?? "0")
}

/** An operation without a role is for started instances. */
export function roleOf(options: Attributes): string {
  return options.role ?? "Started"
}
