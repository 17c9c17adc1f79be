import type { Finding } from "../base/events.ts"
import type { CibPart } from "../model/inventory.ts"
import { asNamed } from "./as-named.ts"
import { bound } from "./bound.ts"
import { metaOf } from "./bundle-hand.ts"
import { type Change, changesOf } from "./changes.ts"
import { type Attributes, type Cib, SECTIONS, type Section } from "./cib.ts"
import type { Desired } from "./desired.ts"
import { diffConstraints } from "./diff-constraint.ts"
import { diffGroups } from "./diff-group.ts"
import { diffParts } from "./diff-part.ts"
import { diffResources, handNotes } from "./diff-resource.ts"
import { foreignObjects } from "./foreign.ts"
import type { Ownership } from "./ownership.ts"
import { twins } from "./twins.ts"
import { sameValue } from "./values.ts"

export interface CibDiff {
  /** In the order in which they can be carried out. */
  changes: readonly Change[]
  /** Objects of others, such as `resource backup-job`. Left alone. */
  foreign: readonly string[]
  /** What stands in the way: ours to report, not to overwrite. */
  conflicts: readonly Finding[]
  /** What an operator did that is not drift, such as a disabled resource. */
  notes: readonly string[]
}

/** What differs between the CIB and what is wanted of it, by meaning. Pure. */
export function diffCib(wanted: Desired, cib: Cib, owned: Ownership): CibDiff {
  const desired = asNamed(wanted, cib)
  const resources = diffResources(desired, cib, owned)
  const groups = diffGroups(desired, cib, owned, resources.changes)
  const touched = [...resources.changes, ...groups.changes]
  const constraints = diffConstraints(desired, cib, owned, touched)
  const parts = diffParts(desired, cib, owned, touched)
  const changes = [
    ...cib.seeds.map((id): Change => ({ type: "unseed", id })),
    ...SECTIONS.flatMap((section) => diffSection(section, desired.sections[section], cib, owned)),
    ...changesOf(constraints.changes, "delete-constraint"),
    ...changesOf(parts.changes, "delete-part").filter(({ have }) => !isBundle(have)),
    // A bundle is there before what runs in it, and goes after that.
    ...changesOf(parts.changes, "create-part").filter(({ part }) => isBundle(part)),
    ...inOrder(touched),
    ...changesOf(parts.changes, "delete-part").filter(({ have }) => isBundle(have)),
    ...changesOf(parts.changes, "create-part").filter(({ part }) => !isBundle(part)),
    ...changesOf(parts.changes, "update-part"),
    ...changesOf(constraints.changes, "create-constraint"),
  ]
  return {
    changes,
    foreign: foreignObjects(desired, cib, owned),
    conflicts: [
      ...resources.conflicts,
      ...groups.conflicts,
      ...constraints.conflicts,
      ...parts.conflicts,
      ...bound(cib, desired, owned, [...touched, ...parts.changes]),
      ...twins(desired, cib, owned),
    ],
    notes: [...resources.notes, ...bundleNotes(desired, cib)],
  }
}

function bundleNotes({ parts = [] }: Desired, cib: Cib): readonly string[] {
  const wanted = new Set(parts.filter(isBundle).map(({ id }) => id))
  const bundles = cib.parts.filter((part) => isBundle(part) && wanted.has(part.id))
  return bundles.flatMap(({ id, element }) => handNotes(id, metaOf(element)))
}

function isBundle({ kind }: CibPart): boolean {
  return kind === "bundle"
}

/** Wanted attributes that differ, and owned ones that are wanted no more. Others are somebody else's. */
function diffSection(section: Section, want: Attributes, cib: Cib, owned: Ownership): readonly Change[] {
  const have = cib.sections[section].values
  const stale = Object.keys(have).filter((name) => owned[section].has(name) && !Object.hasOwn(want, name))
  const wrong = Object.entries(want).filter(
    ([name, value]) => !Object.hasOwn(have, name) || !sameValue(have[name]!, value),
  )
  return [
    ...stale.map((name): Change => ({ type: "unset", section, name, have: have[name]! })),
    ...wrong.map(([name, value]): Change => ({ type: "set", section, name, value, have: have[name] })),
  ]
}

const ORDER: readonly Change["type"][] = [
  "delete-resource",
  "unclone",
  "leave-group",
  "create-resource",
  "update-resource",
  "clone",
  "update-clone",
  "join-group",
]

function inOrder(changes: readonly Change[]): readonly Change[] {
  return ORDER.flatMap((type) => changesOf(changes, type))
}
