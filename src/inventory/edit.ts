import { isDeepStrictEqual } from "node:util"
import { isMap, isScalar, type Pair, parseDocument, type YAMLMap } from "yaml"
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
  if (map.flow === true) {
    const ownLine = text.slice(start - column(text, start), start).trim() === "" && column(text, start) > 0
    const gap = ownLine ? `${newline(text)}${" ".repeat(column(text, start))}` : " "
    return `${text.slice(0, end)},${gap}${entry}${text.slice(end)}`
  }
  const at = lineEnd(text, end)
  const line = `${" ".repeat(column(text, start))}${entry}${newline(text)}`
  const before = text.slice(0, at)
  return `${before}${before.endsWith("\n") ? "" : newline(text)}${line}${text.slice(at)}`
}

function remove(text: string, map: HostMap, name: string): string | undefined {
  const index = map.items.findIndex(({ key }) => isScalar(key) && String(key.value) === name)
  const item = map.items[index]
  if (item === undefined) return undefined
  const [start, end] = rangeOf(item)
  if (map.flow !== true) return text.slice(0, start - column(text, start)) + text.slice(lineEnd(text, end))
  const next = map.items[index + 1]
  if (next !== undefined) return text.slice(0, start) + text.slice(rangeOf(next)[0])
  const previous = map.items[index - 1]
  return previous === undefined ? undefined : text.slice(0, rangeOf(previous)[1]) + text.slice(end)
}

/** Where a pair's key begins and its value ends. */
function rangeOf({ key, value }: Item): [start: number, end: number] {
  const from = (key as { range?: [number, number, number] }).range
  const to = (value as { range?: [number, number, number] } | null)?.range ?? from
  return [from?.[0] ?? 0, to?.[1] ?? 0]
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
