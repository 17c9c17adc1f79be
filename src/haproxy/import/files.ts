import { readdir, readFile, stat } from "node:fs/promises"
import { join } from "node:path"
import { HaopsError } from "../../base/errors.ts"
import { parseHaproxyConfig } from "../config/parse.ts"
import type { ImportNote } from "./notes.ts"

/** Configuration that haproxy reads as one, and where each line of it comes from. */
export interface ConfigFiles {
  text: string
  /** Does something with the text, and has each `line` of a note, or of an `E_INPUT`, be that of its own file. */
  place<Result extends { notes: readonly ImportNote[] }>(read: (text: string) => Result): Result
}

interface Piece {
  file: string
  text: string
  /** Lines of all pieces before it. */
  before: number
}

/**
 * The files of `haproxy -f`, in their order; of a directory those that end in `.cfg`, by name, as haproxy takes them. `-` is standard
 * input. Throws `E_INPUT` for what cannot be read, and for a file that begins outside of any section.
 */
export async function readConfigFiles(paths: readonly string[]): Promise<ConfigFiles> {
  const files = (await Promise.all(paths.map(filesOf))).flat()
  const pieces: Piece[] = []
  for (const file of files) {
    const last = pieces.at(-1)
    const text = await textOf(file)
    pieces.push({ file, text, before: last === undefined ? 0 : last.before + last.text.split("\n").length })
  }
  // Each begins anew: what no section of its own holds is not the last one's of the file before.
  if (pieces.length > 1)
    for (const { file, text } of pieces)
      located(
        () => parseHaproxyConfig(text),
        () => file,
      )
  const text = pieces.map((piece) => piece.text).join("\n")
  if (pieces.length === 1) return { text, place: (read) => read(text) }
  const pieceOf = (line: number) => pieces.findLast(({ before }) => before < line)!
  return {
    text,
    place: (read) => {
      const result = located(
        () => read(text),
        (line) => pieceOf(line).file,
        (line) => line - pieceOf(line).before,
      )
      return { ...result, notes: result.notes.map((note) => placed(note, pieceOf)) }
    },
  }
}

async function filesOf(path: string): Promise<readonly string[]> {
  if (path === "-") return ["/dev/stdin"]
  const isDirectory = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (!isDirectory) return [path]
  const names = (await readdir(path)).filter((name) => name.endsWith(".cfg") && !name.startsWith("."))
  if (names.length === 0) throw new HaopsError("E_INPUT", `${path} has no file that ends in .cfg`)
  return names.sort(byBytes).map((name) => join(path, name))
}

/** As haproxy's scandir does it, whatever the locale. */
function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other))
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8")
  } catch (cause) {
    const name = file === "/dev/stdin" ? "-" : file
    throw new HaopsError("E_INPUT", `${name} cannot be read: ${(cause as Error).message}`, { cause })
  }
}

function placed(note: ImportNote, pieceOf: (line: number) => Piece): ImportNote {
  if (note.line === undefined) return note
  const { file, before } = pieceOf(note.line)
  return { ...note, file, line: note.line - before }
}

/** Has an error that names a line name the file as well. */
function located<Result>(
  read: () => Result,
  file: (line: number) => string,
  own: (line: number) => number = (line) => line,
): Result {
  try {
    return read()
  } catch (thrown) {
    const [, line, rest] = /^line (\d+): (.*)$/s.exec((thrown as Error).message) ?? []
    if (!(thrown instanceof HaopsError) || line === undefined) throw thrown
    const at = Number(line)
    throw new HaopsError(thrown.code, `${file(at)}:${own(at)}: ${rest}`, { hint: thrown.hint, cause: thrown })
  }
}
