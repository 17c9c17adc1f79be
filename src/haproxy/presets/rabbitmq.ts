import type { ServiceYaml } from "../section/service-schema.ts"

/** Clients hold connections for hours in silence: 3 h timeouts and keepalives (seed 001). Port 5673 leaves 5672 to the broker. */
export const rabbitmq: ServiceYaml = {
  name: "rabbitmq_cluster",
  port: 5673,
  backendPort: 5672,
  mode: "tcp",
  balance: "roundrobin",
  timeouts: { client: "3h", server: "3h" },
  options: ["tcpka", "clitcpka"],
  check: { type: "tcp", interval: "10s", rise: 2, fall: 5 },
}
