import { HaopsError } from "../base/errors.ts"
import type { ExecResult } from "../base/exec-result.ts"
import { PAUSE } from "../base/pause.ts"
import { reveal } from "../base/secret.ts"
import type { Action, CopyAction, PutAction, RunAction, WaitAction } from "../model/action.ts"
import type { Transport } from "../transport/transport.ts"
import { bySystemdAlone } from "./at-boot.ts"
import { copy } from "./copy.ts"
import { describeAction } from "./describe.ts"
import { inUnitsWords } from "./unit-words.ts"

/** Commands that install packages or start clusters; anything slower says so in its own limit. */
const RUN_TIMEOUT_MS = 600_000
const PUT_TIMEOUT_MS = 60_000
/** Exit code of `timeout(1)`, and of our own wait loop. */
const TIMED_OUT = 124

/** Carry out one action on a host, `of` being the way to another one, and return what a command printed. Throws `E_COMMAND` or `E_TIMEOUT` with the remote's outcome. */
export async function applyAction(
  action: Action,
  transport: Transport,
  signal: AbortSignal,
  of: (host: string) => Transport | undefined = () => undefined,
): Promise<string> {
  switch (action.type) {
    case "run":
      return await run(action, action.on === undefined ? transport : reached(of(action.on), action.on), signal)
    case "put":
      await put(action, transport, signal)
      return ""
    case "copy":
      await take(action, reached(of(action.from), action.from), transport, signal)
      return ""
    case "wait":
      await wait(action, transport, signal)
      return ""
  }
}

function reached(transport: Transport | undefined, host: string): Transport {
  if (transport !== undefined) return transport
  throw new HaopsError("E_CONNECT", `${host} takes no part in the run, and a part of this is done there`)
}

async function run(action: RunAction, transport: Transport, signal: AbortSignal): Promise<string> {
  const { argv, stdin, timeoutMs = RUN_TIMEOUT_MS, okCodes = [0], staleCode } = action
  const result = await transport.exec({ argv: bySystemdAlone(inUnitsWords(directly(argv))), stdin, timeoutMs }, signal)
  if (result.code !== null && result.code === staleCode) throw stale(action, result)
  if (result.code === null || !okCodes.includes(result.code)) throw failed(action, result)
  return result.stdout
}

/** They speak to the nodes' own daemons. A proxy for the world outside knows those not, and answers 401 or nothing. */
const TO_NODES: readonly unknown[] = ["pcs", "crm"]
const PROXIES = ["http_proxy", "https_proxy", "all_proxy"].flatMap((name) => [name, name.toUpperCase()])

/** Without a proxy of the nodes' environment where it would be in the way; a package manager goes through it. */
function directly(argv: RunAction["argv"]): RunAction["argv"] {
  return TO_NODES.includes(argv[0]) ? ["env", ...PROXIES.flatMap((name) => ["-u", name]), ...argv] : argv
}

/**
 * The new content goes to a temporary file beside the old, is counted (a cut connection must not install half a file),
 * validated, and renamed over it. A file that cannot be renamed over (a bind mount, such as a container's /etc/hosts)
 * is written in place.
 */
const PUT_SCRIPT = `
set -eu
path=$1 mode=$2 owner=$3 size=$4 backup=$5; shift 5
[ ! -L "$path" ] || path=$(readlink -f -- "$path")
directory=\${path%/*}/
[ -d "$directory" ] || mkdir -p -- "$directory"
umask 077
new=$(mktemp -- "\${directory}.haops.XXXXXXXX")
trap 'rm -f -- "$new"' EXIT
cat >"$new"
[ "$(wc -c <"$new")" -eq "$size" ] || { echo "the content arrived incomplete" >&2; exit 74; }
chmod -- "$mode" "$new"
chown -- "$owner" "$new"
if [ $# -gt 0 ]; then
  for word; do
    shift
    [ "$word" != "{}" ] || word=$new
    set -- "$@" "$word"
  done
  "$@" >&2
fi
if [ "$backup" = yes ] && [ -f "$path" ]; then
  copy=$path.haops-$(sha256sum <"$path" | cut -c1-12)
  [ -e "$copy" ] || cp -p -- "$path" "$copy"
fi
if mv -fT -- "$new" "$path" 2>/dev/null; then trap - EXIT; else cat -- "$new" >"$path"; fi
if command -v restorecon >/dev/null 2>&1; then restorecon -- "$path"; fi
`

async function put(action: PutAction, transport: Transport, signal: AbortSignal): Promise<void> {
  const size = String(Buffer.byteLength(reveal(action.content)))
  const backup = action.backup === true ? "yes" : "no"
  const words = [action.path, action.mode, action.owner, size, backup, ...(action.validate ?? [])]
  const argv = ["sh", "-c", PUT_SCRIPT, "haops-put", ...words]
  const result = await transport.exec({ argv, stdin: action.content, timeoutMs: PUT_TIMEOUT_MS }, signal)
  if (result.code !== 0) throw failed(action, result)
}

async function take(action: CopyAction, from: Transport, to: Transport, signal: AbortSignal): Promise<void> {
  const result = await copy(action, from, to, signal)
  if (result.code !== 0) throw failed(action, result)
}

/** Polls on the host, so that a condition costs one round trip however long it takes. Prints the last try's words at the end. */
const WAIT_SCRIPT = `${PAUSE}
begun=$(date +%s%N) end=$(( $(date +%s) + $1 ))
until said=$( (eval "$2") 2>&1 </dev/null ); do
  if [ "$(date +%s)" -ge "$end" ]; then printf '%s\\n' "$said" >&2; exit ${TIMED_OUT}; fi
  pause "$begun"
done
`

async function wait(action: WaitAction, transport: Transport, signal: AbortSignal): Promise<void> {
  const seconds = Math.ceil(action.timeoutMs / 1000)
  const argv = ["sh", "-c", WAIT_SCRIPT, "haops-wait", String(seconds), action.script]
  const result = await transport.exec({ argv, timeoutMs: action.timeoutMs + 15_000 }, signal)
  if (result.code === TIMED_OUT) {
    throw new HaopsError("E_TIMEOUT", `still waiting for ${action.for} after ${seconds} s`, {
      hint: action.hint,
      result,
    })
  }
  if (result.code !== 0) throw failed(action, result)
}

function stale(action: Action, result: ExecResult): HaopsError {
  const hint = "Something else keeps changing the cluster's configuration. Run haops again when it has stopped."
  return new HaopsError("E_STALE", `${shorten(describeAction(action))}: the cluster kept changing`, { hint, result })
}

function failed(action: Action, result: ExecResult): HaopsError {
  const how = result.code === null ? `was ended by ${result.signal ?? "a signal"}` : `exited ${result.code}`
  const hint = "hint" in action ? action.hint : undefined
  return new HaopsError("E_COMMAND", `${shorten(describeAction(action))} ${how}`, { hint, result })
}

/** A command for a message: the first line, not all of a long script. */
function shorten(text: string): string {
  const line = text.split("\n", 1)[0] ?? ""
  return line.length > 160 ? `${line.slice(0, 157)}...` : line
}
