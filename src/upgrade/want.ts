import { stackParts } from "../host/packages/parts.ts"
import { CHECK_SCRIPT } from "../keepalived/check.ts"
import type { settle } from "../keepalived/settle.ts"
import { pacemakerOn } from "../membership/nodes.ts"
import type { Component, Detour } from "../model/component.ts"
import type { HostFacts } from "../model/host-facts.ts"
import { type Host, hostsOf, type Inventory } from "../model/inventory.ts"
import type { BindContext } from "../model/step.ts"
import { portOfVip } from "../model/vip-port.ts"
import { isHaproxy } from "../pacemaker/section/vip-resources.ts"

/** What `haops upgrade` was told. */
export interface UpgradeTerms {
  /** Components, or packages; undefined: all. */
  only?: readonly string[] | undefined
  /** A version, with `*` at the end for any that begins so, or without its packaging suffix; undefined: the newest. */
  to?: string | undefined
}

/** What a host is upgraded for. */
export interface UpgradeWant {
  host: string
  /** The name of the cluster that it is a member of. */
  cluster?: string | undefined
  parts: readonly string[]
  fencing: readonly string[]
  /** The cluster's VIPs, by their resources. */
  vips: readonly { id: string; address: string; port?: number | undefined }[]
  /** The resource that is to run on every node in service. */
  haproxy?: string | undefined
  /** The other hosts that keepalived may move this one's VIPs to. */
  beside: readonly string[]
  /** What a keepalived that starts is waited for, before which it takes no VIP from another. */
  vrrp?: Parameters<typeof settle>[0] | undefined
  /** By unit that is a member of a cluster of its own: the other hosts that have one. */
  peers: Readonly<Record<string, readonly string[]>>
  /** By unit: how its clients are sent to other hosts' before it restarts. */
  detours: Readonly<Record<string, Detour>>
  /** All addresses by which clients may come to a host, of whichever group. */
  addresses: readonly string[]
}

/** Undefined on a host that has none of what is to be upgraded. */
export function upgradeWant(
  components: readonly Component[],
  { only }: UpgradeTerms,
  { inventory, host }: BindContext,
): UpgradeWant | undefined {
  const needs = components.flatMap((one) => {
    const needed = one.packages?.needed(inventory, host)
    return needed !== undefined && needed.parts.length > 0 && concerns(one, only) ? [needed] : []
  })
  if (needs.length === 0) return undefined
  const pacemaker = pacemakerOn(inventory, host)
  const vips = inventory.vips.filter(({ on }) => on === host.group)
  const clusters = vips.filter(({ manager }) => manager === "pacemaker")
  return {
    host: host.name,
    cluster: pacemaker && inventory.name,
    parts: needs.flatMap(({ parts }) => parts),
    fencing: needs.flatMap(({ fencing = [] }) => fencing),
    vips: clusters.map(({ name, address }) => ({ id: name, address, port: portOfVip(inventory, name) })),
    haproxy: inventory.haproxy?.placement === "everywhere" ? pacemaker?.resources.find(isHaproxy)?.id : undefined,
    beside:
      vips.length === clusters.length
        ? []
        : hostsOf(inventory, host.group).flatMap((one) => (one.name === host.name ? [] : [one.name])),
    vrrp: vrrpOf(inventory, host),
    peers: Object.fromEntries(components.flatMap((one) => peersOf(one, inventory, host.name))),
    detours: Object.assign({}, ...components.map(({ upgrade }) => upgrade?.detours?.(inventory, host) ?? {})),
    addresses: inventory.vips.map(({ address }) => address),
  }
}

function vrrpOf(inventory: Inventory, host: Host): UpgradeWant["vrrp"] {
  const { keepalived, haproxy } = inventory
  const own = inventory.vips.filter(({ manager, on }) => manager === "keepalived" && on === host.group)
  if (keepalived === undefined || own.length === 0) return undefined
  const { port, intervalMs, rise } = keepalived.check
  const checked = haproxy?.on.includes(host.group) === true
  const vips = own.map(({ name, address }) => ({ address, port: portOfVip(inventory, name) }))
  return {
    ready: checked ? `${CHECK_SCRIPT.path} ${port}` : undefined,
    vips: vips.flatMap(({ address, port }) => (port === undefined ? [] : [{ address, port }])),
    advertMs: keepalived.advertMs + (checked ? rise * intervalMs : 0),
  }
}

function peersOf({ packages, upgrade }: Component, inventory: Inventory, self: string) {
  const has = (host: Host) => (packages?.needed(inventory, host)?.parts.length ?? 0) > 0
  const others = inventory.hosts.flatMap((host) => (host.name !== self && has(host) ? [host.name] : []))
  return (upgrade?.members ?? []).map((unit): [string, readonly string[]] => [unit, others])
}

/** What `--only` may say: components that have packages, and packages by any system's name. */
export function upgradable(components: readonly Component[]): readonly string[] {
  return [
    ...components.flatMap((one) => (packagesOf(one).length === 0 ? [] : [one.name])),
    ...components.flatMap(packagesOf),
  ]
}

function concerns(component: Component, only: readonly string[] | undefined): boolean {
  return (
    only === undefined || only.includes(component.name) || packagesOf(component).some((name) => only.includes(name))
  )
}

/** A component's packages, by every system's name. */
export function packagesOf(component: Component): readonly string[] {
  if (component.packages === undefined) return []
  const stack = stackParts([component])
  return [...new Set(stack.variants({ parts: Object.keys(component.packages.parts), fencing: [] }).flat())]
}

/** The packages of this host that are to be upgraded, by its own system's names. */
export function namesOn(
  components: readonly Component[],
  { only }: UpgradeTerms,
  { parts, fencing }: Pick<UpgradeWant, "parts" | "fencing">,
  facts: Pick<HostFacts, "family" | "os" | "osVersion">,
): readonly string[] {
  const names = stackParts(components).names({ parts, fencing }, facts)
  const whole = components.filter((one) => only === undefined || only.includes(one.name)).flatMap(packagesOf)
  return names.filter((name) => whole.includes(name) || only?.includes(name) === true)
}
