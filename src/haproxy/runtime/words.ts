import { cleanLine } from "../../base/clean.ts"
import type { RuntimeServer } from "./model.ts"

/** What the last check found: `L4 refused`, `L4 timeout`, `HTTP 503`, `L7 timeout`; empty where nothing is checked. */
export function checkWords({ check }: Pick<RuntimeServer, "check">): string {
  if (check === undefined) return ""
  const { result, code, said } = check
  const layer = /^L\d/.exec(result)?.[0] ?? ""
  const why = cleanLine(said).toLowerCase()
  if (result === "INI") return "not checked yet"
  if (result === "SOCKERR") return "no socket to check from"
  if (result.endsWith("OK")) return `${layer} ok`
  if (result.endsWith("OKC")) return `${layer} ok, conditionally`
  if (result.endsWith("TOUT")) return `${layer} timeout`
  if (result.endsWith("CON"))
    return why === "connection refused" ? `${layer} refused` : `${layer} ${why || "no connection"}`
  if (result === "L7STS") return code === undefined ? "L7 wrong status" : `HTTP ${code}`
  if (result.endsWith("RSP")) return `${layer} wrong answer${why === "" ? "" : `: ${why}`}`
  return result
}

/** A server's state with an operator's wish that its state does not show: `down, drained`. */
export function stateWords({ state, status, admin }: RuntimeServer): string {
  const moving = /^(?:UP|DOWN) (\d+\/\d+)$/.exec(status)?.[1]
  const said = moving === undefined ? state : `${state} ${moving}`
  return admin === "drain" && state !== "drain" && state !== "maint" ? `${said}, drained` : said
}
