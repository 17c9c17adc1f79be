import type { Operation } from "../model/inventory.ts"
import type { OperationChange } from "./changes.ts"
import type { Attributes, CibOperation } from "./cib.ts"
import { sameValue } from "./values.ts"

/**
 * Wanted operations that are missing or differ. Others are left alone, and so are options that are not named: shells add the
 * agent's defaults. A wanted operation is first matched with one of the same interval, then with any of its name and role.
 */
export function diffOperations(want: readonly Operation[], have: readonly CibOperation[]): readonly OperationChange[] {
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
  return want.flatMap((operation) => change(operation, pairs.get(operation)))
}

function change(want: Operation, have: CibOperation | undefined): readonly OperationChange[] {
  if (have === undefined) return [{ want }]
  const differs = ([name, value]: [string, string]) => {
    if (name === "id") return have.id !== value
    return have.options[name] === undefined || !sameValue(have.options[name], value)
  }
  if (!Object.entries(want.options).some(differs)) return []
  return [{ have, want: { name: want.name, options: { ...have.options, ...want.options } } }]
}

function sameKind(want: Operation, have: CibOperation): boolean {
  return want.name === have.name && sameValue(roleOf(want.options), roleOf(have.options))
}

function sameInterval(want: Operation, have: CibOperation): boolean {
  return sameValue(want.options.interval ?? "0", have.options.interval ?? "0")
}

/** An operation without a role is for started instances. */
function roleOf(options: Attributes): string {
  return options.role ?? "Started"
}
