import { quote, quoteAll } from "../base/sh.ts"
import { listing } from "../base/words.ts"
import { FINGERPRINT } from "./fingerprint.ts"
import { formatLastApplied, LAST_APPLIED, type LastApplied, STATE_DIRECTORY } from "./ownership.ts"
import { SETTLED } from "./settled.ts"
import { simulateScript } from "./simulate.ts"
import type { StoppedFirst } from "./taking-over.ts"

/** The copies that are worked on, in a directory of their own that nobody else can read: the cluster's CIB, and the edited one. */
const ORIGINAL = "old.xml"
const EDITED = "new.xml"
/** The configuration as it was read and as it is wanted: what differs between the two is the change, and nothing else. */
const FROM = "from.xml"
const TO = "to.xml"
const STOPPED = "stopped.xml"

/** Seconds that resources have to stop before others take over their ids. */
const STOP_TIMEOUT = 120

/** Exit code of a transaction that was planned against another configuration. No tool that it calls has it. */
export const STALE = 210

/** A change of the configuration: its text as it was read, and as it is to be. */
export interface Rewriting {
  from: string
  to: string
}

interface Transaction extends Rewriting {
  fingerprint: string
  claim: LastApplied
  /** Resources whose place others take. */
  first?: readonly StoppedFirst[] | undefined
}

/**
 * Put the change into a copy of the live CIB, verify it, print what the cluster would do about it, claim what will be made, and push the
 * change in one patch. Stops before it touches anything where that cannot be simulated, or the configuration is no longer the one that
 * was planned against. What this returns holds every secret of the configuration.
 */
export function transactionScript({ from, to, fingerprint, claim, first = [] }: Transaction): string {
  return [
    ...preamble(),
    `planned=${quote(fingerprint)}`,
    ...unchanged(`cat ${ORIGINAL}`),
    ...rewriting({ from, to }),
    ...verification(),
    simulateScript(EDITED),
    // All that took its time.
    ...unchanged("cibadmin -Q"),
    `install -d -m 700 ${STATE_DIRECTORY}`,
    `printf %s ${quote(formatLastApplied(claim))} >${LAST_APPLIED}.new`,
    `mv -f ${LAST_APPLIED}.new ${LAST_APPLIED}`,
    ...(first.length === 0 ? [pushPatch()] : [...pushAfterStop(first), ...pushNodes({ from, to })]),
    "",
  ].join("\n")
}

/**
 * Stops resources in a transition of its own before the change, which was edited and verified while they ran, and has none of it. Where
 * the agent changes in place, pacemaker 2.1 lets each node forget a clone's history once any node has stopped it: one that is slower, as
 * under load, never stops what the old agent started, and the new agent finds it running. Where another resource takes over, the stop
 * would run beside its start. Whatever goes wrong from here on, they are let go on.
 */
function pushAfterStop(first: readonly StoppedFirst[]): readonly string[] {
  const ids = first.map(({ id }) => id)
  return [
    `cp ${ORIGINAL} ${STOPPED}`,
    `export CIB_file=${STOPPED}`,
    ...ids.map((id) => `${quoteAll(stopping(id))} >&2`),
    `planned=$(cibadmin -Q | ${FINGERPRINT})`,
    "unset CIB_file",
    // Each of them, whatever becomes of the others.
    "put_back() {",
    ...first.map((one) => `  ${quoteAll(asBefore(one))} >&2 || :`),
    "}",
    ...push(ORIGINAL, STOPPED),
    `deadline=$(($(date +%s) + ${STOP_TIMEOUT}))`,
    `until (${SETTLED}) >/dev/null 2>&1; do`,
    `  [ "$(date +%s)" -lt "$deadline" ] || { echo ${quote(`not stopped within ${STOP_TIMEOUT} s: ${ids.join(", ")}`)} >&2; exit 75; }`,
    "  sleep 0.2",
    "done",
    `cibadmin -Q >${ORIGINAL}`,
    ...unchanged(`cat ${ORIGINAL}`),
    ...push(ORIGINAL, EDITED),
    "put_back() { :; }",
  ]
}

