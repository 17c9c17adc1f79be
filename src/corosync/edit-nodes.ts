import { HaopsError } from "../base/errors.ts"
import { linksOf } from "../membership/corosync-links.ts"
import { type CorosyncConf, type CorosyncSection, parseCorosyncConf, parseCorosyncSections } from "./conf.ts"
import { CorosyncEditor } from "./editor.ts"

/** A node of corosync.conf: `links` are its addresses, in the order of the cluster's links. */
interface NewNode {
  name: string
  nodeid: number
  links: readonly string[]
}

/** A corosync.conf with one node more. Throws `E_PROBE` where it is malformed or lists no nodes. */
export function withNode(text: string, { name, nodeid, links }: NewNode): string {
  const editor = new CorosyncEditor(text)
  const sections = parseCorosyncSections(text)
  const nodelist = sections.find((section) => section.name === "nodelist")
  const [first] = nodelist?.sections ?? []
  if (nodelist === undefined || first === undefined) {
    throw new HaopsError("E_PROBE", "/etc/corosync/corosync.conf has no nodelist")
  }
  const numbers = linksOf(parseCorosyncConf(text)).map(({ number }) => number)
  const rings = links.map((address, index) => `ring${numbers[index] ?? index}_addr: ${address}`)
  const [outer, inner] = [editor.indentWithin(nodelist), editor.indentWithin(first)]
  const options = [...rings, `name: ${name}`, `nodeid: ${nodeid}`].map((option) => `${inner}${option}`)
  editor.insert(nodelist, [`${outer}node {`, ...options, `${outer}}`])
  countVotes(editor, text, [...votesOf(nodesOf(sections)), 1])
  return editor.text()
}

/** A corosync.conf without the node of this name. Throws `E_PROBE` where it is malformed. */
export function withoutNode(text: string, name: string): string {
  const editor = new CorosyncEditor(text)
  const sections = parseCorosyncSections(text)
  const nodes = nodesOf(sections)
  const gone = nodes.filter(({ options }) => (options.name ?? options.ring0_addr) === name)
  for (const { from, to } of gone) editor.drop(from, to)
  countVotes(editor, text, votesOf(nodes.filter((one) => !gone.includes(one))))
  return editor.text()
}

function nodesOf(sections: readonly CorosyncSection[]): readonly CorosyncSection[] {
  return sections
    .filter(({ name }) => name === "nodelist")
    .flatMap((section) => section.sections)
    .filter(({ name }) => name === "node")
}

function votesOf(nodes: readonly CorosyncSection[]): readonly number[] {
  return nodes.map(({ options }) => Number(options.quorum_votes ?? 1))
}

/**
 * Of two nodes either goes on alone (`two_node`), unless a device has a vote besides, or one of the two breaks the tie; of any other number
 * none does. As pcs keeps it. Votes that the file expects, as crmsh writes it, are counted anew: fewer than there are would be a majority for
 * each half of a cluster that starts in two halves. Where it says none corosync counts.
 */
function countVotes(editor: CorosyncEditor, text: string, votes: readonly number[]): void {
  const { quorum: has, device } = parseCorosyncConf(text)
  const alone = votes.length === 2 && device === undefined && (has.auto_tie_breaker ?? "0") === "0"
  const besides = deviceVotes(device, votes.length)
  const wanted = {
    ...(alone || has.two_node !== "0" ? { two_node: alone ? "1" : undefined } : {}),
    ...(has.expected_votes === undefined ? {} : { expected_votes: String(sum([...votes, besides])) }),
  }
  const sections = parseCorosyncSections(text).filter(({ name }) => name === "quorum")
  for (const section of sections) {
    const changed = Object.entries(wanted).filter(([key, value]) => section.options[key] !== value)
    editor.set(section, Object.fromEntries(changed))
  }
}

/** `ffsplit` has one, whatever stands there; without a number corosync gives a device all but one of the nodes' votes. */
function deviceVotes(device: CorosyncConf["device"], nodes: number): number {
  if (device === undefined) return 0
  return device.algorithm === "ffsplit" ? 1 : Number(device.votes ?? nodes - 1)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0)
}
