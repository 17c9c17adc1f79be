import { nearest } from "../../base/nearest.ts"
import type { Notes } from "../../document/notes.ts"
import type { Path } from "../../document/problems.ts"
import { type OptionsYaml, optionsSchema } from "../../document/scalars-schema.ts"
import { goneOption } from "../known-options.ts"
import { isFalse, isTrue } from "../values.ts"

/** What pacemaker takes as a value: one of the words where it is a list. */
type Kind = "boolean" | "integer" | "score" | "duration" | "text" | readonly string[]

export type Vocabulary = ReadonlyMap<string, Kind>

const ROLES = ["Started", "Stopped", "Promoted", "Unpromoted", "Master", "Slave"] as const
const REQUIRES = ["nothing", "quorum", "fencing", "unfencing"] as const

/**
 * Cluster options of pacemaker 1.1 to 3.0 ("Pacemaker Explained", Cluster-Wide Configuration), and what the cluster itself writes there.
 * Compared with the metadata of pacemaker's own daemons 2.0, 2.1 and 3.0 in test/e2e/up.test.ts.
 */
export const PROPERTIES = vocabulary(
  [
    "boolean",
    `symmetric-cluster stonith-enabled fencing-enabled maintenance-mode start-failure-is-fatal enable-startup-probes
    concurrent-fencing startup-fencing stop-all-resources stop-orphan-resources stop-orphan-actions stop-removed-resources
    stop-removed-actions remove-after-stop enable-acl shutdown-lock have-watchdog is-managed-default`,
  ],
  [
    "duration",
    `cluster-recheck-interval dc-deadtime stonith-timeout fencing-timeout stonith-watchdog-timeout fencing-watchdog-timeout
    election-timeout shutdown-escalation crmd-integration-timeout crmd-finalization-timeout crmd-transition-delay
    join-integration-timeout join-finalization-timeout transition-delay cluster-delay shutdown-lock-limit
    priority-fencing-delay node-pending-timeout default-action-timeout`,
  ],
  [
    "integer",
    "pe-error-series-max pe-warn-series-max pe-input-series-max batch-limit migration-limit node-action-limit cluster-ipc-limit",
  ],
  [
    "score",
    `node-health-base node-health-green node-health-yellow node-health-red default-resource-stickiness stonith-max-attempts
    fencing-max-attempts`,
  ],
  ["text", "cluster-name cluster-infrastructure dc-version load-threshold last-lrm-refresh"],
  [["stop", "freeze", "ignore", "demote", "fence", "suicide"], "no-quorum-policy"],
  [["reboot", "off", "poweroff"], "stonith-action fencing-action"],
  [["stop", "panic"], "fence-reaction fencing-reaction"],
  [["default", "utilization", "minimal", "balanced"], "placement-strategy"],
  [["none", "migrate-on-red", "only-green", "progressive", "custom"], "node-health-strategy"],
)

/** Meta attributes of resources, clones and promotable clones (the same, Resource Meta-Attributes). */
export const RESOURCE_DEFAULTS = vocabulary(
  [
    "boolean",
    "is-managed maintenance allow-migrate allow-unhealthy-nodes critical interleave ordered notify globally-unique",
  ],
  ["duration", "failure-timeout"],
  ["integer", "clone-max clone-node-max clone-min promoted-max promoted-node-max master-max master-node-max"],
  ["score", "priority resource-stickiness migration-threshold"],
  [ROLES, "target-role"],
  [REQUIRES, "requires"],
  [["block", "stop_only", "stop_start", "stop_unexpected"], "multiple-active"],
)

/** Options of operations (the same, Operation Properties). */
export const OPERATION_DEFAULTS = vocabulary(
  ["boolean", "enabled record-pending"],
  ["duration", "timeout interval start-delay"],
  ["text", "interval-origin description"],
  [ROLES, "role"],
  [REQUIRES, "requires"],
  [["ignore", "block", "stop", "restart", "demote", "fence", "standby", "restart-container"], "on-fail"],
)

/** Options with these names listed, so that editors complete them; any other name stays allowed. */
export function vocabularySchema(known: Vocabulary): typeof optionsSchema {
  return optionsSchema.meta({ properties: Object.fromEntries([...known].map(([name, kind]) => [name, hintOf(kind)])) })
}

/** Says which known options have values that pacemaker would not take, and which names are nearly known ones. */
export function checkVocabulary(options: OptionsYaml, known: Vocabulary, path: Path, notes: Notes): void {
  for (const [name, value] of Object.entries(options)) {
    const kind = known.get(name)
    const at = [...path, name]
    const instead = known === PROPERTIES ? goneOption(name) : undefined
    if (instead !== undefined) notes.warning(at, `pacemaker 2.0 and later know no "${name}"; write ${instead}`)
    if (kind !== undefined) checkValue(value, kind, at, notes)
    else {
      const near = nearest(name, known.keys())
      if (near !== undefined) notes.warning(at, `pacemaker knows no "${name}"; did you mean "${near}"?`)
    }
  }
}

/** Says whether pacemaker would not take this value of that kind. */
export function checkValue(value: OptionsYaml[string], kind: Kind, path: Path, notes: Notes): void {
  if (fits(String(value), kind)) return
  const words = typeof kind === "string" ? WORDS[kind] : kind.join(" or ")
  const suggestion = nearest(String(value), typeof kind === "string" ? [] : kind)
  notes.problem(path, `expected ${words}, got "${value}"`, { suggestion })
}

/** A value as schemas spell it, which of what pacemaker reads know but `true` and `false`, and each word in one case. */
export function spelled(value: string, kind: Kind | undefined): string {
  if (kind === "boolean") return isTrue(value) ? "true" : isFalse(value) ? "false" : value
  return typeof kind === "object" ? (kind.find((word) => isSameWord(word, value)) ?? value) : value
}

/** Names by the kind of their values. */
export function vocabulary(...rows: readonly (readonly [Kind, string])[]): Vocabulary {
  return new Map(rows.flatMap(([kind, names]) => names.split(/\s+/).map((name) => [name, kind] as const)))
}

const WORDS: Readonly<Record<Extract<Kind, string>, string>> = {
  boolean: "true or false",
  integer: "a whole number",
  score: "a whole number or INFINITY",
  duration: "a time such as 30s or 5min",
  text: "text",
}

/** As pacemaker reads them: words in any case, colours of node health as scores, bare seconds, a duration of ISO 8601. */
const PATTERNS: Readonly<Record<Extract<Kind, string>, RegExp>> = {
  boolean: /^(true|on|yes|y|1|false|off|no|n|0)$/i,
  integer: /^[+-]?\d+$/,
  score: /^([+-]?(\d+|INFINITY)|red|yellow|green)$/i,
  duration: /^(-?\d+\s?(us|usec|ms|msec|s|sec|m|min|h|hr)?|P[\dTYMWDHS.,]+)$/i,
  text: /^/,
}

function fits(value: string, kind: Kind): boolean {
  if (typeof kind === "string") return PATTERNS[kind].test(value)
  return kind.some((word) => isSameWord(word, value))
}

function isSameWord(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

function hintOf(kind: Kind): { description: string; examples?: readonly unknown[] } {
  if (typeof kind !== "string") return { description: kind.join(", "), examples: kind }
  return kind === "boolean" ? { description: WORDS[kind], examples: [true, false] } : { description: WORDS[kind] }
}
