import { CHECK_USER } from "./check-files.ts"
import { SST_USER } from "./node-settings.ts"

/** A setting's name as the server spells it in its tables. */
export function settingName(key: string): string {
  return key.replaceAll("-", "_")
}

/** What haops writes itself, with what to say in its stead. */
export const OWN_SETTINGS: ReadonlyMap<string, string> = new Map([
  ["bind_address", ""],
  ["binlog_format", ": Galera takes ROW alone"],
  ["default_storage_engine", ": Galera replicates InnoDB alone"],
  ["innodb_autoinc_lock_mode", ": Galera needs 2"],
  ["skip_name_resolve", ""],
  ["wsrep_on", ""],
  ["wsrep_provider", ""],
  ["wsrep_provider_options", ": say galera.provider"],
  ["wsrep_cluster_name", ": it is the inventory's name"],
  ["wsrep_cluster_address", ": it is the group's hosts"],
  ["wsrep_node_name", ": it is the host's name"],
  ["wsrep_node_address", ": it is the host's address"],
  ["wsrep_sst_method", ": say galera.sst.method"],
  ["wsrep_sst_auth", ": say galera.sst.password"],
])

export const OWN_PROVIDER: ReadonlySet<string> = new Set(["gmcast.listen_addr", "base_host", "base_dir"])

/** Where the server keeps its data and answers: of a member whose data is not found nobody would know that it has some. */
export const PLACES: ReadonlySet<string> = new Set([
  ...["datadir", "wsrep_data_home_dir", "innodb_data_home_dir", "innodb_log_group_home_dir"],
  ...["socket", "port", "user", "skip_networking"],
])

/** The server's databases and users, and haops's users, which it manages by itself. */
export const OWN_NAMES: ReadonlyMap<string, string> = new Map([
  ...["mysql", "information_schema", "performance_schema", "sys", "root", "mariadb.sys"].map(
    (name) => [name, "the server's own"] as const,
  ),
  ...[SST_USER, CHECK_USER].map((name) => [name, "haops's own"] as const),
])
