import { nearest } from "../../base/nearest.ts"
import type { Notes } from "../../document/notes.ts"
import type { Path } from "../../document/problems.ts"
import type { Constraint, Group, Host, Resource } from "../../model/inventory.ts"
import { colocation, location, order } from "./constraint-ids.ts"
import type { ConstraintYaml } from "./constraint-schema.ts"
import { HAPROXY_CLONE, HAPROXY_RESOURCE } from "./vip-resources.ts"

/** What a constraint can name. */
interface Nameable {
  resources: readonly Resource[]
  fencing: readonly Resource[]
  hosts: readonly Host[]
  /** The cluster's members. */
  on: Group
}

/** The user's constraints, each name in them checked. */
export function expandConstraints(yaml: readonly ConstraintYaml[], known: Nameable, notes: Notes): Constraint[] {
  const names = resourceNames(known)
  const nodes = known.hosts.filter((host) => host.group === known.on).map((host) => host.name)
  const places = new Map<string, Path>()
  const orders: Placed[] = []
  return yaml.flatMap((entry, at) => {
    const path: Path = ["pacemaker", "constraints", at]
    for (const reference of referencesOf(entry)) {
      checkName(reference, { names, nodes, path: [...path, ...reference.path] }, notes)
    }
    checkTwice(referencesOf(entry), path, notes)
    const constraint = expandConstraint(entry)
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

function checkTwice([one, other]: readonly Reference[], path: Path, notes: Notes): void {
  if (one?.name === other?.name && one?.kind === other?.kind && other !== undefined)
    notes.problem([...path, ...other.path], `${other.name} is there twice`)
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

function expandConstraint(yaml: ConstraintYaml): Constraint {
  if ("colocate" in yaml) {
    return colocation({ resource: yaml.colocate, with: yaml.with, ...scoreOf(yaml.score), id: yaml.id })
  }
  if ("locate" in yaml) {
    return location({ resource: yaml.locate, node: yaml.prefers, ...scoreOf(yaml.score), id: yaml.id })
  }
  const [first, then] = [orderStep(yaml.order[0]), orderStep(yaml.order[1])]
  const actions = { firstAction: first.action, thenAction: then.action ?? first.action }
  const { kind, symmetrical, id } = yaml
  return order(first.name, then.name, { ...actions, kind, symmetrical, id })
}

function scoreOf(score: number | string | undefined): { score?: string } {
  return score === undefined ? {} : { score: String(score).replace(/^\+/, "") }
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
  if ("colocate" in yaml) return [resource(yaml.colocate, "colocate"), resource(yaml.with, "with")]
  if ("locate" in yaml) {
    return [resource(yaml.locate, "locate"), { name: yaml.prefers, kind: "node", path: ["prefers"] }]
  }
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
