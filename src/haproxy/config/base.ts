import type { HaproxyDefaults } from "../../model/haproxy.ts"
import type { HaproxyGlobal, LogTarget, SslDefaults } from "../../model/haproxy-global.ts"
import { HANDED_ON, STATES_FILE } from "./handed-on.ts"
import { tuning } from "./tuning.ts"
import { directive, section, settings, withRaw } from "./words.ts"

/** The global section. Neither `daemon`, but for a resource agent, nor `pidfile`: the packaged unit runs `haproxy -Ws -p …` and waits for its notice. */
export function globalSection(global: HaproxyGlobal): string {
  const { socket } = global
  return section("global", [
    ...(global.daemon ? ["daemon"] : []),
    ...global.log.map(logLine),
    ...settings({ chroot: global.chroot, user: global.user, group: global.group, maxconn: global.maxconn }),
    // A reload hands the listening sockets over to the new process, so that no connection is refused.
    withRaw(
      directive("stats", "socket", socket.path, "mode", socket.mode, "level", socket.level, "expose-fd", "listeners"),
      socket.raw,
    ),
    directive("stats", "timeout", socket.timeout),
    ...(global.handsOnStates ? [STATES_FILE] : []),
    ...settings(global.settings),
    ...sslLines(global.ssl),
    ...Object.entries(global.tune).map(([name, value]) => directive(`tune.${name}`, value)),
    ...global.raw,
  ])
}

export function defaultsSection(
  defaults: HaproxyDefaults,
  { handsOnStates }: Pick<HaproxyGlobal, "handsOnStates">,
): string {
  return section("defaults", [
    directive("mode", defaults.mode),
    "log global",
    ...tuning(defaults, "both"),
    ...(handsOnStates ? [HANDED_ON] : []),
    ...defaults.raw,
  ])
}

function logLine({ to, format, facility, level }: LogTarget): string {
  const formatted = format === undefined ? [] : ["format", format]
  return directive("log", to, ...formatted, facility, level)
}

function sslLines(ssl: SslDefaults): string[] {
  return [
    ...settings({
      "ca-base": ssl.caBase,
      "crt-base": ssl.crtBase,
      "ssl-default-bind-ciphers": ssl.bindCiphers,
      "ssl-default-bind-ciphersuites": ssl.bindCiphersuites,
    }),
    ...(ssl.bindOptions.length === 0 ? [] : [directive("ssl-default-bind-options", ...ssl.bindOptions)]),
  ]
}
