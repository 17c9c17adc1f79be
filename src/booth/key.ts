import { HaopsError } from "../base/errors.ts"
import type { Secret } from "../base/secret.ts"
import type { Action } from "../model/action.ts"

const ENCODED = "base64:"

/**
 * The bytes of a key: its text, or what stands in base64, as a key that booth-keygen or pcs made; without the white space around it,
 * which boothd drops. Throws `E_INPUT`.
 */
export function keyBytes(key: Secret): Buffer {
  const text = key.reveal()
  if (!text.startsWith(ENCODED)) {
    return checked(trimmed(Buffer.from(text)), text.includes("\ufffd") ? "is of bytes that are no text" : undefined)
  }
  const encoded = text.slice(ENCODED.length).replaceAll(/\s/g, "")
  const bytes = Buffer.from(encoded, "base64")
  // What is no base64 is left out without a word.
  return checked(trimmed(bytes), bytes.toString("base64") === encoded ? undefined : "is damaged: no whole base64")
}

function checked(bytes: Buffer, problem: string | undefined): Buffer {
  const { length } = bytes
  if (problem === undefined && length >= MIN && length <= MAX) return bytes
  const message = `booth.key ${problem ?? `has ${length} bytes, and boothd takes ${MIN} to ${MAX}`}`
  const hint =
    "A new one: openssl rand -hex 32. One that is there already: (printf base64:; base64 -w0 /etc/booth/booth.key)"
  throw new HaopsError("E_INPUT", message, { hint })
}

const MIN = 8
const MAX = 64

/** What boothd makes of a key's file: it reads so much of it, and drops white space around text. */
export function keyAsRead(content: Buffer): Buffer {
  return trimmed(content.subarray(0, MAX))
}

function trimmed(bytes: Buffer): Buffer {
  const isText = bytes.every((byte) => byte < 0x80)
  return isText ? Buffer.from(bytes.toString("latin1").replaceAll(/^[\t-\r ]+|[\t-\r ]+$/g, "")) : bytes
}

/** Writes it beside and renames, readable by root alone from its first byte on. */
const WRITE_KEY = `set -e
umask 077
base64 -d >"$1.haops"
chown "$2" "$1.haops"
mv -f -- "$1.haops" "$1"`

/** Writes the key, which need not be text. */
export function putKey(key: Secret, path: string, owner: string): Action {
  return {
    type: "run",
    argv: ["sh", "-c", WRITE_KEY, "booth-key", path, owner],
    stdin: key.map(() => keyBytes(key).toString("base64")),
    label: `write ${path} (0600)`,
  }
}
