import { createHash } from "node:crypto"

import { MARK } from "./record-mark.ts"

/** What pacemaker writes into the properties by itself, as it pleases, and what haops notes there about its records. */
const SELF_SET = ["cluster-infrastructure", "cluster-name", "dc-version", "have-watchdog", "last-lrm-refresh", MARK]

/** Lines with any of this do not count. */
const DROPPED = [
  "<nodes/>",
  "<cib ",
  "crm_config",
  "cluster_property_set",
  ...SELF_SET.map((name) => `name="${name}"`),
] as const

/**
 * Shell words that turn a CIB on standard input into a number which changes when the configuration does. Status, nodes and
 * what pacemaker keeps noting about itself do not count, or the first election alone would make every plan stale.
 */
export const FINGERPRINT = [
  "sed -e '/<status/,$d' -e '/<nodes>/,/<\\/nodes>/d'",
  ...DROPPED.map((text) => `-e '/${text.replaceAll("/", "\\/")}/d'`),
  "| sha256sum | cut -c1-64",
].join(" ")

/** The number that `FINGERPRINT` gives for this CIB, whether its status section is there or was left out. */
export function fingerprintOf(cib: string): string {
  const lines = countingLines(cib.replace(/\n$/, "").split("\n")).map((line) => `${line}\n`)
  return createHash("sha256").update(lines.join("")).digest("hex")
}

/** Those of a CIB's lines that change when its configuration does. */
export function countingLines(lines: readonly string[]): readonly string[] {
  const counting: string[] = []
  let withinNodes = false
  for (const line of lines) {
    if (line.includes("<status") || line.trim() === "</cib>") break
    if (withinNodes) withinNodes = !line.includes("</nodes>")
    else if (line.includes("<nodes>")) withinNodes = true
    else if (!DROPPED.some((text) => line.includes(text))) counting.push(line)
  }
  return counting
}
