import type { Evidence, Tell } from "../model/evidence.ts"

const CONTROLLER = /^(pacemaker-controld|crmd)$/
/** What an operation that came out says: `ok`, before pacemaker 2.1 `0 (ok)`. */
const OK = /^(0 \()?ok\b/

const result: Tell = {
  by: CONTROLLER,
  line: /Result of (\w+) operation for (\S+) on (\S+?): (.*?)(?: \||$)/,
  // A probe that finds nothing has found what it was to find.
  kind: ([, operation, , , said]) => {
    if (operation === "probe" || operation === "notify" || /^\S*cancel/i.test(said!)) return undefined
    if (!OK.test(said!)) return "failed"
    return /^(start|stop|promote|demote|migrate_to|migrate_from)$/.test(operation!) ? "moved" : undefined
  },
  words: ([, operation, resource, node, said]) => {
    if (!OK.test(said!)) return `${operation} of ${resource} on ${node}: ${said}`
    const done: Readonly<Record<string, string>> = { start: "started", stop: "stopped", promote: "promoted" }
    return `${resource} ${done[operation!] ?? operation} on ${node}`
  },
}

/** The CIB's history is its earlier versions, and what the scheduler was given each time. */
export const evidence: Evidence = {
  files: ["/var/lib/pacemaker/cib/cib.xml", "/var/lib/pacemaker/cib/cib-*.raw", "/var/lib/pacemaker/pengine/pe-*.bz2"],
  logs: ["/var/log/pacemaker/pacemaker.log*", "/var/log/pacemaker.log*"],
  says: {
    // First of all: what is secret in it is masked in all that follows.
    "cib.xml": { program: "cibadmin", script: "cibadmin --query --local" },
    "crm_mon.txt": { program: "crm_mon", script: "crm_mon -1 -rfnAt" },
    "fencing-history.txt": { program: "stonith_admin", script: "stonith_admin --history '*' --verbose" },
  },
  tells: [
    {
      by: CONTROLLER,
      line: /Node (\S+) state is now (lost|member)/,
      kind: ([, , state]) => (state === "lost" ? "left" : "back"),
      words: ([, node, state]) => (state === "lost" ? `${node} is lost` : `${node} is a member`),
    },
    result,
    {
      by: /^(pacemaker-schedulerd|pengine)$/,
      line: /(?:Actions:|\*) (Move|Recover|Restart|Fence\S*|Promote|Demote|Migrate)\s+(\S+)\s+\(\s*(.*?)\s*\)/,
      kind: "moved",
      words: ([, action, resource, how]) => `decided: ${action!.toLowerCase()} ${resource} (${how})`,
    },
    {
      by: /^(pacemaker-fenced|stonith-ng)$/,
      line: /Operation '?(\w+)'?.*? targeting (\S+).*: (OK|[A-Z].*)$/,
      kind: "failed",
      words: ([, operation, node, said]) => `fencing: ${operation} of ${node}: ${said}`,
    },
    {
      by: CONTROLLER,
      line: /^\s*\w+:\s+Quorum (lost|acquired)/,
      kind: ([, state]) => (state === "lost" ? "failed" : "back"),
      words: ([, state]) => `quorum ${state}`,
    },
    {
      by: /^pacemakerd$/,
      line: /(Starting|Shutting down) Pacemaker/,
      kind: ([, what]) => (what === "Starting" ? "back" : "left"),
      words: ([, what]) => (what === "Starting" ? "pacemaker starts" : "pacemaker shuts down"),
    },
    {
      by: /^(pacemaker-attrd|attrd)$/,
      line: /Setting fail-count-(\S+?)(?:#\w+)?\[(\S+?)\].*-> (\d+|INFINITY)/,
      kind: "failed",
      words: ([, resource, node, times]) => `${resource} failed on ${node}, ${times} so far`,
    },
  ],
}
