import { HaopsError } from "../../base/errors.ts"
import { withoutHandedOn } from "../config/handed-on.ts"
import { type HaproxyConfig, parseHaproxyConfig } from "../config/parse.ts"
import type { TakeNote } from "./notes.ts"

/**
 * Reads the file to import. `<Virtual IP>` and the like, which guides write where an address has to go, become the only VIP that was
 * named. Throws `E_INPUT` on what haproxy could not read, and on a placeholder that nothing stands for.
 */
export function readSource(text: string, vips: readonly string[], note: TakeNote): HaproxyConfig {
  return withoutHandedOn(parseHaproxyConfig(fillPlaceholders(text, vips, note)))
}

const PLACEHOLDER = /^(\s*bind\s+)(<[^>]*>|\{\{[^}]*\}\}|VIP|VIRTUAL_IP)(?=:\d)/i

function fillPlaceholders(text: string, vips: readonly string[], note: TakeNote): string {
  const found = new Map<string, number>()
  const lines = text.split("\n").map((line, index) => {
    const placeholder = PLACEHOLDER.exec(line)?.[2]
    if (placeholder === undefined) return line
    const [vip, ...others] = vips
    if (vip === undefined || others.length > 0) throw unknownPlaceholder(placeholder, index + 1)
    if (!found.has(placeholder)) found.set(placeholder, index + 1)
    return line.replace(PLACEHOLDER, `$1${vip}`)
  })
  for (const [placeholder, line] of found)
    note({ kind: "changed", line, text: `${placeholder} is taken for ${vips[0]}` })
  return lines.join("\n")
}

function unknownPlaceholder(placeholder: string, line: number): HaopsError {
  return new HaopsError("E_INPUT", `line ${line}: ${placeholder} stands where an address has to be`, {
    hint: "Say which address it is, and no other: --vip NAME=ADDRESS.",
  })
}
