import type { CibElement, Constraint } from "../../model/inventory.ts"
import { element } from "../parts/element.ts"
import { parseRule, RuleError, requireKinds } from "../parts/rule.ts"
import type { ConstraintYaml, SetYaml } from "./constraint-schema.ts"

export type Composed = Extract<Constraint, { type: "composed" }>

/** A constraint in one of its longer forms; undefined where it is one between two. Throws a RuleError. */
export function composed(yaml: ConstraintYaml): Composed | undefined {
  if ("ticket" in yaml) return ticket(yaml)
  if ("order" in yaml) return isPair(yaml.order) ? undefined : orderOfSets(yaml)
  if ("colocate" in yaml) return "with" in yaml ? colocationByRole(yaml) : colocationOfSets(yaml)
  return "where" in yaml ? locationByRule(yaml) : locationOfMore(yaml)
}

type Of<Key extends string> = Extract<ConstraintYaml, Record<Key, unknown>>

/** Two steps between which there is an order, and no sets. */
export function isPair(order: Of<"order">["order"]): order is [string, string] {
  return order.every((one) => typeof one === "string")
}

function made(root: CibElement): Composed {
  return { type: "composed", id: root.attributes.id ?? "", element: root }
}

function ticket({ ticket, resources, role, lossPolicy, id }: Of<"ticket">): Composed {
  const more = { ticket, "loss-policy": lossPolicy }
  if (typeof resources === "string") {
    const own = id ?? named("ticket", ticket, resources, role)
    return made(element("rsc_ticket", { id: own, rsc: resources, "rsc-role": role, ...more }))
  }
  if (role !== undefined) throw new RuleError("for sets the role stands in each of them")
  const own = id ?? named("ticket", ticket, ...setWords(resources))
  return made(element("rsc_ticket", { id: own, ...more }, sets(resources, own)))
}

function orderOfSets({ order, kind, symmetrical, id }: Of<"order">): Composed {
  const of = order as readonly SetYaml[]
  const own = id ?? named("order", ...setWords(of))
  const said = { kind, symmetrical: symmetrical?.toString() }
  return made(element("rsc_order", { id: own, ...said }, sets(of, own)))
}

function colocationByRole({
  colocate,
  with: other,
  role,
  withRole,
  influence,
  score,
  id,
}: Extract<Of<"colocate">, { with: string }>) {
  if (role === undefined && withRole === undefined && influence === undefined) return undefined
  const own = id ?? named("colocation", colocate, role, other, withRole, scoreOf(score))
  const roles = { "rsc-role": role, "with-rsc-role": withRole, influence: influence?.toString() }
  return made(element("rsc_colocation", { id: own, rsc: colocate, "with-rsc": other, score: scoreOf(score), ...roles }))
}

function colocationOfSets({ colocate, score, id }: Exclude<Of<"colocate">, { with: string }>): Composed {
  const own = id ?? named("colocation", ...setWords(colocate))
  return made(element("rsc_colocation", { id: own, score: scoreOf(score) }, sets(colocate, own)))
}

type Located = Of<"locate">

function locationOfMore({
  locate,
  prefers,
  role,
  resourceDiscovery,
  score,
  id,
}: Extract<Located, { prefers: string }>) {
  if (typeof locate === "string" && role === undefined && resourceDiscovery === undefined) return undefined
  if (Array.isArray(locate) && role !== undefined) throw new RuleError("a role is said of one, not of several")
  const own = id ?? named("location", ...placedWords(locate), role, prefers, scoreOf(score))
  const more = { node: prefers, score: scoreOf(score), role, "resource-discovery": resourceDiscovery }
  return located(own, locate, more, [])
}

function locationByRule({
  locate,
  where,
  role,
  resourceDiscovery,
  score,
  scoreAttribute,
  id,
}: Extract<Located, { where: string }>) {
  if (score !== undefined && scoreAttribute !== undefined) throw new RuleError("either score or scoreAttribute")
  const own = id ?? named("location", ...placedWords(locate), where)
  const strength = scoreAttribute === undefined ? { score: scoreOf(score) } : { "score-attribute": scoreAttribute }
  const rule = parseRule(where, `${own}-rule`, { ...strength, role })
  requireKinds(rule, ["expression", "date_expression"], "a place depends on nodes and times alone")
  return located(own, locate, { "resource-discovery": resourceDiscovery }, [rule])
}

function located(
  id: string,
  locate: Located["locate"],
  more: Readonly<Record<string, string | undefined>>,
  rules: readonly CibElement[],
): Composed {
  if (typeof locate === "string") return made(element("rsc_location", { id, rsc: locate, ...more }, rules))
  if (!Array.isArray(locate))
    return made(element("rsc_location", { id, "rsc-pattern": locate.pattern, ...more }, rules))
  return made(element("rsc_location", { id, ...more }, [...sets([locate], id), ...rules]))
}

function placedWords(locate: Located["locate"]): readonly string[] {
  if (typeof locate === "string") return [locate]
  return Array.isArray(locate) ? locate : ["pattern", locate.pattern]
}

export function scoreOf(score: string | number | undefined): string {
  return score === undefined ? "INFINITY" : String(score).replace(/^\+/, "")
}

function sets(all: readonly SetYaml[], id: string): readonly CibElement[] {
  return all.map((set, at) => {
    const { resources, sequential, requireAll, action, role } = longSet(set)
    const options = { sequential: sequential?.toString(), "require-all": requireAll?.toString(), action, role }
    const references = resources.map((one) => element("resource_ref", { id: one }))
    return element("resource_set", { id: `${id}_set${at === 0 ? "" : `-${at}`}`, ...options }, references)
  })
}

export function longSet(set: SetYaml): Exclude<SetYaml, readonly string[]> {
  return Array.isArray(set) ? { resources: set } : set
}

/** As pcs begins the ids of such constraints. */
function setWords(all: readonly SetYaml[]): readonly string[] {
  return all.flatMap((set) => ["set", ...longSet(set).resources])
}

/** An id of words. */
function named(...words: readonly (string | undefined)[]): string {
  return slug(words.filter((word) => word !== undefined).join("-"))
}

/** What no id can have becomes `_`. */
export function slug(text: string): string {
  return text.replace(/[^\w.-]+/g, "_").replace(/_+$/, "")
}
