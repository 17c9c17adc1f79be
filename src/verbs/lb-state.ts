import { asHaopsError, HaopsError } from "../base/errors.ts"
import { EXIT } from "../base/exit-codes.ts"
import { listing } from "../base/words.ts"
import { auditLine } from "../engine/audit.ts"
import type { RunContext } from "../engine/context.ts"
import { type LockOwner, lockHosts, whileLocked } from "../engine/lock.ts"
import { connectAndLook, eachHost, look, requireUninterrupted } from "../engine/look.ts"
import { isLive, type LiveHost, liveHosts } from "../engine/world.ts"
import { hasOneWriter } from "../haproxy/config/one-writer.ts"
import type { RuntimeBackend } from "../haproxy/runtime/model.ts"
import {
  type AdminState,
  deviation,
  readSetOutcome,
  type SetOutcome,
  setServerCommand,
  takesTraffic,
} from "../haproxy/runtime/set-server.ts"
import { backendOf } from "../haproxy/view/services.ts"
import type { HaproxySettings } from "../model/haproxy.ts"
import { type AdminStateReport, renderAdminState } from "../output/lb-screen.ts"
import { screenOptions } from "../output/screen.ts"
import { emptyPlaybook } from "../playbook/load.ts"
import type { Status } from "../status/model.ts"
import { findService, findTarget, type Target } from "../status/target.ts"
import { createHaproxyLook, exitOfAsked } from "./lb-look.ts"
import type { LbOptions } from "./options.ts"
import { openSession, type Session } from "./session.ts"
import { toldAsRun } from "./told.ts"

export const lbDrain = (options: LbOptions, target: string) => setState(options, target, "drain")
export const lbMaint = (options: LbOptions, target: string) => setState(options, target, "maint")
export const lbReady = (options: LbOptions, target: string) => setState(options, target, "ready")

/** Sets a server's state in every running haproxy and waits until it is seen. The configuration, and so the inventory, know nothing of it. */
async function setState(options: LbOptions, text: string, wanted: AdminState): Promise<number> {
  const verb = `lb ${wanted}`
  const playbook = () => emptyPlaybook("lb")
  await using session = await openSession({ verb, target: text, options, playbook, record: true })
  return await toldAsRun(session, () => agree(session, options, text, wanted))
}

/**
 * Refuses by what is seen at once, then locks the hosts, for as long as it takes, and judges again: of two who each take away one of the
 * last two servers at the same time, one has to see what the other did.
 */
async function agree(session: Session, options: LbOptions, text: string, wanted: AdminState): Promise<number> {
  const { context, owner } = session
  const { settings, ask } = createHaproxyLook(session)
  const permitted = (status: Status) => {
    const target = findTarget(text, status.services)
    if (wanted !== "ready" && options.force !== true) requireAnother(status, target)
    return target
  }
  const first = await ask(connectAndLook)
  requireUninterrupted(context)
  if (liveHosts(context.world).length === 0) return exitNone(session)
  permitted(first)
  await using lock = await lockHosts(liveHosts(context.world), owner, context)
  const status = await ask(look)
  const change: Change = { status, settings, target: permitted(status), wanted }
  const reports = await whileLocked(lock, context, (locked) => setEverywhere(locked, session, change))
  return conclude(session, options, change, reports)
}

interface Change {
  /** As it was seen under the lock. */
  status: Status
  settings: HaproxySettings
  target: Target
  wanted: AdminState
}

type Reports = ReadonlyMap<string, AdminStateReport>

async function setEverywhere(context: RunContext, { owner }: Session, change: Change): Promise<Reports> {
  const { status, target } = change
  const due = findService(target.service, status.services).hosts
  const running = status.haproxies.filter(({ host, runtime }) => due.includes(host) && runtime.state === "up")
  const states = running.map(({ host }) => context.world.get(host)).filter(isLive)
  const reports = new Map<string, AdminStateReport>()
  await eachHost(context, states, async (state) => {
    reports.set(state.host.name, await setOn(context, owner, state, change))
  })
  return reports
}

