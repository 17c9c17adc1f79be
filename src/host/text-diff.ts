import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff"

/** Larger texts than this many bytes are not compared line by line. */
const SIZE_LIMIT = 1_048_576
/** Milliseconds that a diff may take; two long texts with nothing in common would take minutes. */
const TIME_LIMIT_MS = 500
/** Lines shown at most. */
const LINE_LIMIT = 400

/**
 * A unified diff for people, three lines of context. `have` undefined: there is no file yet. Where no line diff makes sense
 * (binary, too large, too different) it is one sentence that says so.
 */
export function textDiff(path: string, have: string | Buffer | undefined, want: string): string {
  const old = have === undefined ? "" : decode(have)
  if (old === undefined) return `${path} holds binary data that will be replaced\n`
  if (old.length + want.length > SIZE_LIMIT) return `${path} is too large to show what changes\n`
  const patch = createTwoFilesPatch(have === undefined ? "/dev/null" : path, path, old, want, undefined, undefined, {
    context: 3,
    timeout: TIME_LIMIT_MS,
    headerOptions: FILE_HEADERS_ONLY,
  })
  return patch === undefined ? `${path} has changed throughout\n` : shorten(patch)
}

/** Undefined where the bytes are no text. */
function decode(bytes: string | Buffer): string | undefined {
  const text = bytes.toString()
  return text.includes("\0") || text.includes("\uFFFD") ? undefined : text
}

function shorten(patch: string): string {
  const lines = patch.split("\n")
  if (lines.length <= LINE_LIMIT) return patch
  return `${lines.slice(0, LINE_LIMIT).join("\n")}\n… ${lines.length - LINE_LIMIT} more lines\n`
}
