import { HaopsError } from "../base/errors.ts"
import { linksOf } from "../membership/corosync-links.ts"
import { type CorosyncSection, parseCorosyncConf, parseCorosyncSections } from "./conf.ts"
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
  countTwo(editor, sections, nodesOf(sections).length + 1)
  return editor.text()
}

/** A corosync.conf without the node of this name. Throws `E_PROBE` where it is malformed. */
export function withoutNode(text: string, name: string): string {
  const editor = new CorosyncEditor(text)
  const sections = parseCorosyncSections(text)
  const nodes = nodesOf(sections)
  const gone = nodes.filter(({ options }) => (options.name ?? options.ring0_addr) === name)
  for (const { from, to } of gone) editor.drop(from, to)
  countTwo(editor, sections, nodes.length - gone.length)
  return editor.text()
}

function nodesOf(sections: readonly CorosyncSection[]): readonly CorosyncSection[] {
  return sections
    .filter(({ name }) => name === "nodelist")
    .flatMap((section) => section.sections)
    .filter(({ name }) => name === "node")
}

/** Of two nodes either goes on alone (`two_node`), unless a device has a vote besides; of any other number none does. As pcs keeps it. */
function countTwo(editor: CorosyncEditor, sections: readonly CorosyncSection[], nodes: number): void {
  for (const quorum of sections.filter(({ name }) => name === "quorum")) {
    const device = quorum.sections.some(({ name }) => name === "device")
    const want = nodes === 2 && !device ? "1" : undefined
    const { two_node: have } = quorum.options
    if (have !== want && !(want === undefined && have === "0")) editor.set(quorum, { two_node: want })
  }
}
