/** What haproxy makes of an `option` directive; seen with `haproxy -c` on 2.2, 2.6 and 3.0, which agree. */
interface OptionTraits {
  /** What it does, for the schema. */
  says: string
  /** The half of a proxy that reads it; the other warns. */
  side: "front" | "back" | "both"
  /** Ignored with a warning where the mode is tcp. */
  http?: true
  /** `no option …` is an error: what `defaults` switches on, no section can switch off. */
  cannotBeNegated?: true
}

export const OPTIONS = {
  tcpka: { says: "TCP keepalives to clients and servers", side: "both", cannotBeNegated: true },
  clitcpka: { says: "TCP keepalives to clients", side: "front" },
  srvtcpka: { says: "TCP keepalives to servers", side: "back" },
  tcplog: { says: "Each connection is logged in full", side: "front", cannotBeNegated: true },
  httplog: { says: "Each request is logged in full", side: "front", http: true, cannotBeNegated: true },
  dontlognull: { says: "Connections without a byte, such as a monitor's, are not logged", side: "front" },
  "dontlog-normal": { says: "Only what went wrong is logged", side: "front" },
  "log-health-checks": { says: "Changes of what checks find are logged", side: "back" },
  "log-separate-errors": { says: "What may have gone wrong is logged at level err", side: "front" },
  redispatch: { says: "A connection to a dead server goes to another one; haops' default", side: "back" },
  forwardfor: {
    says: "The client's address is handed on in a header",
    side: "both",
    http: true,
    cannotBeNegated: true,
  },
  "http-keep-alive": { says: "Connections are kept on both sides; haproxy's default", side: "both" },
  "http-server-close": {
    says: "The server's connection is closed after each response, the client's is kept",
    side: "both",
  },
  httpclose: { says: "Both connections are closed after each response", side: "both" },
  "http-ignore-probes": {
    says: "Connections that browsers open ahead and never use are neither logged nor answered",
    side: "front",
    http: true,
  },
  abortonclose: { says: "Requests whose client has gone are taken out of the queue", side: "back" },
  allbackups: { says: "All backup servers share the load, in place of the first one alone", side: "back" },
  "prefer-last-server": { says: "A kept connection stays with its server", side: "back", http: true },
  persist: { says: "A cookie leads to its server though that is down", side: "back" },
  contstats: { says: "Long connections count while they last", side: "front" },
  "tcp-smart-accept": { says: "The first segment is acknowledged along with the answer", side: "front" },
  "tcp-smart-connect": { says: "The connection is acknowledged along with the first data", side: "back" },
  nolinger: { says: "Connections are closed without waiting for what is not acknowledged", side: "both" },
} as const satisfies Readonly<Record<string, OptionTraits>>

export type OptionName = keyof typeof OPTIONS

export const OPTION_NAMES = Object.keys(OPTIONS) as [OptionName, ...OptionName[]]

/** `forwardfor` has arguments; each other option is on or off. */
export type OptionValue = boolean | ForwardFor

interface ForwardFor {
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
  const sticky = entries.filter(([name]) => traits(name).cannotBeNegated === true)
  const others = entries.filter(([name]) => traits(name).cannotBeNegated !== true)
  return { sticky: Object.fromEntries(sticky), others: Object.fromEntries(others) }
}

function isList(given: readonly OptionName[] | Options): given is readonly OptionName[] {
  return Array.isArray(given)
}
