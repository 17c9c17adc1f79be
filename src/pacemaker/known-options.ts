import { quote } from "../base/sh.ts"

/** Cluster options that pacemaker 2.0, 2.1 and 3.0 all know, by the metadata of their daemons: nobody needs to be asked about these. */
const COMMON = new Set(
  `batch-limit cluster-delay cluster-infrastructure cluster-ipc-limit cluster-name cluster-recheck-interval concurrent-fencing
  dc-deadtime dc-version election-timeout enable-acl enable-startup-probes fence-reaction have-watchdog join-finalization-timeout
  join-integration-timeout load-threshold maintenance-mode migration-limit no-quorum-policy node-action-limit node-health-base
  node-health-green node-health-red node-health-strategy node-health-yellow pe-error-series-max pe-input-series-max
  pe-warn-series-max placement-strategy priority-fencing-delay shutdown-escalation shutdown-lock shutdown-lock-limit
  start-failure-is-fatal startup-fencing stonith-action stonith-enabled stonith-max-attempts stonith-timeout
  stonith-watchdog-timeout stop-all-resources stop-orphan-actions stop-orphan-resources symmetric-cluster transition-delay`.split(
    /\s+/,
  ),
)

/** What took the place of options that went with pacemaker 2.0. */
const GONE: Readonly<Record<string, string>> = {
  "default-resource-stickiness": "resource-stickiness in resourceDefaults",
  "is-managed-default": "is-managed in resourceDefaults",
  "default-action-timeout": "timeout in operationDefaults",
  "crmd-integration-timeout": "join-integration-timeout",
  "crmd-finalization-timeout": "join-finalization-timeout",
  "crmd-transition-delay": "transition-delay",
}

/** What to write instead of an option that no pacemaker of today knows. */
export function goneOption(name: string): string | undefined {
  return GONE[name]
}

/** What to write instead of an option that this pacemaker does not know; undefined where that is not known either. */
export function insteadOf(name: string): string | undefined {
  if (name.startsWith("fencing-")) return name.replace("fencing-", name === "fencing-reaction" ? "fence-" : "stonith-")
  return GONE[name] ?? (name.startsWith("stop-removed-") ? name.replace("removed", "orphan") : undefined)
}

/** The names that some pacemaker may not know. */
export function doubtful(names: readonly string[]): readonly string[] {
  return names.filter((name) => !COMMON.has(name))
}

/** Shell that says which of the names this node's pacemaker knows: `options asked`, then `option NAME` for each. Nothing without names. */
export function optionsScript(names: readonly string[]): string {
  if (names.length === 0) return ""
  const known = names.map((name) => {
    return `case $known in *${quote(`<parameter name="${name}"`)}*) printf 'option %s\\n' ${quote(name)} ;; esac`
  })
  return `known=$(for daemon in schedulerd controld based fenced; do
  for program in /usr/lib/pacemaker/pacemaker-$daemon /usr/libexec/pacemaker/pacemaker-$daemon; do
    [ ! -x "$program" ] || timeout 10 "$program" metadata 2>/dev/null
  done
done)
case $known in *'<parameter name="cluster-recheck-interval"'*) echo 'options asked' ;; esac
${known.join("\n")}`
}

/** Those that it knows; undefined where it was not asked, or did not say. */
export function parseOptions(head: string): ReadonlySet<string> | undefined {
  const lines = head.split("\n")
  if (!lines.includes("options asked")) return undefined
  return new Set(lines.flatMap((line) => (line.startsWith("option ") ? [line.slice("option ".length)] : [])))
}