/** The edited copy, by the patch that is pushed in the end. */
function rewriting({ from, to }: Rewriting): readonly string[] {
  return [
    `printf %s ${quote(from)} >${FROM}`,
    `printf %s ${quote(to)} >${TO}`,
    difference(FROM, TO),
    `[ ! -s patch.xml ] || CIB_file=${EDITED} cibadmin --patch --xml-pipe <patch.xml >&2`,
  ]
}

/** Of a clone's resource this sets its clone's attribute. */
function stopping(id: string): readonly string[] {
  return withRole(id, "Stopped")
}

function asBefore({ id, role }: StoppedFirst): readonly string[] {
  return role === undefined ? [...metaOf(id), "--delete-parameter", "target-role"] : withRole(id, role)
}

function withRole(id: string, role: string): readonly string[] {
  return [...metaOf(id), "--set-parameter", "target-role", "--parameter-value", role]
}

function metaOf(id: string): readonly string[] {
  return ["crm_resource", "--resource", id, "--meta"]
}

/** Pushes what differs between two copies, but for their status and nodes: the one is the cluster's own, the other others change meanwhile. */
function push(from: string, to: string): readonly string[] {
  const bare = (file: string) =>
    `{ sed -e '/<status/,$d' -e '/<nodes>/,/<\\/nodes>/d' -e '/<nodes\\/>/d' ${file}; echo '</cib>'; } >bare-${file}`
  return [bare(from), bare(to), difference(`bare-${from}`, `bare-${to}`), pushPatch()]
}

/** What changes in nodes, by itself: the push after a stop has none of it. */
function pushNodes({ from, to }: Rewriting): readonly string[] {
  const nodes = (text: string) => /<nodes>.*<\/nodes>/s.exec(text)?.[0]
  const [before, after] = [nodes(from), nodes(to)]
  if (before === undefined || after === undefined || before === after) return []
  return [`printf %s ${quote(from.replace(before, () => after))} >${TO}`, difference(FROM, TO), pushPatch()]
}

function difference(from: string, to: string): string {
  return `crm_diff --no-version -o ${from} -n ${to} >patch.xml || [ $? -eq 1 ]`
}

function pushPatch(): string {
  return "[ ! -s patch.xml ] || cibadmin --patch --xml-pipe <patch.xml >&2"
}

/** Stops the transaction where this configuration is not the one that it was planned against. */
function unchanged(read: string): readonly string[] {
  return [
    `seen=$(${read} | ${FINGERPRINT})`,
    `[ "$seen" = "$planned" ] || { echo 'the configuration of the cluster changed after it was planned' >&2; exit ${STALE}; }`,
  ]
}

/** The same change, shown to the simulator instead of the cluster. Leaves nothing behind. */
export function simulationScript(change: Rewriting): string {
  return [...preamble(), ...rewriting(change), ...verification(), simulateScript(EDITED), ""].join("\n")
}

function preamble(): readonly string[] {
  return [
    "set -eu",
    "umask 077",
    "directory=$(mktemp -d)",
    "put_back() { :; }",
    `trap 'rm -rf -- "$directory"; put_back' EXIT`,
    // A connection that is lost would end the shell at its next word, without its last ones.
    "trap '' PIPE",
    "trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 143' TERM",
    'cd "$directory"',
    `cibadmin -Q >${ORIGINAL}`,
    `cp ${ORIGINAL} ${EDITED}`,
  ]
}

/**
 * Errors stop the edit, but not those that the CIB had before (no fencing device yet, for one). Warnings do not: a resource that
 * is removed while it runs earns one.
 */
function verification(): readonly string[] {
  return [
    `after=$(crm_verify -V -x ${EDITED} 2>&1) || true`,
    'case $after in *"Errors found"*|*"with errors"*)',
    `  before=$(crm_verify -V -x ${ORIGINAL} 2>&1) || true`,
    `  [ "$after" = "$before" ] || { printf '%s\\n' "$after" >&2; exit 78; };;`,
    "esac",
  ]
}

/** What a transaction is, for people. */
export function transactionLabel(first: readonly StoppedFirst[]): string {
  const whole = "edit, verify, simulate and push the CIB in one transaction"
  if (first.length === 0) return whole
  return `${whole}, once ${listing(first.map(({ id }) => id))} ${first.length === 1 ? "has" : "have"} stopped`
}
