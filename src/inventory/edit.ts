import { isDeepStrictEqual } from "node:util"
import { isCollection, isMap, isPair, isScalar, type Pair, parseDocument, type YAMLMap } from "yaml"
import { HaopsError } from "../base/errors.ts"
import type { Group } from "../model/inventory.ts"

/** A host as the short form of the inventory writes it. */
interface NewHost {
  group: Group
  name: string
  address: string
}

/**
 * The inventory's text with one more host, last in its group. Every other byte stays: comments, order, quoting and layout are
 * the user's. Throws `E_INPUT` with the line to write where the group is written in a way that cannot be added to safely.
 */
export function withHost(text: string, file: string, host: NewHost): string {
  const advice = `Write it there yourself, under ${host.group}: "${host.name}: ${host.address}"`
  const map = groupMap(text, host.group)
  const edited = map && insert(text, map, `${host.name}: ${host.address}`)
  return checked(text, edited, file, advice, (data) => {
    data[host.group] = { ...asRecord(data[host.group]), [host.name]: host.address }
  })
}

/** The inventory's text without this host; comments on lines of their own stay. Throws `E_INPUT` as `withHost` does. */
export function withoutHost(text: string, file: string, { group, name }: Omit<NewHost, "address">): string {
  const advice = `Take ${name} out of ${group} there yourself.`
  const map = groupMap(text, group)
  const edited = map && remove(text, map, name)
  return checked(text, edited, file, advice, (data) => {
    const { [name]: _, ...rest } = asRecord(data[group])
    data[group] = rest
  })
}

/** An edit counts only if the data says afterwards exactly what was meant, and else as before. */
function checked(
  text: string,
  edited: string | undefined,
  file: string,
  advice: string,
  change: (data: Record<string, unknown>) => void,
): string {
  const wanted = dataOf(text)
  change(wanted)
  if (edited !== undefined && isDeepStrictEqual(dataOf(edited), wanted)) return edited
  throw new HaopsError("E_INPUT", `${file} is written in a way that haops cannot edit safely`, { hint: advice })
}

function dataOf(text: string): Record<string, unknown> {
  const document = parseDocument(text, { merge: true })
  if (document.errors.length > 0) return {}
  try {
    return asRecord(document.toJS())
  } catch {
    // An alias whose anchor went with the host.
    return {}
  }
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {}
}

type Item = Pair<unknown, unknown>
type HostMap = YAMLMap<unknown, unknown>

function groupMap(text: string, group: Group): HostMap | undefined {
  const value = parseDocument(text, { merge: true }).get(group, true)
  return isMap(value) && value.items.length > 0 ? value : undefined
}

function insert(text: string, map: HostMap, entry: string): string | undefined {
  const last = map.items.at(-1)
  const first = map.items[0]
  if (last === undefined || first === undefined) return undefined
  const [start] = rangeOf(first)
  const [, end] = rangeOf(last)
  if (map.flow === true) return insertInFlow(text, start, end, entry)
  const at = lineEnd(text, end)
  const line = `${indentOf(text, start)}${entry}${newline(text)}`
  const before = text.slice(0, at)
  return `${before}${before.endsWith("\n") ? "" : newline(text)}${line}${text.slice(at)}`
}

/** What stands behind a flow map's last host on its line: the comma that may be there, a comment. */
const REST_OF_LINE = /^([ \t]*,)?[ \t]*(#.*)?\r?\n/

function insertInFlow(text: string, start: number, end: number, entry: string): string {
  const rest = REST_OF_LINE.exec(text.slice(end))
  if (!beginsLine(text, start) || rest === null) return `${text.slice(0, end)}, ${entry}${text.slice(end)}`
  // Its comment stays with the host that it is about.
  const [line, comma] = rest
  const own = `${indentOf(text, start)}${entry}${comma === undefined ? "" : ","}${newline(text)}`
  return text.slice(0, end) + (comma === undefined ? "," : "") + line + own + text.slice(end + line.length)
}

function remove(text: string, map: HostMap, name: string): string | undefined {
  const index = map.items.findIndex(({ key }) => isScalar(key) && String(key.value) === name)
  const item = map.items[index]
  if (item === undefined) return undefined
  const [start, end] = rangeOf(item)
  const lineStart = start - column(text, start)
  if (map.flow !== true) return text.slice(0, lineStart) + text.slice(lineEnd(text, end))
  const rest = REST_OF_LINE.exec(text.slice(end))
  // The comma before it may stay: YAML allows one at the end.
  if (beginsLine(text, start) && rest !== null) return text.slice(0, lineStart) + text.slice(end + rest[0].length)
  const next = map.items[index + 1]
  if (next !== undefined) return cut(text, start, rangeOf(next)[0])
  const previous = map.items[index - 1]
  return previous === undefined ? undefined : cut(text, rangeOf(previous)[1], end)
}

/** Not where a comment would go with it: that may be about a host that stays. */
function cut(text: string, from: number, to: number): string | undefined {
  return text.slice(from, to).includes("#") ? undefined : text.slice(0, from) + text.slice(to)
}

/** Where a pair's key begins and its value ends. */
function rangeOf({ key, value }: Item): [start: number, end: number] {
  return [rangeOfNode(key)?.[0] ?? 0, endOf(value) ?? rangeOfNode(key)?.[1] ?? 0]
}

/** A block's own range takes the blank lines behind it in; they are the user's, so what counts is its last line. */
function endOf(node: unknown): number | undefined {
  const last: unknown = isCollection(node) && node.flow !== true ? node.items.at(-1) : undefined
  if (last === undefined) return rangeOfNode(node)?.[1]
  return isPair(last) ? (endOf(last.value) ?? rangeOfNode(last.key)?.[1]) : endOf(last)
}

function rangeOfNode(node: unknown): [number, number, number] | undefined {
  return (node as { range?: [number, number, number] } | null | undefined)?.range
}

function beginsLine(text: string, offset: number): boolean {
  return column(text, offset) > 0 && indentOf(text, offset).trim() === ""
}

/** What stands before it on its line. */
function indentOf(text: string, offset: number): string {
  return text.slice(offset - column(text, offset), offset)
}

function column(text: string, offset: number): number {
  return offset - (text.lastIndexOf("\n", offset - 1) + 1)
}

/** Behind the line break of the line on which a value ends; a block's value may end behind one already. */
function lineEnd(text: string, offset: number): number {
  if (offset > 0 && text[offset - 1] === "\n") return offset
  const at = text.indexOf("\n", offset)
  return at < 0 ? text.length : at + 1
}

function newline(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n"
}
