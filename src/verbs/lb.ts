import { EXIT } from "../base/exit-codes.ts"
import { connectAndLook } from "../engine/look.ts"
import { renderLb } from "../output/lb-screen.ts"
import { screenOptions } from "../output/screen.ts"
import { emptyPlaybook } from "../playbook/load.ts"
import { findService } from "../status/target.ts"
import { createHaproxyLook, exitOfAsked } from "./lb-look.ts"
import type { CommonOptions } from "./options.ts"
import { openSession } from "./session.ts"

/**
 * `haops lb show [SERVICE]`: services and servers as every haproxy that is to have them sees them now. Exits 0, 3 where one could not be
 * asked, 1 or 4 where none could.
 */
export async function lbShow(options: CommonOptions, service?: string): Promise<number> {
  await using session = await openSession({
    verb: "lb show",
    options,
    playbook: () => emptyPlaybook("lb"),
    looksOnly: true,
  })
  const { settings, ask } = createHaproxyLook(session)
  const status = await ask(connectAndLook)
  if (session.context.abort.aborted) return EXIT.interrupted
  const services = service === undefined ? status.services : [findService(service, status.services)]
  const due = session.hosts.filter(({ name, group }) =>
    service === undefined ? settings.on.includes(group) : services.some(({ hosts }) => hosts.includes(name)),
  )
  const haproxies = status.haproxies.filter(({ host }) => due.some(({ name }) => name === host))
  const asked = haproxies.filter(({ runtime }) => runtime.state === "up").length
  const exit = exitOfAsked(session.context, asked, due.length)
  const shown = { haproxies, vips: status.vips }
  session.reporter.result(exit, { haproxies, services }, () => renderLb(services, shown, screenOptions(options)))
  return exit
}
