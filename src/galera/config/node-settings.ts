import type { GaleraSettings } from "../../model/galera.ts"
import type { Host } from "../../model/inventory.ts"

/** The user of its own that mariabackup logs in as where there is a password for it. */
export const SST_USER = "haops_sst"

/** What holds where the inventory says nothing else. Character set and collation do not follow the release's own. */
const DEFAULTS: Readonly<Record<string, string>> = {
  character_set_server: "utf8mb4",
  collation_server: "utf8mb4_general_ci",
  max_connections: "1024",
  // A health check that only connects would lock its host out.
  max_connect_errors: "4294967295",
}

interface Place {
  cluster: string
  host: Host
  /** Of all members, in the inventory's order. */
  addresses: readonly string[]
}

/** A member's settings but for what holds a secret. It listens on its own address: the VIP's port is haproxy's. */
export function nodeSettings(
  { settings, sst }: GaleraSettings,
  { cluster, host, addresses }: Place,
): Record<string, string> {
  return {
    bind_address: host.address,
    ...DEFAULTS,
    skip_name_resolve: "ON",
    binlog_format: "ROW",
    default_storage_engine: "InnoDB",
    innodb_autoinc_lock_mode: "2",
    ...settings,
    wsrep_on: "ON",
    wsrep_provider: "/usr/lib/galera/libgalera_smm.so",
    wsrep_cluster_name: cluster,
    wsrep_cluster_address: `gcomm://${addresses.map(bracketed).join(",")}`,
    wsrep_node_name: host.name,
    wsrep_node_address: bracketed(host.address),
    wsrep_sst_method: sst.method,
  }
}

/** With two members the first one's vote may count twice. */
export function providerOptions(
  { provider, quorum }: GaleraSettings,
  host: Host,
  members: readonly Host[],
): Record<string, string> {
  return {
    "gmcast.listen_addr": `tcp://${bracketed(host.address)}:4567`,
    ...(quorum === "first" && members.length === 2 && host === members[0] ? { "pc.weight": "2" } : {}),
    ...provider,
  }
}

function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address
}
