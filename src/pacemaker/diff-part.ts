import type { Finding } from "../base/events.ts"
import type { CibPart } from "../model/inventory.ts"
import type { Change } from "./changes.ts"
import type { Cib } from "./cib.ts"
import type { Desired } from "./desired.ts"
import type { PartDiff } from "./diff-resource.ts"
import type { Ownership } from "./ownership.ts"
import { describePart } from "./parts/describe-part.ts"
import { sameElement } from "./parts/element.ts"
import { partKey } from "./parts/kinds.ts"

/** Names that others use for these, so that the same thing under another name is another one. */
const NAMED: ReadonlySet<CibPart["kind"]> = new Set(["tag", "ACL role", "ACL user", "ACL group"])

/** Parts to make, change and remove. What somebody has made under another id of no meaning is satisfied. */
export function diffParts(desired: Desired, cib: Cib, owned: Ownership): Omit<PartDiff, "notes"> {
  const wanted = desired.parts ?? []
  const have = new Map(cib.parts.map((part) => [partKey(part), part]))
  const keys = new Set(wanted.map(partKey))
  const changes: Change[] = cib.parts
    .filter((part) => owned.part.has(partKey(part)) && !keys.has(partKey(part)))
    .map((part) => ({ type: "delete-part", have: part }))
  const conflicts: Finding[] = []
  for (const part of wanted) {
    const one = have.get(partKey(part))
    if (one === undefined) {
      if (isSatisfied(part, cib)) continue
      if (isOccupied(part, cib)) conflicts.push(occupied(part))
      else changes.push({ type: "create-part", part })
    } else if (!sameElement(part.element, one.element)) {
      if (owned.part.has(partKey(part))) changes.push({ type: "update-part", have: one, part })
      else conflicts.push(differs(part, one))
    }
  }
  return { changes, conflicts }
}

/** Whether the part is there, under its own id or one of no account. */
export function isSatisfied(want: CibPart, { parts }: Pick<Cib, "parts">): boolean {
  return parts.some(
    (one) =>
      one.kind === want.kind && (one.id === want.id || !NAMED.has(want.kind)) && sameElement(want.element, one.element),
  )
}

/** The name of a user of the system is no id of the CIB. */
function isOccupied({ kind, id }: CibPart, { ids }: Cib): boolean {
  return kind !== "ACL user" && ids.has(id)
}

function differs(want: CibPart, have: CibPart): Finding {
  const name = partKey(want)
  return {
    severity: "error",
    message: `${name} exists and was not created by haops; it says ${describePart(have)}, the inventory says ${describePart(want)}`,
    hint: "Write into the inventory what the cluster has and haops adopts it, or remove it.",
  }
}

function occupied(want: CibPart): Finding {
  return {
    severity: "error",
    message: `${partKey(want)} cannot be created: the cluster uses its id for something else`,
    hint: "Give it another name in the inventory.",
  }
}
