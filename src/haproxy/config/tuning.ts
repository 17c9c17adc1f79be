import type { ProxyTuning, TimeoutName } from "../../model/haproxy.ts"
import { TIMEOUTS } from "../../model/haproxy.ts"
import { type OptionName, type OptionValue, optionEntries, traits } from "../../model/haproxy-options.ts"
import { directive, settings } from "./words.ts"

/** The half of a proxy that a section is: a `listen` (and `defaults`) is both. */
export type Side = "front" | "back" | "both"

/** The half of a proxy that reads a timeout. */
export const TIMEOUT_SIDES: Readonly<Record<TimeoutName, Side>> = {
  "http-request": "front",
  "http-keep-alive": "front",
  queue: "back",
  connect: "back",
  client: "front",
  "client-fin": "front",
  server: "back",
  "server-fin": "back",
  tunnel: "back",
  tarpit: "front",
  check: "back",
}

/** Limits, options, timeouts and error files, as far as the half reads them: haproxy warns about the others. */
export function tuning(proxy: ProxyTuning, half: Side): string[] {
  const { maxconn, retries } = proxy
  return [
    ...settings({
      maxconn: reads(half, "front") ? maxconn : undefined,
      retries: reads(half, "back") ? retries : undefined,
    }),
    ...optionEntries(proxy.options)
      .filter(([name]) => reads(half, traits(name).side))
      .flatMap(([name, value]) => optionLine(name, value)),
    ...TIMEOUTS.filter((name) => reads(half, TIMEOUT_SIDES[name])).flatMap((name) =>
      timeoutLine(name, proxy.timeouts[name]),
    ),
    ...(reads(half, "front") ? errorfileLines(proxy.errorfiles) : []),
  ]
}

function reads(half: Side, side: Side): boolean {
  return half === "both" || side === "both" || half === side
}

/** An option that no section can take back is not in `defaults` either, so that leaving it out is enough. */
function optionLine(name: OptionName, value: OptionValue): string[] {
  if (value === false) return traits(name).cannotBeNegated === true ? [] : [`no option ${name}`]
  if (value === true) return [`option ${name}`]
  const { except, header, ifNone } = value
  const exception = except === undefined ? [] : ["except", except]
  const named = header === undefined ? [] : ["header", header]
  return [directive("option", name, ...exception, ...named, ifNone === true ? "if-none" : undefined)]
}

function timeoutLine(name: TimeoutName, value: string | undefined): string[] {
  return value === undefined ? [] : [directive("timeout", name, value)]
}

function errorfileLines(files: Readonly<Record<string, string>>): string[] {
  return Object.entries(files).map(([status, path]) => directive("errorfile", status, path))
}
