import { age } from "../base/age.ts"
import { cleanLine } from "../base/clean.ts"
import { count } from "../base/words.ts"
import { checkWords, stateWords } from "../haproxy/runtime/words.ts"
import type { HaproxyStatus, ServerStatus, ServiceStatus, Status } from "../status/model.ts"
import { createPaint, type Paint } from "./paint.ts"
import type { ScreenOptions } from "./screen.ts"
import { type Cell, tableLines } from "./table.ts"
import { wrap } from "./width.ts"

type Seen = Pick<Status, "haproxies" | "vips">

/** Every service with its servers: the state in the eyes of each haproxy, then sessions, last check and age over all of them. */
export function renderLb(services: readonly ServiceStatus[], status: Seen, { color }: ScreenOptions): string {
  const paint = createPaint(color)
  const up = status.haproxies.filter(({ runtime }) => runtime.state === "up").map(({ host }) => host)
  const lines = [
    ...status.haproxies.map((haproxy) => haproxyLine(haproxy, status, paint)),
    ...(up.length > 0
      ? services.flatMap((service) => ["", ...serviceLines(service, up, paint)])
      : [paint.red("No haproxy could be asked.")]),
  ]
  return `${lines.join("\n")}\n`
}

function haproxyLine({ host, runtime }: HaproxyStatus, { vips }: Seen, paint: Paint): string {
  const held = vips.filter(({ holders }) => holders.includes(host)).map(({ name }) => name)
  const has = held.length === 0 ? "" : `, has ${held.join(", ")}`
  if (runtime.state !== "up") {
    const why = runtime.state === "unresponsive" ? `does not answer: ${cleanLine(runtime.reason)}` : runtime.state
    return paint.red(`haproxy on ${host}: ${why}${has}`)
  }
  const { version, uptime, connections, maxConnections } = runtime.process
  return `haproxy on ${host}: ${version}, for ${age(uptime)}, ${connections} of ${maxConnections} connections${has}`
}

function serviceLines({ name, hosts, servers }: ServiceStatus, up: readonly string[], paint: Paint): readonly string[] {
  const haproxies = up.filter((host) => hosts.includes(host))
  const head = [cleanLine(name), ...haproxies, "sessions", "last check", "since"]
  const bold = head.map((text, at) => ({ text, paint: at === 0 ? paint.bold : paint.dim }))
  const rows = servers.map((server) => [
    `  ${cleanLine(server.name)}${server.backup ? " (backup)" : ""}`,
    ...haproxies.map((host) => stateCell(server, host, paint)),
    String(server.seen.reduce((sum, view) => sum + view.server.sessions, 0)),
    lastCheck(server),
    since(server),
  ])
  if (rows.length === 0) return [`${paint.bold(cleanLine(name))}  ${paint.red("no haproxy has it")}`]
  return tableLines([bold, ...rows], "")
}

function stateCell({ seen }: ServerStatus, host: string, paint: Paint): Cell {
  const view = seen.find((one) => one.host === host)
  if (view === undefined) return { text: "-" }
  const tone = { up: paint.green, unchecked: paint.green, down: paint.red, drain: paint.yellow, maint: paint.yellow }
  return { text: stateWords(view.server), paint: tone[view.server.state] }
}

/** Where haproxies see it differently, each that differs is named. */
function lastCheck({ seen }: ServerStatus): string {
  const said = seen.map(({ host, server }) => ({ host, words: checkWords(server) || "not checked" }))
  const different = [...new Set(said.map(({ words }) => words))]
  if (different.length === 1) return different[0] ?? ""
  return said.map(({ host, words }) => `${host} ${words}`).join(", ")
}

/** The latest change is the one that somebody at the screen wants to know of. */
function since({ seen }: ServerStatus): string {
  return seen.length === 0 ? "-" : age(Math.min(...seen.map(({ server }) => server.since)))
}

/** What each haproxy answered to a wanted state. */
export interface AdminStateReport {
  host: string
  ok: boolean
  /** It was in that state. */
  already?: boolean | undefined
  text: string
}

/** What became of a wanted state on every haproxy, and how long it lasts: `kept` where a reload hands it on. */
export function renderAdminState(
  target: string,
  wanted: string,
  reports: readonly AdminStateReport[],
  { color, width, kept }: ScreenOptions & { kept: boolean },
): string {
  const paint = createPaint(color)
  const done = reports.filter(({ ok }) => ok).length
  const rows = reports.map(({ host, ok, text }) => [host, { text, paint: ok ? paint.green : paint.red }])
  const already = reports.every((report) => report.already === true) ? "already " : ""
  const note =
    wanted === "ready"
      ? `It takes new connections${already === "" ? " again" : ""}.`
      : kept
        ? "It stays so over a reload of haproxy; a restart makes it ready again."
        : "Only the running processes know: a reload or restart of haproxy (such as by haops up) makes it ready again."
  const everywhere = done === reports.length
  const closing = everywhere
    ? `${target} is ${already}in state ${wanted} on ${count(done, "haproxy", "haproxies")}. ${note}`
    : `${target} is in state ${wanted} on ${done} of ${count(reports.length, "haproxy", "haproxies")} only.`
  const lines = wrap(closing, width).map(everywhere ? (text) => text : paint.red)
  return `${[...tableLines(rows), ...lines].join("\n")}\n`
}
