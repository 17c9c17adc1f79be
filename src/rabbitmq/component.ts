import type { Component } from "../model/component.ts"
import { settingsOn } from "../model/section.ts"
import { ENV_CONFIG, RABBITMQ_CONFIG } from "./config.ts"
import { AMQP_PORT, RABBITMQ } from "./settings.ts"
import { upgrade } from "./upgrade.ts"

/** Where Erlang's nodes find out each other's ports. */
const EPMD_PORT = 4369

export const rabbitmq: Component = {
  name: "rabbitmq",
  section: async () => (await import("./section.ts")).section,
  packages: {
    parts: { rabbitmq: { debian: ["rabbitmq-server"], el: ["rabbitmq-server"], suse: ["rabbitmq-server"] } },
    needed: (inventory, host) =>
      settingsOn({ inventory, host }, RABBITMQ) === undefined ? undefined : { parts: ["rabbitmq"] },
  },
  needs(inventory, host) {
    if (settingsOn({ inventory, host }, RABBITMQ) === undefined) return undefined
    const hint = "Stop it, or let it listen on another address: RabbitMQ's clients find it on this port of every node."
    const own = { own: ["beam.smp"], units: { "beam.smp": "rabbitmq-server" }, severity: "error", hint } as const
    return {
      namedBy: "RabbitMQ",
      ports: [
        { protocol: "tcp", address: host.address, port: AMQP_PORT, use: "rabbitmq", ...own },
        { protocol: "tcp", address: "*", port: AMQP_PORT + 20_000, use: "rabbitmq's members", ...own, from: "hosts" },
      ],
      opens: [{ protocol: "tcp", port: EPMD_PORT, use: "rabbitmq's epmd", from: "hosts" }],
      writes: [ENV_CONFIG, RABBITMQ_CONFIG, "/var/lib/rabbitmq"],
      programs: ["erl_call"],
    }
  },
  upgrade,
  steps: async () => (await import("./steps/index.ts")).steps,
  evidence: async () => (await import("./evidence.ts")).evidence,
  files: async () => (await import("./files.ts")).files,
  connections: async () => (await import("./connections.ts")).connections,
  drills: async () => (await import("./drills.ts")).drills,
  view: async () => (await import("./view.ts")).view,
}
