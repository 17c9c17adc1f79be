import type { Document, YAMLError } from "yaml"
import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from "yaml"
import { InputError, type InputProblem, type Path } from "./problems.ts"
import { typeOf } from "./shape-words.ts"

/** Counts from 1. */
export interface Place {
  line: number
  column: number
  /** Of several that were merged, the file. */
  file?: string
}

/** A YAML file as plain data that still knows where each value stood. */
export interface YamlSource {
  file: string
  raw: unknown
  /** Keys written twice. The data holds the last one. */
  problems: readonly InputProblem[]
  /**
   * Where the value of `path` begins, or its key with `"key"`. A block of lines is pointed at by its key, something
   * that is not there by what would hold it.
   */
  locate(path: Path, part?: "value" | "key"): Place
}

/** Aliases that one file may expand to; a handful is normal, an "alias bomb" needs thousands. */
const MAX_ALIASES = 200

const DANGLING = 'an alias without an anchor before it; text that begins with "*" wants quotes'

/** Reads YAML text. Throws `InputError` where it is empty or its syntax leaves its meaning in doubt. */
export function readYaml(text: string, file: string): YamlSource {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true })
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const problem = (offset: number, message: string): InputProblem => ({ file, ...place(offset), path: [], message })

  const duplicates = document.errors.filter((error) => error.code === "DUPLICATE_KEY")
  const broken = document.errors.filter((error) => error.code !== "DUPLICATE_KEY")
  if (broken.length > 0) throw new InputError(broken.map((error) => problem(error.pos[0], plainMessage(error))))
  if (document.contents === null) throw new InputError([problem(0, "the file is empty")])
  const dangling = danglingAlias(document)
  if (dangling !== undefined) throw new InputError([problem(dangling, DANGLING)])
  const unmerged = faultyMerges(document).map(({ offset, message }) => problem(offset, message))
  if (unmerged.length > 0) throw new InputError(unmerged)
  return {
    file,
    raw: toData(document, (message) => new InputError([problem(0, message)])),
    problems: duplicates.map((error) => problem(error.pos[0], duplicateMessage(document, error.pos[0], place))),
    locate: (path, part = "value") => place(offsetOf(document, path, part)),
  }
}

function plainMessage(error: YAMLError): string {
  if (error.code === "MULTIPLE_DOCS") return "a second YAML document begins here; one file holds one"
  return `not valid YAML: ${error.message}`
}

function toData(document: Document.Parsed, refuse: (message: string) => InputError): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES })
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    throw refuse(`its aliases expand to more than ${MAX_ALIASES} copies`)
  }
}

/** Where an alias stands before its anchor. The name is not repeated: it may be a password that begins with a star. */
function danglingAlias(document: Document.Parsed): number | undefined {
  let offset: number | undefined
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return undefined
      offset = alias.range?.[0] ?? 0
      return visit.BREAK
    },
  })
  return offset
}

/** What `<<` cannot merge, such as an anchor whose lines are all commented out: `toJS` throws there without a place. */
function faultyMerges(document: Document.Parsed): readonly { offset: number; message: string }[] {
  const faults: { offset: number; message: string }[] = []
  visit(document, {
    Pair(_, pair) {
      if (!isScalar(pair.key) || pair.key.type !== "PLAIN" || pair.key.source !== "<<") return
      const merged = resolved(document, pair.value)
      for (const source of isSeq(merged) ? merged.items : [pair.value]) {
        const target = resolved(document, source)
        if (isMap(target)) continue
        const kind = typeOf(isSeq(target) ? target.items : isScalar(target) ? target.value : null)
        const what = isAlias(source) ? `the anchor ${source.source} holds ${kind}` : `got ${kind}`
        const offset = (pointsToKey(source) ? keyStart(pair) : undefined) ?? start(source) ?? 0
        faults.push({ offset, message: `"<<" takes a mapping or a list of mappings, ${what}` })
      }
    },
  })
  return faults
}

function duplicateMessage(document: Document.Parsed, offset: number, place: (offset: number) => Place): string {
  let message = "this key is written twice"
  visit(document, {
    Map(_, map) {
      const second = map.items.find((pair) => keyStart(pair as Pair) === offset)
      if (second === undefined) return undefined
      const name = keyName(second as Pair)
      const first = map.items.find((pair) => keyName(pair as Pair) === name)
      message = `"${name}" is written twice, first on line ${place(keyStart(first as Pair) ?? 0).line}`
      return visit.BREAK
    },
  })
  return message
}

function offsetOf(document: Document.Parsed, path: Path, part: "value" | "key"): number {
  let node: unknown = document.contents
  let offset = start(node) ?? 0
  for (const [depth, step] of path.entries()) {
    const child = childOf(resolved(document, node), step)
    if (child === undefined) return offset
    node = child.value
    const wantKey = part === "key" && depth === path.length - 1
    offset = (wantKey || pointsToKey(node) ? child.key : undefined) ?? start(node) ?? child.key ?? offset
  }
  return offset
}

function childOf(node: unknown, step: string | number): { key: number | undefined; value: unknown } | undefined {
  if (isSeq(node)) {
    const value = node.items[Number(step)]
    return value === undefined ? undefined : { key: undefined, value }
  }
  if (!isMap(node)) return undefined
  const pair = node.items.findLast((item) => keyName(item as Pair) === String(step)) as Pair | undefined
  return pair && { key: keyStart(pair), value: pair.value }
}

/** The first line of a block lies below its key, an absent value nowhere: the key says better where to look. */
function pointsToKey(node: unknown): boolean {
  if (isCollection(node)) return node.flow !== true
  return node === null || (isScalar(node) && node.value === null)
}

function resolved(document: Document.Parsed, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node
}

function start(node: unknown): number | undefined {
  return (node as Node | null)?.range?.[0]
}

function keyStart(pair: Pair): number | undefined {
  return start(pair.key)
}

function keyName(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key)
}
