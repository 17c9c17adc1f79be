import type { Finding } from "../base/events.ts"
import { listing } from "../base/words.ts"
import type { CrmBan, CrmNode, CrmResource, CrmStatus } from "../pacemaker/crm-mon.ts"

/** What an operator left behind that keeps a resource from running; it stays as it is until somebody takes it back. */
export interface Hindrance {
  /** For people: `controller1 is in standby`. */
  reason: string
  /** The commands that take it back, as far as there are any. */
  undo: readonly string[]
  /** It starts by itself when maintenance ends, which nobody has to be told to do. */
  maintenance?: true
  /** An operator has stopped it by its target-role. */
  disabled?: true
}

/**
 * Why the resource runs nowhere and will not: undefined where a node might still start it, or where the reason is none of an operator's
 * making. `coming` are nodes that are waited for.
 */
export function whyNowhere(id: string, status: CrmStatus, coming: readonly string[]): readonly Hindrance[] | undefined {
  const all = ofResource(id, status)
  if (all !== undefined) return [all]
  const nodes = nodesOf(status).map(({ name, online, pending }) => {
    if (!online || pending) return coming.includes(name) ? undefined : { reason: `${name} is offline`, undo: [] }
    return whyNotOn(name, id, status)
  })
  const known = nodes.flatMap((one) => one ?? [])
  return known.length === 0 || known.length < nodes.length ? undefined : known
}

/** Why the resource does not start on this node, which is online. */
export function whyNotOn(name: string, id: string, status: CrmStatus): Hindrance | undefined {
  const all = ofResource(id, status)
  if (all !== undefined) return all
  const node = nodesOf(status).find((one) => one.name === name)
  const resting = node && whyResting(node)
  if (resting !== undefined) return resting
  const ban = status.bans.find((one) => one.node === name && isAbout(one, id, status))
  return ban && { reason: describeBan(ban), undo: clearing(ban) }
}

/** Why a node takes no resources though it is there. */
export function whyResting({ name, maintenance, standby }: Pick<CrmNode, "name" | "maintenance" | "standby">) {
  if (maintenance) {
    const undo = [`crm_attribute --node ${name} --name maintenance --delete`]
    return { reason: `${name} is in maintenance`, undo, maintenance: true } as const
  }
  return standby ? { reason: `${name} is in standby`, undo: [`haops unstandby ${name}`] } : undefined
}

/** Members, and what runs resources besides. */
function nodesOf({ nodes, remotes = [] }: CrmStatus) {
  return [...nodes, ...remotes.map((one) => ({ ...one, pending: false }))]
}

/** What keeps it from starting on any node. */
function ofResource(id: string, { maintenance, resources }: CrmStatus): Hindrance | undefined {
  if (maintenance) {
    return { reason: "the cluster is in maintenance mode", undo: ["haops maintenance off"], maintenance: true }
  }
  const copies = resources.filter((one) => one.id === id && !one.active)
  if (copies.some(({ disabled }) => disabled)) {
    return { reason: "it is disabled", undo: [withoutOption(id, "target-role")], disabled: true }
  }
  if (copies.length === 0 || copies.some(({ managed }) => managed)) return undefined
  return { reason: "the cluster does not manage it", undo: [withoutOption(id, "is-managed")] }
}

/** The command that takes back an operator's meta attribute. */
export function withoutOption(id: string, option: string): string {
  return `crm_resource --resource ${id} --meta --delete-parameter ${option}`
}

/** `controller1 and controller2 are in standby; cli-ban-vip-on-controller3 keeps vip off controller3`. */
export function describeHindrances(all: readonly Hindrance[]): string {
  const states = new Map<string, string[]>()
  for (const { reason } of all) {
    const [, node, state] = /^(\S+) is (offline|in \w+)$/.exec(reason) ?? []
    const key = state ?? reason
    states.set(key, [...(states.get(key) ?? []), ...(node === undefined ? [] : [node])])
  }
  const said = [...states].map(([state, nodes]) => {
    if (nodes.length === 0) return state
    return `${listing(nodes)} ${nodes.length === 1 ? "is" : "are"} ${state}`
  })
  return said.join("; ")
}

/** Bans that a command left behind: they hold until somebody clears them, though nobody remembers them. */
export function bansLeft(status: CrmStatus | undefined): Finding[] {
  return (status?.bans ?? []).filter(isLeft).map((ban) => ({
    severity: "warning",
    message: `${describeBan(ban)}, until: ${clearing(ban).join("; ")}`,
  }))
}

/** `cli-ban-vip-on-controller1 keeps vip off controller1`. */
export function describeBan({ id, resource, node }: CrmBan): string {
  return `${id} keeps ${resource} off ${node}`
}

/** The command that takes a ban back; none for a constraint that somebody wrote, which is to stand. */
export function clearing({ id, resource, node }: CrmBan): string[] {
  return isLeft({ id }) ? [`crm_resource --clear --resource ${resource} --node ${node}`] : []
}

/** True for one that a command left behind, not one that somebody wrote. */
export function isLeft({ id }: Pick<CrmBan, "id">): boolean {
  return id.startsWith("cli-")
}

function isAbout({ resource }: CrmBan, id: string, { resources }: CrmStatus): boolean {
  return resources.some((one) => one.id === id && [one.id, ...one.within].includes(resource))
}

/** True where the resource runs on no node, and nobody is about to change that. */
export function isIdle(copies: readonly CrmResource[]): boolean {
  return copies.every(({ active, failed, role }) => !active && !failed && role === "Stopped")
}
