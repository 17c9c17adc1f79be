import { answered } from "../engine/answered.ts"
import { assess } from "../engine/assess.ts"
import type { Task } from "../engine/task.ts"
import type { World } from "../engine/world.ts"
import { RUNTIME } from "../haproxy/view/picture.ts"
import { HEALTH } from "../membership/health.ts"
import { type Placement, placementOf } from "../membership/placement.ts"
import { referenceView } from "../membership/reference-view.ts"
import type { Inventory } from "../model/inventory.ts"
import { Answers } from "../status/answers.ts"
import { ADDRESSES } from "../vip/view/observed.ts"
import type { Fault, Target } from "./fault.ts"
import { TRACES } from "./traces.ts"

/** What one look during a drill showed. */
export interface View {
  /** By the prober's clock. */
  atMs: number
  /** Where resources run, as the cluster says; empty without one. */
  placement: Placement
  /** Hosts that have the VIP's address. */
  holders: readonly string[]
  /** Whether haproxy runs on the target; undefined where it was not asked. */
  haproxyUp: boolean | undefined
  /** Everything that keeps the cluster from being as it was. */
  troubles: readonly string[]
}

interface ViewRequest {
  inventory: Inventory
  world: World
  tasks: readonly Task[]
  target: Target
  fault: Fault
  /** Undefined: whatever the target says counts. */
  mutes?: Fault["mutes"] | undefined
  atMs: number
}

/** Reads a look that was made. Pure. */
export function viewOf({ inventory, world, tasks, target, fault, mutes = "nothing", atMs }: ViewRequest): View {
  const others = new Map([...world].filter(([name]) => name !== target.node))
  const trusted = mutes === "nothing" ? world : others
  const answers = new Answers(inventory, trusted, tasks)
  const reachable = new Answers(inventory, mutes === "all" ? others : world, tasks)
  const reference = referenceView(answers)
  const addresses = (host: string) => reachable.observed(ADDRESSES, host)
  return {
    atMs,
    placement: reference === undefined ? new Map() : placementOf(reference.status),
    holders: inventory.hosts.map(({ name }) => name).filter((name) => addresses(name)?.has(target.vip.address)),
    haproxyUp: runs(answers.observed(RUNTIME, target.node)),
    troubles: [
      ...unreached(trusted),
      ...outside(inventory, answers),
      ...leftovers(trusted, tasks, fault),
      ...drifted(trusted, tasks),
    ],
  }
}

/** Where the VIP is: by the cluster's word, else by the addresses that hosts have. */
export function vipPlaces({ placement, holders }: View, { vip }: Target): readonly string[] {
  return placement.get(vip.name) ?? holders
}

function runs(haproxy: { state: string } | undefined): boolean | undefined {
  return haproxy === undefined ? undefined : haproxy.state === "up"
}

export function unreached(world: World): readonly string[] {
  return [...world.values()].flatMap(({ host, failure }) =>
    failure === undefined ? [] : [`${host.name}: ${failure.error.message}`],
  )
}

/** A member on which the cluster does not run at all, though the others are well without it. */
export function outside({ pacemaker, hosts }: Inventory, answers: Answers): readonly string[] {
  const members = hosts.filter(({ group }) => group === pacemaker?.on)
  return members.flatMap(({ name }) => {
    const health = answers.answer(HEALTH, name)
    if (health === undefined) return []
    if (health.status === undefined) return [`${name}: no cluster runs there`]
    return health.status.quorate ? [] : [`${name}: without quorum`]
  })
}

/** What the cluster mends leaves only the way back behind, which nobody needs any more then. */
function leftovers(world: World, tasks: readonly Task[], { effect }: Fault): readonly string[] {
  if (effect === "heals") return []
  return carriers(world, tasks).map((host) => `${host}: still has the fault`)
}

/** Hosts that carry the fault of a drill. */
export function carriers(world: World, tasks: readonly Task[]): readonly string[] {
  return [...world.values()].flatMap((state) => (answered(state, tasks, TRACES) === true ? [state.host.name] : []))
}

export function drifted(world: World, tasks: readonly Task[]): readonly string[] {
  const proofs = tasks.filter(({ step }) => step.role === "proof").flatMap((task) => assess(task, world))
  return proofs.flatMap(({ drift, error }) => [
    ...(error === undefined ? [] : [error.message]),
    ...drift.map(({ attribute, have }) => `${attribute}: ${have}`),
  ])
}
