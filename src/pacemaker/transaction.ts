import { quote, quoteAll } from "../base/sh.ts"
import type { EditCommand } from "./dialects/cib-commands.ts"
import { FINGERPRINT } from "./fingerprint.ts"
import { formatLastApplied, LAST_APPLIED, type LastApplied, STATE_DIRECTORY } from "./ownership.ts"
import { fillIn, type ParameterSecret } from "./parameter-secrets.ts"
import { SETTLED } from "./settled.ts"
import { simulateScript } from "./simulate.ts"
import type { StoppedFirst } from "./taking-over.ts"

/** The offline copy that is edited, in a directory of its own that nobody else can read. */
export const EDITED = "new.xml"
const ORIGINAL = "old.xml"
const STOPPED = "stopped.xml"

/** Seconds that resources have to stop before others take over their ids. */
const STOP_TIMEOUT = 120

/** Exit code of a transaction that was planned against another configuration. No tool that it calls has it. */
export const STALE = 210

interface Transaction {
  edits: readonly EditCommand[]
  fingerprint: string
  claim: LastApplied
  /** Resources whose place others take. */
  first?: readonly StoppedFirst[] | undefined
  secrets?: readonly ParameterSecret[] | undefined
}

/**
 * Edit a copy of the live CIB, verify it, print what the cluster would do about it, claim what will be made, and push the difference in
 * one patch. Stops before it touches anything where that cannot be simulated, or the configuration is no longer the one that was
 * planned against. With `secrets`, what this returns is one.
 */
export function transactionScript({ edits, fingerprint, claim, first = [], secrets = [] }: Transaction): string {
  const edit = [...edits.map(editLine), ...fillIn(EDITED, needed(edits, secrets))]
  return [
    ...preamble(),
    `planned=${quote(fingerprint)}`,
    ...unchanged(`cat ${ORIGINAL}`),
    ...edit,
    ...verification(),
    simulateScript(EDITED),
    // The edits took their time.
    ...unchanged("cibadmin -Q"),
    `install -d -m 700 ${STATE_DIRECTORY}`,
    `printf %s ${quote(formatLastApplied(claim))} >${LAST_APPLIED}.new`,
    `mv -f ${LAST_APPLIED}.new ${LAST_APPLIED}`,
    ...(first.length === 0 ? [] : [...stopFirst(first), ...edit, ...goOn(first)]),
    ...push(ORIGINAL, EDITED),
    ...(first.length === 0 ? [] : ["put_back() { :; }"]),
    "",
  ].join("\n")
}

/**
 * Stops resources in a transition of its own, and begins again with the CIB of after. Where the agent changes in place, pacemaker 2.1 lets
 * each node forget a clone's history once any node has stopped it: one that is slower, as under load, never stops what the old agent
 * started, and the new agent finds it running. Where another resource takes over, the stop would run beside its start. Whatever goes
 * wrong from here on, they are let go on.
 */
function stopFirst(first: readonly StoppedFirst[]): readonly string[] {
  const ids = first.map(({ id }) => id)
  return [
    `cp ${ORIGINAL} ${STOPPED}`,
    `export CIB_file=${STOPPED}`,
    ...ids.map((id) => `${quoteAll(stopping(id))} >&2`),
    `planned=$(cibadmin -Q | ${FINGERPRINT})`,
    "unset CIB_file",
    "put_back() {",
    ...first.map((one) => `  ${quoteAll(asBefore(one))} >&2`),
    "}",
    ...push(ORIGINAL, STOPPED),
    `deadline=$(($(date +%s) + ${STOP_TIMEOUT}))`,
    `until (${SETTLED}) >/dev/null 2>&1; do`,
    `  [ "$(date +%s)" -lt "$deadline" ] || { echo ${quote(`not stopped within ${STOP_TIMEOUT} s: ${ids.join(", ")}`)} >&2; exit 75; }`,
    "  sleep 0.2",
    "done",
    `cibadmin -Q >${ORIGINAL}`,
    ...unchanged(`cat ${ORIGINAL}`),
    `cp ${ORIGINAL} ${EDITED}`,
  ]
}

/** In the edited copy: what stays is not to stay stopped. */
function goOn(first: readonly StoppedFirst[]): readonly string[] {
  return first.filter(({ stays }) => stays).map((one) => `CIB_file=${EDITED} ${quoteAll(asBefore(one))} >&2`)
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

function push(from: string, to: string): readonly string[] {
  return [
    `crm_diff --no-version -o ${from} -n ${to} >patch.xml || [ $? -eq 1 ]`,
    "[ ! -s patch.xml ] || cibadmin --patch --xml-pipe <patch.xml >&2",
  ]
}

/** Stops the transaction where this configuration is not the one that it was planned against. */
function unchanged(read: string): readonly string[] {
  return [
    `seen=$(${read} | ${FINGERPRINT})`,
    `[ "$seen" = "$planned" ] || { echo 'the configuration of the cluster changed after it was planned' >&2; exit ${STALE}; }`,
  ]
}

/** Those that the edits write a stand-in of. */
function needed(edits: readonly EditCommand[], secrets: readonly ParameterSecret[]): readonly ParameterSecret[] {
  const texts = edits.flatMap(({ argv, stdin = "" }) => [...argv, stdin])
  return secrets.filter(({ standIn }) => texts.some((text) => text.includes(standIn)))
}

/** The same edit, shown to the simulator instead of the cluster. Leaves nothing behind. */
export function simulationScript(edits: readonly EditCommand[]): string {
  return [...preamble(), ...edits.map(editLine), ...verification(), simulateScript(EDITED), ""].join("\n")
}

function preamble(): readonly string[] {
  return [
    "set -eu",
    "umask 077",
    "directory=$(mktemp -d)",
    "put_back() { :; }",
    `trap 'rm -rf -- "$directory"; put_back' EXIT`,
    "trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 143' TERM",
    'cd "$directory"',
    `cibadmin -Q >${ORIGINAL}`,
    `cp ${ORIGINAL} ${EDITED}`,
  ]
}

/** One edit as a line of shell; what it prints is for the log, not for the answer. */
function editLine({ argv, stdin }: EditCommand): string {
  const line = `${quoteAll(argv)} >&2`
  return stdin === undefined ? `${line} </dev/null` : `printf %s ${quote(stdin)} | ${line}`
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

/** How the transaction reads in a plan: the commands as an operator would type them. */
export function describeEdits(edits: readonly EditCommand[], first: readonly StoppedFirst[] = []): readonly string[] {
  const stops = first.map(({ id }) => quoteAll(stopping(id)))
  const rest = edits.flatMap(({ argv, stdin }) => [
    quoteAll(argv[0] === "env" ? argv.slice(1) : argv),
    ...(stdin ?? "")
      .split("\n")
      .filter(Boolean)
      .map((line) => `  ${line}`),
  ])
  const starts = first.filter(({ stays }) => stays).map((one) => quoteAll(asBefore(one)))
  return [...stops, ...rest, ...starts]
}
