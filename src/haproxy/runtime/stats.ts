import { HaopsError } from "../../base/errors.ts"
import { parseCsv } from "./csv.ts"
import type { RuntimeBackend, RuntimeFrontend, RuntimeServer, ServerState } from "./model.ts"

/** By `backend/server`: what an operator asked of a server. From `show servers state`. */
type AdminStates = ReadonlyMap<string, RuntimeServer["admin"]>

/**
 * Frontends, backends and servers from `show stat`, in the configuration's order. Columns are found by their names, so that
 * versions with fewer or more of them are read alike. Throws `E_PROBE` where it is something else.
 */
export function parseStats(
  text: string,
  admins: AdminStates,
): { frontends: readonly RuntimeFrontend[]; backends: readonly RuntimeBackend[] } {
  const rows = readRows(text)
  const of = (type: string) => rows.filter((row) => row("svname") === type)
  const servers = rows.filter((row) => !["FRONTEND", "BACKEND"].includes(row("svname")) && row("type") !== "3")
  return {
    frontends: of("FRONTEND").map((row) => ({
      name: row("pxname"),
      status: row("status"),
      sessions: number(row("scur")),
    })),
    backends: of("BACKEND").map((row) => ({
      name: row("pxname"),
      status: row("status"),
      sessions: number(row("scur")),
      since: number(row("lastchg")),
      servers: servers.filter((server) => server("pxname") === row("pxname")).map((server) => asServer(server, admins)),
    })),
  }
}

/** The administrative states in `show servers state`, by `backend/server`. Empty where haproxy does not know the command (1.5). */
export function parseAdminStates(text: string): AdminStates {
  const lines = text.split("\n").filter((line) => line !== "")
  const header = lines.find((line) => line.startsWith("# "))
  if (header === undefined) return new Map()
  const columns = header.slice(2).split(" ")
  const at = (line: string, column: string) => line.split(" ")[columns.indexOf(column)] ?? ""
  const rows = lines.slice(lines.indexOf(header) + 1)
  return new Map(
    rows.map((line) => [`${at(line, "be_name")}/${at(line, "srv_name")}`, admin(at(line, "srv_admin_state"))]),
  )
}

type Row = (column: string) => string

function readRows(text: string): readonly Row[] {
  const start = text.indexOf("# pxname,")
  if (start === -1) {
    throw new HaopsError("E_PROBE", `haproxy's answer is no statistics: ${JSON.stringify(text.trim().slice(0, 80))}`)
  }
  const [header = [], ...rows] = parseCsv(text.slice(start + 2))
  const columns = new Map(header.map((name, index) => [name, index]))
  return rows.map((fields) => (column) => fields[columns.get(column) ?? -1] ?? "")
}

function asServer(row: Row, admins: AdminStates): RuntimeServer {
  const status = row("status")
  const told = admins.get(`${row("pxname")}/${row("svname")}`)
  const state = stateOf(status)
  return {
    name: row("svname"),
    address: row("addr"),
    state,
    status,
    admin: told ?? (state === "maint" || state === "drain" ? state : "ready"),
    backup: row("bck") !== "" && row("bck") !== "0",
    sessions: number(row("scur")),
    since: number(row("lastchg")),
    check: checkOf(row),
  }
}

/** `UP 1/3` is up and on its way down, `DOWN 1/2` still down; `NOLB` takes the sessions it has and no new ones. */
function stateOf(status: string): ServerState {
  if (status.startsWith("MAINT")) return "maint"
  if (status.startsWith("DRAIN") || status.startsWith("NOLB")) return "drain"
  if (status.startsWith("UP")) return "up"
  return status === "no check" ? "unchecked" : "down"
}

/** Bits of srv_admin_state: 0x08 and 0x10 drain, every other one is a kind of maintenance (haproxy's management.txt). */
function admin(bits: string): RuntimeServer["admin"] {
  const value = Number(bits)
  if (!Number.isInteger(value) || value === 0) return "ready"
  return (value & ~0x18) === 0 ? "drain" : "maint"
}

function checkOf(row: Row): RuntimeServer["check"] {
  // A star marks a result that a check under way is about to replace.
  const result = row("check_status").replace(/^\* /, "")
  if (result === "") return undefined
  return {
    result,
    code: optional(row("check_code")),
    ms: optional(row("check_duration")),
    said: row("last_chk"),
  }
}

function optional(text: string): number | undefined {
  return text === "" ? undefined : number(text)
}

function number(text: string): number {
  const value = Number(text)
  return Number.isFinite(value) ? value : 0
}
