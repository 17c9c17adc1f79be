import { asHaopsError, HaopsError } from "../base/errors.ts"
import { EXIT } from "../base/exit-codes.ts"
import { listing } from "../base/words.ts"
import { auditLine } from "../engine/audit.ts"
import { connectAndLook, eachHost } from "../engine/look.ts"
import { isLive, type LiveHost, liveHosts } from "../engine/world.ts"
import {
  readSetOutcome,
  type SetOutcome,
  setServerCommand,
  takesTraffic,
  type Wish,
} from "../haproxy/runtime/set-server.ts"
import type { HaproxySettings } from "../model/haproxy.ts"
import { renderLb, renderWish, type WishReport } from "../output/lb-screen.ts"
import { screenOptions } from "../output/screen.ts"
import { emptyPlaybook } from "../playbook/load.ts"
import { Answers } from "../status/answers.ts"
import { assembleStatus } from "../status/assemble.ts"
import type { Status } from "../status/model.ts"
import { observeTask } from "../status/observe.ts"
import { findService, findTarget, type Target } from "../status/target.ts"
import type { CommonOptions, LbOptions } from "./options.ts"
import { openSession, type Session } from "./session.ts"

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
  const { status, settings } = await lookAtHaproxies(session)
  if (session.context.abort.aborted) return EXIT.interrupted
  const services = service === undefined ? status.services : [findService(service, status.services)]
  const due = session.hosts.filter(({ name, group }) =>
    service === undefined ? settings.on.includes(group) : services.some(({ hosts }) => hosts.includes(name)),
  )
  const haproxies = status.haproxies.filter(({ host }) => due.some(({ name }) => name === host))
  const asked = haproxies.filter(({ runtime }) => runtime.state === "up").length
  const exit = exitOf(session, asked, due.length)
  const shown = { haproxies, vips: status.vips }
  session.reporter.result(exit, { haproxies, services }, () => renderLb(services, shown, screenOptions(options)))
  return exit
}

export const lbDrain = (options: LbOptions, target: string) => setState(options, target, "drain")
export const lbMaint = (options: LbOptions, target: string) => setState(options, target, "maint")
export const lbReady = (options: LbOptions, target: string) => setState(options, target, "ready")

/** Sets a server's state in every running haproxy and waits until it is seen. The configuration, and so the inventory, know nothing of it. */
async function setState(options: LbOptions, text: string, wish: Wish): Promise<number> {
  const verb = `lb ${wish}`
  await using session = await openSession({ verb, options, playbook: () => emptyPlaybook("lb"), record: true })
  const { context, reporter, hosts } = session
  const { status, settings } = await lookAtHaproxies(session)
  if (liveHosts(context.world).length === 0) return exitNone(session)
  const target = findTarget(text, status.services)
  if (wish !== "ready" && options.force !== true) requireAnother(status, target)
  const due = findService(target.service, status.services).hosts
  const running = status.haproxies.filter(({ host, runtime }) => due.includes(host) && runtime.state === "up")
  const states = running.map(({ host }) => context.world.get(host)).filter(isLive)
  const reports = new Map<string, WishReport>()
  await eachHost(context, states, async (state) => {
    reports.set(state.host.name, await setOn(session, state, settings, target, wish))
  })
  const all = hosts.filter(({ name }) => due.includes(name))
  const shown = all.flatMap(({ name: host }) => reports.get(host) ?? unasked(status, host))
  const done = shown.filter(({ ok }) => ok).length
  const exit = exitOf(session, done, shown.length)
  const name = `${target.service}/${target.server}`
  reporter.result(exit, { target, state: wish, haproxies: shown }, () =>
    renderWish(name, wish, shown, screenOptions(options)),
  )
  return exit
}

/** One that does not run is no failure: it will start with what its file says. */
function unasked({ haproxies }: Status, host: string): WishReport[] {
  const runtime = haproxies.find((one) => one.host === host)?.runtime
  if (runtime === undefined) return [{ host, ok: false, text: "could not be reached" }]
  return runtime.state === "deaf" ? [{ host, ok: false, text: `haproxy does not answer: ${runtime.reason}` }] : []
}

