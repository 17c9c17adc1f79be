import { age } from "../../base/age.ts"
import { quote } from "../../base/sh.ts"
import type { Look } from "../../model/view.ts"
import { renamedClones, renamedGroups } from "../../pacemaker/as-named.ts"
import { type Cib, hasExpired } from "../../pacemaker/cib.ts"
import { CIB_ANSWER } from "../../pacemaker/cib-probe.ts"
import type { CrmFailure, CrmStatus } from "../../pacemaker/crm-mon.ts"
import { isOff, leftOff, roleOf } from "../../pacemaker/diff-operation.ts"
import { operationOf, resourceOf } from "../../pacemaker/operation.ts"
import { isHaproxy } from "../../pacemaker/section/vip-resources.ts"
import { describeBan, type Hindrance, isLeft, whyResting, withoutOption } from "../hindrance.ts"
import { referenceView } from "../reference-view.ts"

/** What operators left behind, each with what takes it back; the bans of commands are findings of the proof (`bansLeft`). */
export interface LeftBehind {
  /** Nodes, or the whole cluster, that take no resources. */
  resting: readonly string[]
  /** Resources and constraints that are not as the inventory has them. */
  resources: readonly string[]
  failures: readonly string[]
}

/** Pure but for the time of day. */
export function leftBehind(look: Look, now = Date.now()): LeftBehind {
  const reference = referenceView(look)
  if (reference === undefined) return { resting: [], resources: [], failures: [] }
  const { host, status } = reference
  const cib = look.answer(CIB_ANSWER, host)?.cib
  return {
    resting: restingOf(status).map(words),
    resources: [
      ...writtenBans(look, status, cib),
      ...(cib?.constraints ?? []).filter((one) => hasExpired(one, now)).map(({ id }) => expired(id)),
      ...idleOf(look, status).map(words),
      ...monitorsOff(look, cib).map(words),
    ],
    failures: status.failures.map((failure) => clearing(failure, now)),
  }
}

/** `start of vip failed on controller2: error: no nic (12 min ago)`. */
export function describeFailure({ operation, node, status, reason, at }: CrmFailure, now = Date.now()): string {
  const { action, resource } = operationOf(operation)
  const said = [`${action} of ${resource} failed on ${node}`, status, reason].filter((word) => word !== "").join(": ")
  return at === undefined ? said : `${said} (${age(Math.max(0, now - at) / 1000)} ago)`
}

function clearing(failure: CrmFailure, now: number): string {
  const command = `crm_resource --cleanup --resource ${quote(resourceOf(failure.operation))} --node ${failure.node}`
  return `${describeFailure(failure, now)}; once its cause is gone: ${command}`
}

function words({ reason, undo }: Hindrance): string {
  return undo.length === 0 ? reason : `${reason}, until: ${undo.join("; ")}`
}

function restingOf({ maintenance, nodes, remotes = [] }: CrmStatus): readonly Hindrance[] {
  if (maintenance) return [{ reason: "the cluster is in maintenance mode", undo: ["haops maintenance off"] }]
  return [...nodes, ...remotes].flatMap((node) => whyResting(node) ?? [])
}

/** Constraints that somebody wrote and the inventory does not have: they are to stand, and to be known of. */
function writtenBans(
  { inventory: { pacemaker } }: Look,
  { bans, nodes }: CrmStatus,
  cib: Cib | undefined,
): readonly string[] {
  const wanted = pacemaker?.constraints ?? []
  const renamed = pacemaker && cib ? [...renamedClones(pacemaker, cib), ...renamedGroups(pacemaker, cib)] : []
  const ours = (name: string, node: string) => {
    const resource = renamed.find((one) => one.name === name)?.usual ?? name
    return wanted.some((one) => one.type === "location" && one.resource === resource && one.node === node)
  }
  return bans
    .filter((ban) => !isLeft(ban) && nodes.some(({ name }) => name === ban.node) && !ours(ban.resource, ban.node))
    .map((ban) => `${describeBan(ban)}; the inventory does not have it`)
}

/** The rule of a location is all that expires. */
function expired(id: string): string {
  const command = `cibadmin --delete --xml-text ${quote(`<rsc_location id="${id}"/>`)}`
  return `${id} has expired and means nothing any more; it goes by: ${command}`
}

/** Not managed, or stopped; of a VIP or haproxy that is stopped the proof tells. */
function idleOf({ inventory }: Look, { maintenance, nodes, resources }: CrmStatus): readonly Hindrance[] {
  if (maintenance) return []
  const quiet = new Set(nodes.filter((node) => node.maintenance).map(({ name }) => name))
  const proved = new Set([
    ...inventory.vips.map(({ name }) => name),
    ...resources.filter(isHaproxy).map(({ id }) => id),
  ])
  return [...new Set(resources.map(({ id }) => id))].flatMap((id): Hindrance[] => {
    const copies = resources.filter((one) => one.id === id)
    const loose = copies.some(({ managed, nodes: on }) => !managed && !on.some((node) => quiet.has(node)))
    if (loose) return [{ reason: `the cluster does not manage ${id}`, undo: [withoutOption(id, "is-managed")] }]
    const stopped = !proved.has(id) && copies.every(({ active, disabled }) => disabled && !active)
    return stopped ? [{ reason: `${id} is disabled`, undo: [withoutOption(id, "target-role")] }] : []
  })
}

/** Monitors that pacemaker does not run, and that are not off by the inventory. */
function monitorsOff({ inventory: { pacemaker } }: Look, cib: Cib | undefined): readonly Hindrance[] {
  const wanted = [...(pacemaker?.resources ?? []), ...(pacemaker?.fencing ?? [])]
  return (cib?.resources ?? []).flatMap(({ id, operations }) => {
    const want = wanted.find((one) => one.id === id)?.operations ?? []
    const off = leftOff(want, operations, { resting: true }).filter(({ name }) => name === "monitor")
    return off.map((one): Hindrance => {
      const others = operations.filter(
        (other) => other.name === "monitor" && roleOf(other.options) === roleOf(one.options),
      )
      const which = others.some((other) => !isOff(other))
        ? `the monitor of ${id} every ${one.options.interval} is switched off`
        : `the monitor of ${id} is switched off, so that nobody sees it fail`
      return { reason: which, undo: [switchingOn(one.id)] }
    })
  })
}

/** The command that lets pacemaker run an operation again. */
export function switchingOn(operation: string): string {
  return `cibadmin --modify --xml-text ${quote(`<op id="${operation}" enabled="true"/>`)}`
}
