import { nearest } from "../../base/nearest.ts"
import type { Notes } from "../../document/notes.ts"
import type { Path } from "../../document/problems.ts"
import type { Constraint, Group, Host, Resource } from "../../model/inventory.ts"
import { RuleError } from "../parts/rule.ts"
import { composed, isPair, longSet, scoreOf } from "./composed.ts"
import { colocation, location, order } from "./constraint-ids.ts"
import type { ConstraintYaml, SetYaml } from "./constraint-schema.ts"
import { HAPROXY_CLONE, HAPROXY_RESOURCE } from "./vip-resources.ts"

/** What a constraint can name. */
interface Nameable {
  resources: readonly Resource[]
  fencing: readonly Resource[]
  tags: readonly string[]
  hosts: readonly Host[]
  /** The cluster's members. */
  on: Group
}

/** The user's constraints, each name in them checked. */
export function expandConstraints(yaml: readonly ConstraintYaml[], known: Nameable, notes: Notes): Constraint[] {
  const names = [...resourceNames(known), ...known.tags]
  const nodes = known.hosts.filter((host) => host.group === known.on).map((host) => host.name)
  const places = new Map<string, Path>()
  const orders: Placed[] = []
  return yaml.flatMap((entry, at) => {
    const path: Path = ["pacemaker", "constraints", at]
    for (const reference of referencesOf(entry)) {
      checkName(reference, { names, nodes, path: [...path, ...reference.path] }, notes)
    }
    checkTwice(entry, path, notes)
    const constraint = expandConstraint(entry, path, notes)
    if (constraint === undefined) return []
    const twin = places.get(constraint.id)
    if (twin !== undefined) {
      const unless = [path, twin].map((one) => [...one, "*"])
      notes.problem(path, `the constraint ${constraint.id} is there already (${notes.line(twin)})`, { unless })
    }
    places.set(constraint.id, path)
    if (constraint.type === "order") checkOpposite({ constraint, path }, orders, notes)
    return [constraint]
  })
}

interface Placed {
  constraint: Extract<Constraint, { type: "order" }>
  path: Path
}

function checkTwice(yaml: ConstraintYaml, path: Path, notes: Notes): void {
  const all = referencesOf(yaml)
  // Between the promoted instance of a clone and its others there may be a word to say.
  if ("colocate" in yaml && "with" in yaml && yaml.role !== yaml.withRole) return
  for (const [at, one] of all.entries()) {
    const earlier = all.slice(0, at).some(({ name, kind }) => name === one.name && kind === one.kind)
    if (earlier) notes.problem([...path, ...one.path], `${one.name} is there twice`)
  }
}

/** Of two steps that each wait for the other, neither begins; a mere "not at once" goes both ways. */
function checkOpposite(placed: Placed, earlier: Placed[], notes: Notes): void {
  const stepsOf = ({ first, firstAction, then, thenAction }: Placed["constraint"]) => [
    `${firstAction} ${first}`,
    `${thenAction} ${then}`,
  ]
  const [first, then] = stepsOf(placed.constraint)
  const other = earlier.find(({ constraint }) => stepsOf(constraint).join() === [then, first].join())
  if (placed.constraint.kind === "Serialize") return
  if (other !== undefined && first !== then) {
    const unless = [placed.path, other.path].map((path) => [...path, "*"])
    notes.problem(placed.path, `${notes.line(other.path)} says the opposite order, and neither could begin`, { unless })
  }
  earlier.push(placed)
}

function expandConstraint(yaml: ConstraintYaml, path: Path, notes: Notes): Constraint | undefined {
  try {
    return composed(yaml) ?? between(yaml)
  } catch (error) {
    if (!(error instanceof RuleError)) throw error
    notes.problem("where" in yaml ? [...path, "where"] : path, error.message)
    return undefined
  }
}

