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

/** Of all keys that are in haproxy's words, wherever they stand. */
const RAW = new Set(["raw", "rawBind", "rawFrontend", "rawServer"])

function rawLines(value: unknown, key = "", check = "tcp"): readonly string[] {
  if (typeof value === "string") {
    if (key === "sequence") return [`${check}-check ${value}`]
    return RAW.has(key) ? value.split("\n") : []
  }
  if (Array.isArray(value)) return value.flatMap((one) => rawLines(one, key, check))
  if (typeof value !== "object" || value === null) return []
  const { type } = value as { type?: unknown }
  return Object.entries(value).flatMap(([name, one]) => rawLines(one, name, type === "http" ? "http" : "tcp"))
}
