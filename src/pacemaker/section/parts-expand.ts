import { nearest } from "../../base/nearest.ts"
import type { Notes } from "../../document/notes.ts"
import type { Path } from "../../document/problems.ts"
import type { CibPart } from "../../model/inventory.ts"
import { free } from "../parts/rule.ts"
import { ACL_GROUP, type Claim } from "./ids-check.ts"
import { accountPart, alertPart, isXpath, levelPart, objectOf, rolePart, tagPart, targetOf } from "./part-elements.ts"
import type { AclsYaml, FencingLevelYaml } from "./parts-schema.ts"
import type { PacemakerYaml } from "./schema.ts"

/** What parts can name. */
interface Names {
  /** Resources, clones, groups and fencing devices. */
  resources: readonly string[]
  devices: readonly string[]
  constraints: readonly string[]
  /** The cluster's members. */
  nodes: readonly string[]
}

/** Tags, alerts, fencing levels and access control, each name in them checked. */
export function expandParts(yaml: PacemakerYaml, names: Names, claim: Claim, notes: Notes): readonly CibPart[] {
  const check = checker(notes)
  const { tags = {}, alerts = {}, acls = {} } = yaml
  const tagged = [...names.resources, ...names.constraints, ...Object.keys(alerts)]
  for (const [id, members] of Object.entries(tags)) {
    const path = ["pacemaker", "tags", id]
    claim(id, "a tag", path)
    for (const [at, name] of members.entries()) {
      check(name, tagged, "resource, clone, group, constraint or alert", [...path, at])
      if (members.indexOf(name) < at) notes.problem([...path, at], `${name} is there twice`)
    }
  }
  for (const id of Object.keys(alerts)) claim(id, "an alert", ["pacemaker", "alerts", id])
  return [
    ...Object.entries(tags).map(([id, members]) => tagPart(id, members)),
    ...Object.entries(alerts).map(([id, alert]) => alertPart(id, alert)),
    ...expandLevels(yaml.fencingLevels ?? [], names, check, notes),
    ...expandAcls(acls, [...tagged, ...Object.keys(tags)], claim, check),
  ]
}

type Check = (name: string, known: readonly string[], what: string, path: Path) => void

function checker(notes: Notes): Check {
  return (name, known, what, path) => {
    if (!known.includes(name))
      notes.problem(path, `there is no ${what} "${name}"`, { suggestion: nearest(name, known) })
  }
}

function expandLevels(
  levels: readonly FencingLevelYaml[],
  { devices, nodes }: Names,
  check: Check,
  notes: Notes,
): readonly CibPart[] {
  const taken = new Map<string, number[]>()
  const ids = new Set<string>()
  return levels.map((yaml, at) => {
    const path = ["pacemaker", "fencingLevels", at]
    if ("node" in yaml) check(yaml.node, nodes, "member of the cluster", [...path, "node"])
    for (const [place, name] of yaml.devices.entries()) {
      check(name, devices, "fencing device", [...path, "devices", place])
      if (yaml.devices.indexOf(name) < place) notes.problem([...path, "devices", place], `${name} is there twice`)
    }
    const of = JSON.stringify(targetOf(yaml))
    const before = taken.get(of) ?? []
    const level = yaml.level ?? Math.max(0, ...before) + 1
    if (before.includes(level)) notes.problem([...path, "level"], `level ${level} of these nodes is there already`)
    if (level > 9) notes.problem(path, "nodes have nine levels at most")
    taken.set(of, [...before, level])
    return under(levelPart(yaml, level), ids)
  })
}

/** What tells nodes may read alike in an id: the node rack-1, and a rack that is 1. */
function under(part: CibPart, ids: Set<string>): CibPart {
  const { element } = part
  const id = free(part.id, ids)
  return { ...part, id, element: { ...element, attributes: { ...element.attributes, id } } }
}

function expandAcls(
  { roles = {}, users = {}, groups = {} }: AclsYaml,
  objects: readonly string[],
  claim: Claim,
  check: Check,
): readonly CibPart[] {
  const path = ["pacemaker", "acls"]
  const known = Object.keys(roles)
  for (const [id, permissions] of Object.entries(roles)) {
    claim(id, "a role", [...path, "roles", id])
    for (const [at, permission] of permissions.entries()) {
      const object = objectOf(permission)
      if (typeof object !== "string" || isXpath(object)) continue
      check(object, objects, "object", [...path, "roles", id, at, Object.keys(permission)[0]!])
    }
  }
  const accounts = (
    kind: "ACL user" | "ACL group",
    key: "users" | "groups",
    of: Readonly<Record<string, readonly string[]>>,
  ) =>
    Object.entries(of).map(([id, own]) => {
      // Of a group this is an id of the CIB as well; under another one it would be another group.
      if (kind === "ACL group") claim(id, ACL_GROUP, [...path, key, id])
      for (const [at, role] of own.entries()) check(role, known, "role", [...path, key, id, at])
      return accountPart(kind, id, own)
    })
  return [
    ...Object.entries(roles).map(([id, permissions]) => rolePart(id, permissions)),
    ...accounts("ACL user", "users", users),
    ...accounts("ACL group", "groups", groups),
  ]
}
