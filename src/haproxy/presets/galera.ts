import type { ServiceYaml } from "../section/service-schema.ts"

/**
 * One node takes all writes, the others wait: two writers at once meet as deadlocks (seed 001).
 * Checked by TCP, which asks nothing of the nodes. Seed 000 checks port 9200 (clustercheck, which also sees a node that is
 * out of sync): `check: { type: http, port: 9200 }`; a MySQL login is `check: { type: mysql, user: NAME }`.
 */
export const galera: ServiceYaml = {
  name: "galera_cluster",
  port: 3306,
  mode: "tcp",
  balance: "source",
  active: 1,
  options: [],
  check: { type: "tcp", interval: "2s", rise: 2, fall: 5 },
}
