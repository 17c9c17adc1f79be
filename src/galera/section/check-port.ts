import type { GaleraSettings } from "../../model/galera.ts"
import { GALERA_SERVICE, servesGalera } from "../../model/galera.ts"
import { hostsOf } from "../../model/inventory.ts"
import type { ExpandContext } from "../../model/section.ts"

/** A check that nobody asks, or a port of which haproxy asks another one, would leave dead members in service. */
export function reportCheckPort(galera: GaleraSettings, { hosts, expanded, notes }: ExpandContext): void {
  const members = hostsOf({ hosts }, galera.on)
  for (const service of expanded.haproxy?.services ?? []) {
    const strange = ({ check }: { check?: { port?: number | undefined } | undefined }) =>
      check?.port !== undefined && check.port !== galera.check?.port
    const asked = service.servers.find(strange)?.check?.port
    if (!servesGalera(service, members) || asked === undefined) continue
    const where = ["galera", "check"]
    const said = galera.check === undefined ? "galera has no check" : `the members answer at ${galera.check.port}`
    const message = `haproxy's ${service.name} asks port ${asked}, and ${said}`
    notes.problem(galera.check === undefined ? where : [...where, "port"], message, {
      unless: [
        [...where, "port"],
        ["haproxy", "services", "*", "check"],
        ["haproxy", "services", "*", "override", GALERA_SERVICE, "check"],
      ],
    })
  }
}
