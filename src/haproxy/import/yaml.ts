import { Document, isCollection, isMap, isScalar, isSeq, type Node, Scalar } from "yaml"
import type { HaproxyImport } from "./import.ts"

/** Wider than this, a mapping or list is written on lines of its own. */
const WIDTH = 100

interface YamlOptions {
  /** The file that was imported, for the comment at the top. */
  file: string
  /** A whole inventory rather than the section for one that is there. */
  whole: boolean
  /** VIPs to write, each with its prefix length. */
  vips: Readonly<Record<string, string>>
}

/** An import as the text of an inventory. Deterministic. */
export function importYaml({ hosts, haproxy }: HaproxyImport, { file, whole, vips }: YamlOptions): string {
  const controllers = Object.fromEntries(hosts.map(({ name, address }) => [name, address]))
  const hasVips = Object.keys(vips).length > 0
  const document = new Document({
    ...(whole ? { name: "imported" } : {}),
    ...(whole && hosts.length > 0 ? { controllers } : {}),
    ...(whole && hasVips ? { pacemaker: { password: { env: "HAOPS_HACLUSTER_PASSWORD" } } } : {}),
    ...(hasVips ? { vips } : {}),
    haproxy,
  })
  document.commentBefore = ` Imported from ${file.replaceAll(/[\n\r]/g, " ")} by "haops import-haproxy".`
  layOut(document.contents, 0)
  return `${document.toString({ lineWidth: 0, flowCollectionPadding: true }).trimEnd()}\n`
}

/** Sections as blocks; what is small inside of them on one line; raw configuration as a block of its lines. */
function layOut(node: Node | null, depth: number): void {
  if (!isCollection(node)) return
  if (depth > 1 && isSmall(node)) {
    node.flow = true
    return
  }
  if (!isMap(node)) {
    if (isSeq(node)) for (const item of node.items) layOut(item as Node, depth + 1)
    return
  }
  for (const pair of node.items) {
    const raw = isScalar(pair.key) && /^raw/.test(String(pair.key.value)) && isSeq(pair.value)
    if (raw) pair.value = blockOf(pair.value as Node)
    else layOut(pair.value as Node | null, depth + 1)
  }
}

function isSmall(node: Node): boolean {
  const value: unknown = node.toJSON()
  return JSON.stringify(value).length <= WIDTH && !JSON.stringify(value).includes('"raw')
}

function blockOf(lines: Node): Scalar {
  const block = new Scalar(`${(lines.toJSON() as string[]).join("\n")}\n`)
  block.type = Scalar.BLOCK_LITERAL
  return block
}
