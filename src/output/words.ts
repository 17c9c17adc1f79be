import { basename } from "node:path"
import { cleanLine } from "../base/clean.ts"
import type { Drift, Risk, Transition } from "../base/events.ts"
import { quote } from "../base/sh.ts"
import { count, duration, listing } from "../base/words.ts"

/** `Nothing to do: 3 hosts and the cluster are as prod.yaml says (0.4 s).` */
export function nothingToDo(hosts: number, inventory: string, ms: number, cluster = true): string {
  const are = cluster ? " and the cluster are" : hosts === 1 ? " is" : " are"
  return `Nothing to do: ${count(hosts, "host")}${are} as ${inventory
    .split(", ")
    .map((file) => basename(file))
    .join(", ")} says (${duration(ms)}).`
}

/** What a change costs, beside the change. Empty where it costs nothing. */
export function riskWords(risk: Risk): string {
  switch (risk) {
    case "none":
      return ""
    case "reload":
      return "reload, connections kept"
    case "restart":
      return "restart, connections are cut"
    case "failover":
      return "failover, a short outage"
  }
}

/** `+` where something comes to be, `-` where it goes, `~` where it changes. */
export function driftSign(drift: Drift): "+" | "-" | "~" {
  if (drift.have === "absent") return "+"
  return drift.want === "absent" ? "-" : "~"
}

/** What became of a step's drift: `x: 0 → 1, vip added`; of a file each thing once: `haproxy.cfg: content, mode 0640; starts at boot: no`. */
export function driftsDone(drift: readonly Drift[], most: number): string {
  const byFile = new Map<string, Drift[]>()
  for (const one of drift) {
    const key = /^\/\S+/.exec(one.attribute)?.[0] ?? one.attribute
    byFile.set(key, [...(byFile.get(key) ?? []), one])
  }
  const files = [...byFile].some(([, parts]) => parts.length > 1)
  const said = [...byFile].map(([path, parts]) => (parts.length > 1 ? fileDone(path, parts) : driftDone(parts[0]!)))
  if (!files) return listing(said, most)
  return said.length > most
    ? `${said.slice(0, most - 1).join("; ")}; and ${said.length - most + 1} more`
    : said.join("; ")
}

function fileDone(path: string, parts: readonly Drift[]): string {
  const said = parts.map(({ attribute, want, risk, cost }) => {
    const what = cleanLine(attribute.slice(path.length).trim())
    if (what !== "") return `${what} ${cleanLine(want)}`
    return cost === undefined && risk in RUN ? `content (${RUN[risk]})` : "content"
  })
  return `${basename(cleanLine(path))}: ${said.join(", ")}`
}

const RUN: Readonly<Partial<Record<Risk, string>>> = { reload: "reloaded", restart: "restarted" }

/** What became of one drift that was applied: `/etc/haproxy/haproxy.cfg reloaded`, `vip added`, `x: 0 → 1`. */
export function driftDone(drift: Drift): string {
  const attribute = cleanLine(drift.attribute)
  const { have, want, risk, cost } = drift
  const run = cost === undefined && attribute !== "running" ? RUN[risk] : undefined
  if (run !== undefined) return `${attribute} ${run}`
  const sign = driftSign(drift)
  if (sign !== "~") return `${attribute} ${sign === "+" ? "added" : "removed"}`
  const values = [`${cleanLine(have)} → ${cleanLine(want)}`, cleanLine(want)].find((text) => text.length <= 40)
  return drift.diff !== undefined || values === undefined ? `${attribute} changed` : `${attribute}: ${values}`
}

/** Of what was applied and not looked at again. */
export const UNSEEN = "applied, not looked at again"

/** What the cluster will do with a resource: `starts on controller1`. */
export function transitionWords({ action, from }: Transition, nodes: readonly string[]): string {
  const where = nodes.length === 0 ? "" : ` on ${nodes.join(" ")}`
  const verb = VERBS[action] ?? action
  if (action === "stop" && nodes.length === 0 && from !== undefined) return `${verb} on ${from}`
  if (from === undefined || (action !== "move" && action !== "migrate")) return `${verb}${where}`
  return nodes.length === 0 ? `${verb} away from ${from}` : `${verb} from ${from} to ${nodes.join(" ")}`
}

const VERBS: Readonly<Record<string, string>> = {
  start: "starts",
  stop: "stops",
  move: "moves",
  migrate: "moves live",
  restart: "restarts",
  reload: "reloads",
  promote: "is promoted",
  demote: "is demoted",
  stay: "stays",
}

/** The flags that name the inventory again. */
export function inventoryFlags({
  inventory,
  inventoryFiles = [inventory],
}: {
  inventory: string
  inventoryFiles?: readonly string[] | undefined
}): string {
  return inventoryFiles.map((file) => `-i ${quote(file)}`).join(" ")
}