async function setOn(
  { context, owner }: Session,
  state: LiveHost,
  { global }: HaproxySettings,
  target: Target,
  wish: Wish,
): Promise<WishReport> {
  const host = state.host.name
  const place = { stage: "lb", host, step: `${wish} ${target.service}/${target.server}`, scope: "each" } as const
  const start = Date.now()
  const audit = auditLine({ ...owner, verb: `${owner.verb} ${target.backend}/${target.server}`, outcome: "asked for" })
  try {
    const drift = {
      attribute: `${target.backend}/${target.server}`,
      have: "another state",
      want: wish,
      risk: "none",
    } as const
    context.sink({ type: "step-drifted", ...place, drift: [drift] })
    const action = `set server ${target.backend}/${target.server} state ${wish}`
    context.sink({ type: "action-started", ...place, action })
    const result = await state.transport.exec(setServerCommand(global.socket.path, wish, target, audit), context.abort)
    const outcome = readSetOutcome(result, wish, target)
    context.sink({ type: "action-finished", ...place, action, ms: Date.now() - start })
    if (!outcome.seen) throw refused(outcome)
    context.sink({ type: "step-changed", ...place, ms: Date.now() - start })
    return { host, ok: true, text: words(wish, outcome) }
  } catch (thrown) {
    const error = asHaopsError(thrown, { host, step: place.step })
    context.sink({ type: "step-failed", ...place, error })
    return { host, ok: false, text: error.message }
  }
}

function refused({ said }: SetOutcome): HaopsError {
  return new HaopsError(
    "E_COMMAND",
    said === "" ? "haproxy took the command and does not show the state" : `haproxy said: ${said}`,
  )
}

function words(wish: Wish, { said, sessions, left }: SetOutcome): string {
  const rest = wish === "ready" ? "" : `, ${sessions} sessions left, ${left} other servers take new ones`
  return `${wish}${rest}${said === "" ? "" : ` (haproxy said: ${said})`}`
}

/** Without another server the service is down: that is for the operator to say in so many words. */
function requireAnother({ services }: Status, { service, server }: Target): void {
  const servers = services.find(({ name }) => name === service)?.servers ?? []
  const views = servers.flatMap(({ name, seen }) => seen.map((view) => ({ name, ...view })))
  const hosts = [...new Set(views.map(({ host }) => host))]
  const stranded = hosts.filter((host) => {
    const takers = views.filter((view) => view.host === host && takesTraffic(view.server)).map(({ name }) => name)
    return takers.includes(server) && takers.length === 1
  })
  if (stranded.length === 0) return
  throw new HaopsError(
    "E_REFUSED",
    `${server} is the last server of ${service} that takes connections on ${listing(stranded)}`,
    {
      hint: "Bring another one up first, or add --force to take the service down.",
    },
  )
}

async function lookAtHaproxies(session: Session): Promise<{ status: Status; settings: HaproxySettings }> {
  const { inventory, hosts, context } = session
  const settings = inventory.haproxy
  if (settings === undefined) {
    throw new HaopsError("E_INPUT", `${inventory.file} has no haproxy section, so there is no load balancer to ask`)
  }
  const tasks = [observeTask(inventory, hosts)]
  await connectAndLook(context, tasks)
  return { status: assembleStatus(inventory, new Answers(context.world, tasks)), settings }
}

function exitOf({ context }: Session, done: number, of: number): number {
  if (liveHosts(context.world).length === 0) return EXIT.unreachable
  if (done === 0) return EXIT.failed
  return done < of ? EXIT.partial : EXIT.done
}

function exitNone({ reporter }: Session): number {
  reporter.result(EXIT.unreachable, {}, () => "No host could be reached; nothing was changed.\n")
  return EXIT.unreachable
}
