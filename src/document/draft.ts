import { Document, isCollection, isMap, isScalar, isSeq, type Node, type Pair, Scalar, visit } from "yaml"
import { cleanLine, escapeJson } from "../base/clean.ts"
import type { Path } from "./problems.ts"

/** A comment beside a place of a document that is being written. Its text may have several lines. */
export interface Remark {
  path: Path
  text: string
}

export interface Draft {
  value: Readonly<Record<string, unknown>>
  /** One about what is not there stands at the end of what would hold it. */
  remarks: readonly Remark[]
  /** Lines of comment at the top. */
  head: readonly string[]
}

/** Wider than this, a mapping or list is written on lines of its own. */
const WIDTH = 100

/** The text of a YAML document with its comments: sections as blocks, what is small inside of them on one line. Deterministic. */
export function draftYaml({ value, remarks, head }: Draft): string {
  const document = new Document(value)
  const remarked = new Set<unknown>()
  for (const { path, text } of remarks) remark(document, path, commentOf(text), remarked)
  if (head.length > 0) document.commentBefore = commentOf(head.join("\n"))
  layOut(document.contents as Node | null, 0, remarked)
  quoteUnsafe(document)
  return `${escapeJson(document.toString({ lineWidth: 0, flowCollectionPadding: true })).trimEnd()}\n`
}

/** Only between double quotes can be escaped what means something to a terminal, of which YAML minds a part. */
function quoteUnsafe(document: Document): void {
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === "string" && escapeJson(node.value) !== node.value) node.type = Scalar.QUOTE_DOUBLE
    },
  })
}

function commentOf(text: string): string {
  return text
    .split("\n")
    .map((line) => ` ${/^ */.exec(line)![0]}${cleanLine(line.trimStart())}`.trimEnd())
    .join("\n")
}

/** Puts it before the value's key; where that is not there, behind all that the nearest thing around it holds. */
function remark(document: Document, path: Path, text: string, remarked: Set<unknown>): void {
  let node: unknown = document.contents
  let around = node
  for (const [depth, step] of path.entries()) {
    if (!isCollection(node)) break
    around = node
    remarked.add(node)
    const item = isMap(node) ? pairOf(node.items as Pair[], step) : (node.items[Number(step)] as Node | undefined)
    if (item === undefined) break
    const place = isSeq(node) ? (item as Node) : ((item as Pair).key as Node)
    if (depth === path.length - 1) {
      before(place, text)
      return
    }
    node = isSeq(node) ? item : (item as Pair).value
  }
  after(around as Node, text)
}

function pairOf(items: readonly Pair[], key: string | number): Pair | undefined {
  return items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(key))
}

function before(node: Node, text: string): void {
  node.commentBefore = joined(node.commentBefore, text)
}

function after(node: Node, text: string): void {
  node.comment = joined(node.comment, text)
}

function joined(old: string | null | undefined, text: string): string {
  return old === null || old === undefined ? text : `${old}\n${text}`
}

/** What has a comment within it keeps lines of its own; raw configuration is a block of its lines. */
function layOut(node: Node | null, depth: number, remarked: ReadonlySet<unknown>): void {
  if (!isCollection(node)) return
  if (depth > 1 && isSmall(node) && !remarked.has(node)) {
    node.flow = true
    return
  }
  if (isSeq(node)) for (const item of node.items) layOut(item as Node, depth + 1, remarked)
  if (!isMap(node)) return
  for (const pair of node.items) {
    if (isRaw(pair)) pair.value = blockOf(pair.value as Node)
    else layOut(pair.value as Node | null, depth + 1, remarked)
  }
}

function isRaw({ key, value }: Pair): boolean {
  return isScalar(key) && /^raw/.test(String(key.value)) && isSeq(value)
}

function isSmall(node: Node): boolean {
  const text = JSON.stringify(node.toJSON())
  return text.length <= WIDTH && !text.includes('"raw')
}

function blockOf(lines: Node): Scalar {
  const block = new Scalar(`${(lines.toJSON() as string[]).join("\n")}\n`)
  block.type = Scalar.BLOCK_LITERAL
  return block
}
