/** What haproxy makes of an `option` directive; seen with `haproxy -c` on 2.2, 2.6 and 3.0, which agree. */
export interface OptionTraits {
  /** The half of a proxy that reads it; the other warns. */
  side: "front" | "back" | "both"
  /** Ignored with a warning where the mode is tcp. */
  http?: true
  /** `no option …` is an error: what `defaults` switches on, no section can switch off. */
  sticky?: true
}

export const OPTIONS = {
  tcpka: { side: "both", sticky: true },
  clitcpka: { side: "front" },
  srvtcpka: { side: "back" },
  tcplog: { side: "front", sticky: true },
  httplog: { side: "front", http: true, sticky: true },
  dontlognull: { side: "front" },
  "dontlog-normal": { side: "front" },
  "log-health-checks": { side: "back" },
  "log-separate-errors": { side: "front" },
  redispatch: { side: "back" },
  forwardfor: { side: "both", http: true, sticky: true },
  "http-keep-alive": { side: "both" },
  "http-server-close": { side: "both" },
  httpclose: { side: "both" },
  "http-ignore-probes": { side: "front", http: true },
  abortonclose: { side: "back" },
  allbackups: { side: "back" },
  "prefer-last-server": { side: "back", http: true },
  persist: { side: "back" },
  contstats: { side: "front" },
  "tcp-smart-accept": { side: "front" },
  "tcp-smart-connect": { side: "back" },
  nolinger: { side: "both" },
} as const satisfies Readonly<Record<string, OptionTraits>>

export type OptionName = keyof typeof OPTIONS

export const OPTION_NAMES = Object.keys(OPTIONS) as [OptionName, ...OptionName[]]

/** `forwardfor` has arguments; each other option is on or off. */
export type OptionValue = boolean | ForwardFor

export interface ForwardFor {
  /** Clients of this address or network are not written down. */
  except?: string | undefined
  /** Default `X-Forwarded-For`. */
  header?: string | undefined
  ifNone?: boolean | undefined
}

export type Options = { readonly [Name in OptionName]?: OptionValue | undefined }

/** The traits of an option, as the interface rather than its literal. */
export function traits(name: OptionName): OptionTraits {
  return OPTIONS[name]
}

/** The entries of a set of options, always in the same order, so that a file does not change where its meaning does not. */
export function optionEntries(options: Options): [OptionName, OptionValue][] {
  return OPTION_NAMES.flatMap((name) => {
    const value = options[name]
    return value === undefined ? [] : [[name, value] as [OptionName, OptionValue]]
  })
}

/** Options as the inventory gives them, over others: a list replaces the set, a mapping changes single options. */
export function mergeOptions(base: Options, given: readonly OptionName[] | Options | undefined): Options {
  if (given === undefined) return base
  return isList(given) ? Object.fromEntries(given.map((name) => [name, true])) : { ...base, ...given }
}

/** Apart: those that a `defaults` section must not hold, since no section could switch them off again. */
export function splitSticky(options: Options): { sticky: Options; others: Options } {
  const entries = optionEntries(options)
  const sticky = entries.filter(([name]) => traits(name).sticky === true)
  const others = entries.filter(([name]) => traits(name).sticky !== true)
  return { sticky: Object.fromEntries(sticky), others: Object.fromEntries(others) }
}

function isList(given: readonly OptionName[] | Options): given is readonly OptionName[] {
  return Array.isArray(given)
}
