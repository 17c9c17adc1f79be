import { redactHaproxyConfig } from "../config/redact.ts"
import type { HaproxyYaml } from "../section/schema.ts"
import type { ImportNote } from "./notes.ts"

/** A note on each raw line of the inventory that holds a password, or another secret, as it is: who may read the file has it. */
export function passwordNotes(haproxy: HaproxyYaml): readonly ImportNote[] {
  const lines = rawLines(haproxy).filter((line) => redactHaproxyConfig(line) !== line && !isHashed(line))
  return [...new Set(lines)].map((line) => ({
    kind: "check",
    text: `a secret stands as it is in the inventory, which others may read: ${redactHaproxyConfig(line).trim()}`,
  }))
}

function isHashed(line: string): boolean {
  return /^\s*user\s/.test(line) && !/\sinsecure-password\s/.test(line)
}

/** Of all keys `raw`, wherever they stand. */
function rawLines(value: unknown, key = ""): readonly string[] {
  if (typeof value === "string") return key === "raw" ? value.split("\n") : []
  if (Array.isArray(value)) return value.flatMap((one) => rawLines(one, key))
  if (typeof value !== "object" || value === null) return []
  return Object.entries(value).flatMap(([name, one]) => rawLines(one, name))
}
