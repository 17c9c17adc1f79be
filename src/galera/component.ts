import type { Component, PortClaim } from "../model/component.ts"
import { GALERA, MYSQL_PORT } from "../model/galera.ts"
import { settingsOn } from "../model/section.ts"
import { packages } from "./packages.ts"
import { upgrade } from "./upgrade.ts"

export const galera: Component = {
  name: "galera",
  section: async () => (await import("./section/section.ts")).section,
  packages,
  upgrade,
  needs(inventory, host) {
    const settings = settingsOn({ inventory, host }, GALERA)
    if (settings === undefined) return undefined
    const ports: readonly [number, string][] = [
      [MYSQL_PORT, "clients"],
      [4567, "members"],
      [4568, "what a member missed"],
      [4444, "all data for a member"],
    ]
    const server = ports.map(([port, use]) =>
      claim(host.address, port, `galera, ${use}`, ["mariadbd", "mysqld", "socat", "rsync"], port === MYSQL_PORT),
    )
    const check =
      settings.check === undefined ? [] : [claim(host.address, settings.check.port, "galera's check", ["systemd"])]
    return { ports: [...server, ...check], programs: ["mariadbd"], writes: ["/etc/mysql/mariadb.conf.d/60-haops.cnf"] }
  },
  steps: async () => (await import("./steps/index.ts")).steps,
  evidence: async () => (await import("./evidence.ts")).evidence,
  connections: async () => (await import("./connections.ts")).connections,
  files: async () => (await import("./files.ts")).files,
  drills: async () => (await import("./drills.ts")).drills,
  view: async () => (await import("./view.ts")).view,
}

function claim(address: string, port: number, use: string, own: readonly string[], clients = false): PortClaim {
  const hint = "Stop it, or give it another port or address: a member listens on the host's own address."
  const from = clients ? "anyone" : "hosts"
  return { protocol: "tcp", address, port, use, own, severity: "error", hint, besideLoopback: true, from }
}
