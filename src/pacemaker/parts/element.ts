import type { CibElement } from "../../model/inventory.ts"
import { sameValue } from "../values.ts"

/** An element by its name and attributes; those that are undefined are left out. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | undefined>>,
  children: readonly CibElement[] = [],
): CibElement {
  const said = Object.entries(attributes).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return { name, attributes: Object.fromEntries(said), children }
}

/** Elements whose id is that of another, or the name of a user or a node: a remote one is called as the resource that makes it one. */
const REFERRING: ReadonlySet<string> = new Set(["obj_ref", "resource_ref", "role", "acl_target", "node"])

/** Whether an element's id is one of the CIB, of which there is but one. */
export function hasOwnId({ name }: Pick<CibElement, "name">): boolean {
  return !REFERRING.has(name)
}

const REFERENCES = ["rsc", "with-rsc", "first", "then"]

/** The resources, clones, groups and tags that a constraint names. */
export function referredIn({ name, attributes, children }: CibElement): readonly string[] {
  return [
    ...REFERENCES.flatMap((key) => attributes[key] ?? []),
    ...(name === "resource_ref" ? [attributes.id ?? ""] : []),
    ...children.flatMap(referredIn),
  ]
}

/** Whether two elements mean the same to pacemaker, whatever the ids in them: those that are names count. */
export function sameElement(one: CibElement, other: CibElement): boolean {
  if (one.name !== other.name) return false
  const [a, b] = [attributesOf(one), attributesOf(other)]
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  const exact = one.name === "nvpair" || EXACT.has(one.name)
  const same = [...names].every((name) => {
    const [left, right] = [a[name], b[name]]
    return left !== undefined && right !== undefined && (left === right || (!exact && sameValue(left, right)))
  })
  if (!same) return false
  const [mine, theirs] = [childrenOf(one), childrenOf(other)]
  return mine.length === theirs.length && mine.every((child, at) => sameElement(child, theirs[at]!))
}

/** Their values are somebody's text, and no word of pacemaker's. */
const EXACT: ReadonlySet<string> = new Set([
  "expression",
  "recipient",
  "alert",
  "fencing-level",
  "acl_permission",
  "obj_ref",
  "resource_ref",
  "podman",
  "docker",
  "storage-mapping",
])

/** Elements whose id is what they say. */
const NAMED: ReadonlySet<string> = new Set([
  "resource_ref",
  "obj_ref",
  "role",
  "acl_target",
  "acl_group",
  "acl_role",
  "tag",
])

/** What pacemaker takes where an attribute is not there. */
const DEFAULTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  rsc_colocation: { score: "INFINITY", "rsc-role": "Started", "with-rsc-role": "Started" },
  rsc_location: { role: "Started", "resource-discovery": "always" },
  rsc_order: { "first-action": "start" },
  rsc_ticket: { "rsc-role": "Started" },
  resource_set: { sequential: "true", "require-all": "true", action: "start", role: "Started" },
  rule: { "boolean-op": "and", score: "0" },
  expression: { "value-source": "literal" },
  instance_attributes: { score: "0" },
  meta_attributes: { score: "0" },
  utilization: { score: "0" },
}

function attributesOf({ name, attributes, children }: CibElement): Readonly<Record<string, string>> {
  const { id, description: _, "id-ref": __, ...rest } = attributes
  const all = { ...DEFAULTS[name], ...rest, ...(NAMED.has(name) && id !== undefined ? { id } : {}) }
  if (name === "rsc_ticket") return ticketOf(all, children)
  return name === "rsc_order" ? orderOf(all) : all
}

/** What is promoted is demoted without its ticket, all else stopped. */
function ticketOf(said: Readonly<Record<string, string>>, sets: readonly CibElement[]) {
  const roles = [said["rsc-role"] ?? "", ...sets.map(({ attributes }) => attributes.role ?? "")]
  if (!roles.some((role) => role === "Promoted" || role === "Master")) return { "loss-policy": "stop", ...said }
  return sets.length === 0 ? { "loss-policy": "demote", ...said } : said
}

/** Its kind was a score once, and what is symmetrical depends on it. */
function orderOf({ score, ...rest }: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const kind = rest.kind ?? (score === "0" ? "Optional" : "Mandatory")
  const symmetrical = kind === "Serialize" ? "false" : "true"
  return { symmetrical, "then-action": rest["first-action"] ?? "start", ...rest, kind }
}

const SETS: ReadonlySet<string> = new Set(["instance_attributes", "meta_attributes", "utilization", "rule"])

/** What a bundle is made of. */
const BUNDLED = ["podman", "docker", "rkt", "network", "storage"]

function withoutScore(one: CibElement): CibElement {
  if (one.name !== "rule") return one
  const { score: _, ...attributes } = one.attributes
  return { ...one, attributes }
}

/** Where order means nothing, in one. */
function childrenOf({ name, children: all }: CibElement): readonly CibElement[] {
  // A score means something in a place alone.
  const children = SETS.has(name) ? all.map(withoutScore) : all
  const sorted = (name: string, key: string) =>
    children
      .filter((one) => one.name === name)
      .toSorted((a, b) => ((a.attributes[key] ?? "") < (b.attributes[key] ?? "") ? -1 : 1))
  const loose = new Map([
    ["nvpair", sorted("nvpair", "name")],
    ["op", sorted("op", "name")],
    ["port-mapping", sorted("port-mapping", "port")],
    ["storage-mapping", sorted("storage-mapping", "target-dir")],
    ...["instance_attributes", "meta_attributes", "utilization", "operations", ...BUNDLED].map(
      (one) => [one, children.filter(({ name }) => name === one)] as const,
    ),
    ["recipient", sorted("recipient", "value")],
    ["obj_ref", sorted("obj_ref", "id")],
    ["role", sorted("role", "id")],
  ])
  return [...children.filter(({ name }) => !loose.has(name)), ...[...loose.values()].flat()]
}
