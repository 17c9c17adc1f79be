import { HaopsError } from "../../base/errors.ts"
import type { StatsPage } from "../../model/haproxy.ts"
import { bindLine } from "./service.ts"
import { directive, section } from "./words.ts"

/** The statistics page, without the version that tells an attacker what to try. Throws `E_INPUT` on a password of several lines. */
export function statsSection(stats: StatsPage, password: string | undefined): string {
  if (password !== undefined && /[\0\n\r]/.test(password))
    throw new HaopsError("E_INPUT", "the password of haproxy's stats page holds a line break")
  return section(`${stats.kind} ${stats.name}`, [
    bindLine(stats.bind),
    "mode http",
    "stats enable",
    directive("stats", "uri", stats.uri),
    directive("stats", "realm", stats.realm),
    ...(password === undefined ? [] : [directive("stats", "auth", `${stats.user}:${password}`)]),
    ...(stats.refresh === undefined ? [] : [directive("stats", "refresh", stats.refresh)]),
    "stats show-node",
    "stats show-legends",
    "stats hide-version",
    ...(stats.admin ? ["stats admin if TRUE"] : []),
    ...stats.raw,
  ])
}
