import { MANAGED } from "../host/mark.ts"
import type { Keepalived } from "../model/inventory.ts"

/** One VIP of a host, with everything that only the host could tell filled in. */
export interface VrrpInstance {
  name: string
  /** The VIP and the prefix length of its network. */
  address: string
  prefix: number
  /** Interface of the host that the VIP is put on. */
  nic: string
  routerId: number
  /** Higher wins: 1 to 254. */
  priority: number
  /** The host that has the VIP when all are well. */
  first: boolean
  /** Under unicast: where this host sends from, on which interface, and to whom. */
  unicast?: { source: string; nic: string; peers: readonly string[] } | undefined
}

interface KeepalivedFile extends Pick<Keepalived, "advertMs" | "nopreempt"> {
  /** Name of the host. */
  router: string
  instances: readonly VrrpInstance[]
  /** VRRP password, at most 8 characters of those that need no quotes. */
  password?: string | undefined
  /** Left out where no haproxy runs. */
  check?: (Keepalived["check"] & { script: string }) | undefined
}

export const KEEPALIVED_CONFIG = "/etc/keepalived/keepalived.conf"

/** keepalived.conf of one host. Deterministic: the order is the inventory's. */
export function renderKeepalived(file: KeepalivedFile): string {
  const blocks = [
    globals(file),
    ...(file.check === undefined ? [] : [tracker(file.check)]),
    ...file.instances.map((instance) => vrrp(instance, file)),
  ]
  return `${[MANAGED, ...blocks].join("\n\n")}\n`
}

const TRACKER = "haproxy"

/** Scripts run without rights, and not at all where anybody but root could have changed them. */
function globals({ router }: KeepalivedFile): string {
  return block("global_defs", [`router_id ${router}`, "enable_script_security", "script_user nobody"])
}

function tracker({ script, port, intervalMs, fall, rise }: NonNullable<KeepalivedFile["check"]>): string {
  const seconds = intervalMs / 1000
  return block(`vrrp_script ${TRACKER}`, [
    `script "${script} ${port}"`,
    `interval ${seconds}`,
    `timeout ${seconds}`,
    `fall ${fall}`,
    `rise ${rise}`,
  ])
}

function vrrp(instance: VrrpInstance, { advertMs, nopreempt, password, check }: KeepalivedFile): string {
  const { name, address, prefix, nic, unicast } = instance
  const v6 = address.includes(":")
  return block(`vrrp_instance ${name}`, [
    // A host that must not take the VIP back must not begin by having it.
    `state ${instance.first && !nopreempt ? "MASTER" : "BACKUP"}`,
    ...(nopreempt ? ["nopreempt"] : []),
    `interface ${unicast?.nic ?? nic}`,
    `virtual_router_id ${instance.routerId}`,
    `priority ${instance.priority}`,
    `version ${versionOf(advertMs, v6)}`,
    `advert_int ${advertMs / 1000}`,
    ...(unicast === undefined || unicast.peers.length === 0 ? [] : unicastLines(unicast)),
    ...(password === undefined || v6 ? [] : [block("authentication", ["auth_type PASS", `auth_pass ${password}`])]),
    block("virtual_ipaddress", [`${address}/${prefix} dev ${nic}`]),
    ...(unicast === undefined || unicast.nic === nic ? [] : [block("track_interface", [nic])]),
    ...(check === undefined ? [] : [block("track_script", [TRACKER])]),
    // keepalived adds what happened: INSTANCE public MASTER 200.
    'notify "/usr/bin/logger -t keepalived-state --"',
  ])
}

/** Version 3 counts in hundredths of a second and speaks IPv6; version 2 has the password and is what every peer speaks. */
function versionOf(advertMs: number, v6: boolean): 2 | 3 {
  return v6 || advertMs % 1000 !== 0 ? 3 : 2
}

function unicastLines({ source, peers }: NonNullable<VrrpInstance["unicast"]>): string[] {
  return [`unicast_src_ip ${source}`, block("unicast_peer", peers)]
}

function block(head: string, lines: readonly string[]): string {
  const body = lines.flatMap((line) => line.split("\n")).map((line) => `    ${line}\n`)
  return `${head} {\n${body.join("")}}`
}
