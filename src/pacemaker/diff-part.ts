import type { Finding } from "../base/events.ts"
import type { CibPart } from "../model/inventory.ts"
import { keepingHand, withoutEmptySets } from "./bundle-hand.ts"
import { type Change, changesOf } from "./changes.ts"
import type { Cib } from "./cib.ts"
import type { Desired } from "./desired.ts"
import type { PartDiff } from "./diff-resource.ts"
import type { Ownership } from "./ownership.ts"
import { describePart } from "./parts/describe-part.ts"
import { sameElement } from "./parts/element.ts"
import { DEFAULTS, isHeld, partKey } from "./parts/kinds.ts"

/** Nobody else uses the ids of these: the same under another id is the same. Others are called by their names. */
const UNNAMED: ReadonlySet<CibPart["kind"]> = new Set(["alert", "fencing level", "rule"])

/** Parts to make, change and remove. What somebody has made under another id of no meaning is satisfied. */
export function diffParts(
  desired: Desired,
  cib: Cib,
  owned: Ownership,
  touched: readonly Change[],
): Omit<PartDiff, "notes"> {
  const created = changesOf(touched, "create-resource").map(({ resource }) => resource.id)
  const wanted = (desired.parts ?? []).filter((part) => canHold(part, cib, created))
  const gone = new Set(changesOf(touched, "delete-resource").map(({ have }) => have.id))
  const parts = cib.parts.filter(({ holder }) => holder === undefined || !gone.has(holder))
  const keys = new Map(wanted.map((part) => [partKey(part), part]))
  // One that stands in something else than is wanted.
  const isElsewhere = (part: CibPart) => (keys.get(partKey(part)) ?? part).holder !== part.holder
  const have = new Map(parts.filter((part) => !isElsewhere(part)).map((part) => [partKey(part), part]))
  // One of ours that goes, or says something else from now on, stands for nothing under another id.
  const staying = parts.filter((one) => {
    const want = keys.get(partKey(one))
    if (!owned.part.has(partKey(one))) return true
    return want !== undefined && !isElsewhere(one) && samePart(want, one)
  })
  const leaving = parts.filter(
    (part) => owned.part.has(partKey(part)) && (!keys.has(partKey(part)) || isElsewhere(part)),
  )
  const conflicts = leaving.flatMap((part) => holdsForeign(part, cib, owned))
  const changes = leaving
    .filter((part) => holdsForeign(part, cib, owned).length === 0)
    .map((part): Change => ({ type: "delete-part", have: part }))
  for (const part of wanted) {
    const one = have.get(partKey(part))
    if (one === undefined) {
      if (isSatisfied(part, { parts: staying })) continue
      // Its own id goes with what it is in, and comes back.
      const isBack = cib.parts.some((other) => partKey(other) === partKey(part) && !staying.includes(other))
      const rival = staying.find((other) => !owned.part.has(partKey(other)) && isSameLevel(part, other))
      if (rival !== undefined) conflicts.push(differs(part, rival))
      else if (!isBack && isOccupied(part, cib)) conflicts.push(occupied(part))
      else changes.push({ type: "create-part", part })
    } else if (!samePart(part, one)) {
      if (owned.part.has(partKey(part))) changes.push({ type: "update-part", have: one, part: keepingHand(part, one) })
      else conflicts.push(differs(part, one))
    }
  }
  return { changes, conflicts }
}

/** A node that is not in the CIB yet has nothing in it, nor has a resource that cannot be made. */
function canHold({ kind, holder = "" }: CibPart, { nodes, resources }: Cib, created: readonly string[]): boolean {
  if (!isHeld(kind) || DEFAULTS.includes(holder)) return true
  if (kind.startsWith("node ")) return nodes.length === 0 || nodes.some(({ name }) => name === holder)
  return created.includes(holder) || resources.some(({ id }) => id === holder)
}

/** Whether the part is there, under its own id or one of no account. */
export function isSatisfied(want: CibPart, { parts }: Pick<Cib, "parts">): boolean {
  return parts.some(
    (one) =>
      one.kind === want.kind &&
      one.holder === want.holder &&
      (one.id === want.id || UNNAMED.has(want.kind)) &&
      samePart(want, one),
  )
}

function samePart(want: CibPart, have: CibPart): boolean {
  return sameElement(keepingHand(want, have).element, withoutEmptySets(have))
}

/** What is called by something else is no id of the CIB. */
const ELSEWHERE: ReadonlySet<CibPart["kind"]> = new Set([
  "ACL user",
  "utilization",
  "node attribute",
  "node utilization",
])

function isOccupied({ kind, id }: CibPart, { ids }: Cib): boolean {
  return !ELSEWHERE.has(kind) && ids.has(id)
}

/** Pacemaker makes one level of two that are, which all of their devices have to do together. */
function isSameLevel({ kind, element: one }: CibPart, other: CibPart): boolean {
  if (kind !== "fencing level" || other.kind !== kind) return false
  const devices = one.attributes.devices ?? ""
  return sameElement(one, { ...other.element, attributes: { ...other.element.attributes, devices } })
}

/** A bundle would take what somebody else put into it along. */
function holdsForeign({ kind, id }: CibPart, { resources }: Cib, owned: Ownership): Finding[] {
  const held = resources.filter(({ bundle }) => kind === "bundle" && bundle === id)
  return held
    .filter((one) => !owned.resource.has(one.id))
    .map((one) => ({
      severity: "error",
      message: `bundle ${id} is to be removed, but resource ${one.id}, which was not created by haops, runs in it`,
      hint: `If it is no longer needed, remove it and run haops again: pcs resource delete ${one.id}`,
    }))
}

function differs(want: CibPart, have: CibPart): Finding {
  const name = partKey(have)
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