function between(yaml: ConstraintYaml): Constraint | undefined {
  if ("colocate" in yaml && "with" in yaml) {
    return colocation({ resource: yaml.colocate, with: yaml.with, score: scoreOf(yaml.score), id: yaml.id })
  }
  if ("locate" in yaml && "prefers" in yaml && typeof yaml.locate === "string") {
    return location({ resource: yaml.locate, node: yaml.prefers, score: scoreOf(yaml.score), id: yaml.id })
  }
  if (!("order" in yaml) || !isPair(yaml.order)) return undefined
  const [first, then] = [orderStep(yaml.order[0]), orderStep(yaml.order[1])]
  const actions = { firstAction: first.action, thenAction: then.action ?? first.action }
  const { kind, symmetrical, id } = yaml
  return order(first.name, then.name, { ...actions, kind, symmetrical, id })
}

/** `promote galera-clone`, or a name alone. */
function orderStep(text: string): { action?: string; name: string } {
  const [action, name] = text.split(" ")
  return name === undefined ? { name: text } : { action: action!, name }
}

interface Reference {
  name: string
  kind: "resource" | "node"
  path: Path
}

function referencesOf(yaml: ConstraintYaml): Reference[] {
  const resource = (name: string, ...path: Path): Reference => ({ name, kind: "resource", path })
  const ofSets = (sets: readonly SetYaml[], key: string) =>
    sets.flatMap((set, at) => {
      const inner = Array.isArray(set) ? [] : ["resources"]
      return longSet(set).resources.map((name, index) => resource(name, key, at, ...inner, index))
    })
  if ("ticket" in yaml) {
    const { resources } = yaml
    return typeof resources === "string" ? [resource(resources, "resources")] : ofSets(resources, "resources")
  }
  if ("colocate" in yaml) {
    if (!("with" in yaml)) return ofSets(yaml.colocate, "colocate")
    return [resource(yaml.colocate, "colocate"), resource(yaml.with, "with")]
  }
  if ("locate" in yaml) {
    const { locate } = yaml
    const placed =
      typeof locate === "string"
        ? [resource(locate, "locate")]
        : Array.isArray(locate)
          ? locate.map((name, at) => resource(name, "locate", at))
          : []
    return "prefers" in yaml ? [...placed, { name: yaml.prefers, kind: "node", path: ["prefers"] }] : placed
  }
  if (!isPair(yaml.order)) return ofSets(yaml.order as readonly SetYaml[], "order")
  return yaml.order.map((text, at) => resource(orderStep(text).name, "order", at))
}

function checkName(
  { name, kind }: Reference,
  { names, nodes, path }: { names: readonly string[]; nodes: readonly string[]; path: Path },
  notes: Notes,
): void {
  const candidates = kind === "node" ? nodes : names
  if (candidates.includes(name)) return
  const what = kind === "node" ? "member of the cluster" : "resource, clone, group or VIP"
  const unless =
    kind === "node"
      ? [
          ["controllers", name],
          ["loadbalancers", name],
          ["pacemaker", "on"],
        ]
      : sourcesOf(name)
  notes.problem(path, `there is no ${what} "${name}"`, { suggestion: nearest(name, candidates), unless })
}

/** Where a name could come from that constraints use. */
function sourcesOf(name: string): Path[] {
  const resources: Path = ["pacemaker", "resources"]
  return [
    ["pacemaker", "on"],
    ["pacemaker", "fencing", "*", "name"],
    ["pacemaker", "tags", name],
    [...resources, name],
    [...resources, name.replace(/-clone$/, ""), "clone"],
    [...resources, "*", "clone", "id"],
    [...resources, "*", "group"],
    ...[[], ["on"], ["manager"]].map((path) => ["vips", name, ...path]),
    ...(name === HAPROXY_CLONE || name === HAPROXY_RESOURCE
      ? [["haproxy"], ["haproxy", "services", "*"], ["vips", "*"]]
      : []),
  ]
}

/** All that a constraint can name but nodes. */
export function resourceNames({ resources, fencing }: Pick<Nameable, "resources" | "fencing">): string[] {
  const all = [...resources, ...fencing].flatMap(({ id, clone, group }) => [id, clone?.id, group])
  return [...new Set(all.filter((name) => name !== undefined))]
}
