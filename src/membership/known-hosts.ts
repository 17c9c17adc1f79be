import * as z from "zod"
import { HaopsError } from "../base/errors.ts"
import type { MemberNode } from "./nodes.ts"

/** The nodes that a node's pcs holds a token for, with the addresses it would reach them at; none where it knows the name only. */
export type KnownHosts = ReadonlyMap<string, readonly string[]>

const KNOWN_HOSTS = "/var/lib/pcsd/known-hosts"
const TOKENS = "/var/lib/pcsd/tokens"

/** Shell that prints pcs's files of known hosts (0.9: of tokens). The tokens themselves are blotted out on the node. */
export const KNOWN_HOSTS_SCRIPT = `if [ -s ${KNOWN_HOSTS} ]; then sed 's/\\("token": *"\\)[^"][^"]*"/\\1set"/g' ${KNOWN_HOSTS}
elif [ -s ${TOKENS} ]; then sed 's/: *"[^"][^"]*"/: "set"/g' ${TOKENS}
fi`

const FILE = z.object({
  known_hosts: z
    .record(z.string(), z.object({ token: z.string(), dest_list: z.array(z.object({ addr: z.string() })) }))
    .optional(),
  tokens: z.record(z.string(), z.string()).optional(),
})

/** Reads what `KNOWN_HOSTS_SCRIPT` printed. Throws `E_PROBE` where it is not of that form. */
export function parseKnownHosts(text: string): KnownHosts {
  if (text.trim() === "") return new Map()
  const { known_hosts: hosts = {}, tokens = {} } = read(text)
  return new Map([
    ...Object.entries(tokens).flatMap(([name, token]): [string, string[]][] => (token === "" ? [] : [[name, []]])),
    ...Object.entries(hosts).flatMap(([name, { token, dest_list }]): [string, string[]][] =>
      token === "" ? [] : [[name, dest_list.map(({ addr }) => addr)]],
    ),
  ])
}

/** The nodes that pcs has no token for, or one for another address than the inventory's. */
export function strangersTo<Node extends Pick<MemberNode, "name" | "address">>(
  known: KnownHosts,
  nodes: readonly Node[],
): readonly Node[] {
  return nodes.filter(({ name, address }) => {
    const addresses = known.get(name)
    if (addresses === undefined) return true
    return addresses.length > 0 && !addresses.includes(address) && !addresses.includes(name)
  })
}

function read(text: string): z.infer<typeof FILE> {
  try {
    return FILE.parse(JSON.parse(text))
  } catch (cause) {
    throw new HaopsError("E_PROBE", "pcs's file of known hosts is not of the expected form", {
      hint: `Look at ${KNOWN_HOSTS} on the node; pcs cannot read it either.`,
      cause,
    })
  }
}
