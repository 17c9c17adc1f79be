import { HaopsError } from "../base/errors.ts"
import type { Secret } from "../base/secret.ts"
import type { Action } from "../model/action.ts"

const ENCODED = "base64:"

/** The bytes of a key: its text as it is, or what stands in base64, as a key that booth-keygen or pcs made. Throws `E_INPUT`. */
export function keyBytes(key: Secret): Buffer {
  const text = key.reveal()
  const encoded = text.startsWith(ENCODED)
  const bytes = encoded ? Buffer.from(text.slice(ENCODED.length).replaceAll(/\s/g, ""), "base64") : Buffer.from(text)
  // boothd drops white space around it.
  const length = encoded ? bytes.length : Buffer.from(text.trim()).length
  const unreadable = !encoded && text.includes("\ufffd")
  if (!unreadable && length >= MIN && length <= MAX) return bytes
  const message = unreadable
    ? "booth.key is of bytes that are no text"
    : `booth.key has ${length} bytes, and boothd takes ${MIN} to ${MAX}`
  const hint =
    "A new one: openssl rand -hex 32. One that is there already: (printf base64:; base64 -w0 /etc/booth/booth.key)"
  throw new HaopsError("E_INPUT", message, { hint })
}

const MIN = 8
const MAX = 64

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
