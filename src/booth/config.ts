import type { FileWant } from "../host/file-drift.ts"
import { MANAGED } from "../host/mark.ts"
import { type BoothSettings, type BoothTicket, configPath, DEFAULT_PORT, keyPath } from "./settings.ts"

/** What stands in boothd's file. */
export type BoothConf = Pick<BoothSettings, "port" | "sites" | "arbitrators" | "tickets"> & {
  authfile: string | undefined
  /** Lines that no inventory has words for. */
  others: readonly string[]
} & Pick<BoothSettings, "maxTimeSkew">

/** The same for all members: sites before arbitrators, which is the order of weights. */
export function boothConfig(settings: BoothSettings): FileWant {
  const { port, sites, arbitrators, maxTimeSkew, tickets } = settings
  const lines = [
    MANAGED,
    `port = ${port}`,
    `authfile = "${keyPath(settings)}"`,
    ...(maxTimeSkew === undefined ? [] : [`maxtimeskew = ${maxTimeSkew}`]),
    ...sites.map((address) => `site = "${address}"`),
    ...arbitrators.map((address) => `arbitrator = "${address}"`),
    ...tickets.flatMap(({ name, options }) => [
      `ticket = "${name}"`,
      ...options.map(([key, value]) => `  ${key} = "${value}"`),
    ]),
  ]
  return { path: configPath(settings), content: `${lines.join("\n")}\n`, mode: "0644", owner: "root:root" }
}

/** Reads such a file as boothd does. */
export function readBoothConf(text: string): BoothConf {
  const sites: string[] = []
  const arbitrators: string[] = []
  const others: string[] = []
  const tickets: { name: string; options: (readonly [string, string])[] }[] = []
  const said = new Map<string, string>()
  for (const line of text.split("\n")) {
    const [, key, value] = readLine(line) ?? []
    if (key === undefined || value === undefined) {
      if (line.trim() !== "" && !/^\s*#/.test(line)) others.push(line.trim())
    } else if (key === "site") sites.push(value)
    else if (key === "arbitrator") arbitrators.push(value)
    else if (key === "ticket") tickets.push({ name: value, options: [] })
    // A member is found at the port that was said before it.
    else if (
      key === "port" &&
      sites.length + arbitrators.length > 0 &&
      value !== (said.get(key) ?? `${DEFAULT_PORT}`)
    ) {
      others.push(line.trim())
    } else if (tickets.length > 0) tickets.at(-1)!.options.push([key, value])
    else if (GLOBAL.includes(key)) said.set(key, value)
    else if (!(key === "transport" && value.toUpperCase() === "UDP")) others.push(line.trim())
  }
  const skew = said.get("maxtimeskew")
  return {
    port: Number(said.get("port") ?? DEFAULT_PORT),
    authfile: said.get("authfile"),
    ...(skew === undefined ? {} : { maxTimeSkew: Number(skew) }),
    sites,
    arbitrators,
    tickets,
    others,
  }
}

const GLOBAL = ["port", "authfile", "maxtimeskew"]

function readLine(line: string): readonly (string | undefined)[] | undefined {
  const match = /^\s*([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|(.*?))\s*(?:#.*)?$/.exec(line)
  // Without quotes a # is part of the value.
  const bare = /^\s*[\w-]+\s*=\s*([^"'\s].*?)\s*$/.exec(line)?.[1]
  return match === null ? undefined : [match[0], match[1], bare ?? match[2] ?? match[3]]
}

/** Whether two files say the same to boothd, however they are written: no boothd restarts for a comment, or for what pcs wrote. */
export function sameConf(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => {
    const conf = readBoothConf(text)
    return JSON.stringify({ ...conf, tickets: conf.tickets.map(inOrder) })
  })
  return a === b
}

function inOrder({ name, options }: BoothTicket): BoothTicket {
  return { name, options: options.toSorted(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0)) }
}
