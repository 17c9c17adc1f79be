import { HaopsError } from "../base/errors.ts"
import { rememberLast } from "../base/remember-last.ts"

/** A `name { … }` block of corosync.conf, with where it stands. */
export interface CorosyncSection {
  name: string
  /** The last one wins where a key is repeated, as in corosync. */
  options: Readonly<Record<string, string>>
  sections: readonly CorosyncSection[]
  /** Lines of the opening and the closing brace, counted from 1. */
  from: number
  to: number
}

export interface CorosyncNode {
  /** Corosync falls back to the first address where no name is given, and so does this. */
  name: string
  nodeid: number | undefined
  /** `ring0_addr`, `ring1_addr`, … in that order. */
  addresses: readonly string[]
  /** The same by the number of the link: numbers may have gaps. */
  rings: Readonly<Record<number, string>>
  /** `quorum_votes`; left out where the node has one vote, as every node without that. */
  votes?: number
}

export interface CorosyncConf {
  name: string | undefined
  transport: string | undefined
  totem: Readonly<Record<string, string>>
  quorum: Readonly<Record<string, string>>
  /** The quorum device: its own options and those of its model. */
  device?: Readonly<Record<string, string>>
  nodes: readonly CorosyncNode[]
}

/** What a corosync.conf says. Throws `E_PROBE` with the line where it is malformed. */
export const parseCorosyncConf = rememberLast((text): CorosyncConf => {
  const sections = parseCorosyncSections(text)
  const options = (name: string) =>
    Object.assign({}, ...sections.filter((section) => section.name === name).map((section) => section.options))
  const totem: Record<string, string> = options("totem")
  return {
    name: totem.cluster_name,
    transport: totem.transport,
    totem,
    quorum: options("quorum"),
    ...deviceOf(sections),
    nodes: sections
      .filter((section) => section.name === "nodelist")
      .flatMap((section) => section.sections)
      .filter((section) => section.name === "node")
      .map(asNode),
  }
})

function deviceOf(sections: readonly CorosyncSection[]): Pick<CorosyncConf, "device"> {
  const quorum = sections.filter(({ name }) => name === "quorum").flatMap((section) => section.sections)
  const device = quorum.find(({ name }) => name === "device")
  if (device === undefined) return {}
  return { device: Object.assign({}, device.options, ...device.sections.map((section) => section.options)) }
}

/** The blocks of a corosync.conf as they stand. Throws `E_PROBE` with the line where it is malformed. */
export function parseCorosyncSections(text: string): readonly CorosyncSection[] {
  const root = open("", 0)
  const stack = [root]
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trim()
    const number = index + 1
    const current = stack.at(-1) ?? root
    if (line === "" || line.startsWith("#")) continue
    if (line.endsWith("{")) {
      const section = open(line.slice(0, -1).trim(), number)
      current.sections.push(section)
      stack.push(section)
    } else if (line === "}") {
      if (stack.length === 1) throw malformed(number, "a closing brace without its opening one")
      current.to = number
      stack.pop()
    } else {
      const colon = line.indexOf(":")
      if (colon < 1) throw malformed(number, `neither "key: value" nor a block: ${JSON.stringify(line)}`)
      current.options[line.slice(0, colon).trim()] = line.slice(colon + 1).trim()
    }
  }
  const unclosed = stack.length > 1 ? stack.at(-1) : undefined
  if (unclosed !== undefined) throw malformed(unclosed.from, `${unclosed.name} is never closed`)
  return root.sections
}

function open(name: string, from: number) {
  return { name, options: {} as Record<string, string>, sections: [] as CorosyncSection[], from, to: from }
}

function asNode({ options }: CorosyncSection): CorosyncNode {
  const nodeid = options.nodeid === undefined ? undefined : Number(options.nodeid)
  return corosyncNode(options, nodeid)
}

/** A node from the keys of its block, in a file or in corosync's memory. */
export function corosyncNode(options: Readonly<Record<string, string>>, nodeid: number | undefined): CorosyncNode {
  const rings: Record<number, string> = {}
  for (const [key, address] of Object.entries(options)) {
    const number = /^ring(\d+)_addr$/.exec(key)?.[1]
    if (number !== undefined) rings[Number(number)] = address
  }
  const addresses = Object.values(rings)
  const votes = options.quorum_votes === undefined ? {} : { votes: Number(options.quorum_votes) }
  return { name: options.name ?? addresses[0] ?? "", nodeid, addresses, rings, ...votes }
}

function malformed(line: number, why: string): HaopsError {
  return new HaopsError("E_PROBE", `/etc/corosync/corosync.conf line ${line}: ${why}`)
}
