import type { Evidence } from "../model/evidence.ts"

/** Its cookie lies beside its data, which is not taken. */
export const evidence: Evidence = {
  logs: ["/var/log/rabbitmq/*.log*"],
  says: {
    "rabbitmq.txt": { program: "rabbitmq-diagnostics", script: "rabbitmq-diagnostics cluster_status" },
  },
  tells: [
    {
      by: /^rabbitmq$/,
      line: /node \S*?@(\S+) (down|up)\b(?:: (\S+))?/,
      kind: ([, , state]) => (state === "down" ? "left" : "back"),
      words: ([, node, state, why]) => `RabbitMQ: ${node} is ${state}${why === undefined ? "" : `, ${why}`}`,
    },
  ],
}