function conclude(
  { context, reporter, hosts }: Session,
  options: LbOptions,
  { status, settings, target, wanted }: Change,
  reports: Reports,
): number {
  const due = findService(target.service, status.services).hosts
  const all = hosts.filter(({ name }) => due.includes(name))
  const shown = all.flatMap(({ name: host }) => reports.get(host) ?? unasked(status, host))
  const done = shown.filter(({ ok }) => ok).length
  const exit = exitOfAsked(context, done, shown.length)
  const name = `${target.service}/${target.server}`
  reporter.result(exit, { target, state: wanted, haproxies: shown }, () =>
    renderAdminState(name, wanted, shown, { ...screenOptions(options), kept: settings.global.handsOnStates }),
  )
  return exit
}

/** One that does not run is no failure: it will start with what its file says. */
function unasked({ haproxies }: Status, host: string): AdminStateReport[] {
  const runtime = haproxies.find((one) => one.host === host)?.runtime
  if (runtime === undefined) return [{ host, ok: false, text: "could not be reached" }]
  return runtime.state === "unresponsive"
    ? [{ host, ok: false, text: `haproxy does not answer: ${runtime.reason}` }]
    : []
}

async function setOn(
  context: RunContext,
  owner: LockOwner,
  state: LiveHost,
  { settings: { global, services }, target, wanted, status }: Change,
): Promise<AdminStateReport> {
  const host = state.host.name
  const place = { stage: "lb", host, step: `${wanted} ${target.service}/${target.server}`, scope: "each" } as const
  const have = deviation(wanted, target.server, backendOn(host, target, status))
  if (have === undefined) {
    context.sink({ type: "step-in-sync", ...place })
    return { host, ok: true, already: true, text: `already ${wanted}` }
  }
  const start = Date.now()
  const audit = auditLine({ ...owner, verb: `${owner.verb} ${target.backend}/${target.server}`, outcome: "asked for" })
  try {
    const drift = {
      attribute: `${target.backend}/${target.server}`,
      have,
      want: wanted,
      risk: "none",
    } as const
    context.sink({ type: "step-drifted", ...place, drift: [drift] })
    const action = `set server ${target.backend}/${target.server} state ${wanted}`
    context.sink({ type: "action-started", ...place, action })
    const transport = context.forChanges?.(state.transport) ?? state.transport
    const oneWriter = services.some((one) => backendOf(one) === target.backend && hasOneWriter(one))
    const command = setServerCommand(global.socket.path, wanted, { ...target, oneWriter }, audit)
    const result = await transport.exec(command, context.abort)
    const outcome = readSetOutcome(result, wanted, target)
    context.sink({ type: "action-finished", ...place, action, ms: Date.now() - start })
    if (!outcome.seen) throw refused(outcome)
    context.sink({ type: "step-changed", ...place, ms: Date.now() - start })
    return { host, ok: true, text: words(wanted, outcome) }
  } catch (thrown) {
    const error = asHaopsError(thrown, { host, step: place.step })
    context.sink({ type: "step-failed", ...place, error })
    return { host, ok: false, text: error.message }
  }
}

/** As one haproxy has it. */
function backendOn(host: string, { backend }: Target, { haproxies }: Status): RuntimeBackend | undefined {
  const runtime = haproxies.find((one) => one.host === host)?.runtime
  return runtime?.state === "up" ? runtime.backends.find(({ name }) => name === backend) : undefined
}

function refused({ said }: SetOutcome): HaopsError {
  return new HaopsError(
    "E_COMMAND",
    said === "" ? "haproxy took the command and does not show the state" : `haproxy said: ${said}`,
  )
}

function words(wanted: AdminState, { said, sessions, left }: SetOutcome): string {
  const rest = wanted === "ready" ? "" : `, ${sessions} sessions left, ${left} other servers take new ones`
  return `${wanted}${rest}${said === "" ? "" : ` (haproxy said: ${said})`}`
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

function exitNone({ reporter }: Session): number {
  reporter.result(EXIT.unreachable, {}, () => "No host could be reached; nothing was changed.\n")
  return EXIT.unreachable
}
