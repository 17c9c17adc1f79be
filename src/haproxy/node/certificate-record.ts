import type { PutAction } from "../../model/action.ts"
import { CERTIFICATES } from "../../model/haproxy.ts"

/** Names of the files beside it that haops put there: those alone may be removed again. */
export const CERTIFICATE_RECORD = `${CERTIFICATES}/.haops`

/** Writes down which files are haops' own. */
export function recordAction(names: readonly string[]): PutAction {
  return { type: "put", path: CERTIFICATE_RECORD, content: recordText(names), mode: "0600", owner: "root:root" }
}

export function recordText(names: readonly string[]): string {
  const lines = [...new Set(names)].sort().map((name) => `${name}\n`)
  return lines.join("")
}

/** Shell that prints `recorded NAME` for each of them, by nothing but the shell itself. */
export const RECORDED = `if [ -r ${CERTIFICATE_RECORD} ]; then
  while IFS= read -r name; do printf 'recorded %s\\n' "$name"; done <${CERTIFICATE_RECORD}
fi`
