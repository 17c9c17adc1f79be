import { type OptionName, type Options, type OptionValue, traits } from "../../model/haproxy-options.ts"
import type { Entry } from "../config/effective.ts"
import type { Side } from "../config/tuning.ts"
import type { ServiceYaml } from "../section/service-schema.ts"
import type { Base } from "./base.ts"
import type { Half } from "./half.ts"
import { optionOf, optionsYaml } from "./settings.ts"

/**
 * A service's options, taken out of its halves. What both halves read must be in both: where only one has it, it stays there in
 * haproxy's words.
 */
export function takeOptions(
  halves: { front: Half; back: Half },
  base: Base,
  http: boolean,
  side: Side = "both",
): Pick<ServiceYaml, "options"> {
  const { front, back } = halves
  const [inFront, inBack] = [optionsIn(front), optionsIn(back)]
  const shared = (entry: Entry) => [inFront, inBack].every((list) => list.some((one) => one.entry.text === entry.text))
  const taken = [...inFront, ...inBack].filter(({ entry }) => entry.side !== "both" || shared(entry))
  for (const half of [front, back]) half.take(taken.map(({ entry }) => entry))
  const found: Options = Object.fromEntries(taken.map(({ name, value }) => [name, value]))
  const log = http ? "httplog" : "tcplog"
  // A log that goes nowhere has no form, so that it may have the usual one.
  const logged = side !== "back" && (isLogged(front) || isLogged(back))
  const wanted: Options = logged ? found : { ...withoutLog(found), [log]: true }
  const given = givenTo(wanted, base, http, side)
  const options = optionsYaml(withKeepalive(wanted, given), given, log)
  return options === undefined ? {} : { options }
}

function isLogged({ proxy }: Half): boolean {
  return proxy.entries.some(({ key }) => key.startsWith("log "))
}

function withoutLog({ tcplog, httplog, ...others }: Options): Options {
  return others
}

interface FoundOption {
  name: OptionName
  value: OptionValue
  entry: Entry
}

function optionsIn(half: Half): FoundOption[] {
  return half.plain().flatMap((entry) => {
    const option = optionOf(entry)
    return option === undefined ? [] : [{ name: option[0], value: option[1], entry }]
  })
}

/** The last word on connections counts: what `defaults` says is replaced by any of them. */
const CONNECTION: readonly OptionName[] = ["http-keep-alive", "http-server-close", "httpclose"]

/** What `defaults` gives to a service of that mode. */
function givenTo(wanted: Options, { options }: Base, http: boolean, side: Side): Options {
  const replaced = CONNECTION.some((name) => wanted[name] !== undefined)
  const given = (Object.keys(options) as OptionName[]).filter((name) => {
    return (
      (http || traits(name).http !== true) &&
      reads(side, traits(name).side) &&
      !(replaced && CONNECTION.includes(name) && wanted[name] === undefined)
    )
  })
  return Object.fromEntries(given.map((name) => [name, options[name]]))
}

function reads(half: Side, side: Side): boolean {
  return half === "both" || side === "both" || half === side
}

/** Both halves of a keepalive have one name, unless `defaults` says them one by one. */
function withKeepalive(wanted: Options, given: Options): Options {
  const { clitcpka, srvtcpka, ...others } = wanted
  const together =
    clitcpka === true && srvtcpka === true && given.clitcpka === undefined && given.srvtcpka === undefined
  return together ? { ...others, tcpka: true } : wanted
}
