import { quote, quoteAll } from "../base/sh.ts"
import type { Fault, Target } from "./fault.ts"

/** The undoing of the fault that the node carries, in memory: a restart of the node forgets it with the fault. */
export const TRACE = "/run/haops/drill"
const UNIT = "haops-drill"
/** A file, because systemd has rules of its own for what a command line may hold. */
const TIMED_FILE = `${TRACE}-timer`
/** A cluster that has just lost its way may refuse for a while. */
const TIMED = `try=0
while [ -e ${TRACE} ] && ! sh -eu ${TRACE} && [ "$try" -lt 300 ]; do try=$((try + 1)); sleep 1; done
rm -f ${TIMED_FILE}`

/** What the script of a fault exits with where the fault did not come about, or not as a whole, and is seen to be undone. */
export const NOTHING_LEFT = 70

/**
 * Shell that brings the fault about, and first of all makes sure that it will end: its undoing is written down, and a timer of the
 * node's own systemd carries it out after `seconds`, whatever has become of haops, of the network, or of the login until
 * then. It is a timer of systemd and no process in the background because none of the faults touches systemd, and because a
 * process of the login could be ended with it (logind's `KillUserProcesses`). What cannot be armed is not begun, what comes about
 * only in part is undone at once: `NOTHING_LEFT`. Where the undoing fails too the timer stays, and the exit code is another one.
 */
export function faultScript(
  fault: Fault,
  target: Target,
  { seconds, audit }: { seconds: number; audit: string },
): string {
  const undo = fault.undo(target)
  const timer = ["--quiet", `--unit=${UNIT}`, `--on-active=${seconds}`, "--timer-property=AccuracySec=100ms"]
  const arm = `systemctl stop ${UNIT}.timer ${UNIT}.service 2>/dev/null || :
  systemctl reset-failed ${UNIT}.timer ${UNIT}.service 2>/dev/null || :
  printf '%s\\n' ${quote(TIMED)} >${TIMED_FILE} &&
  ${quoteAll(["systemd-run", ...timer, "sh", TIMED_FILE])} &&
  systemctl is-active --quiet ${UNIT}.timer &&`
  return `
umask 077
mkdir -p /run/haops
armed() {
  ${undo === "" ? "" : arm}
  printf '%s\\n' ${quote(`${undo}\nrm -f ${TRACE}`)} >${TRACE}
}
if ! armed; then
  rm -f ${TRACE}
  ${DISARM}
  exit ${NOTHING_LEFT}
fi
logger -t haops -- ${quote(audit)} 2>/dev/null || :
if ! sh -euc ${quote(fault.script(target))}; then
  sh -eu ${TRACE} || exit 1
  ${DISARM}
  exit ${NOTHING_LEFT}
fi`
}

const DISARM = `systemctl stop ${UNIT}.timer 2>/dev/null || :
rm -f ${TIMED_FILE}`

/** Shell that undoes the fault now. The timer is stopped only after that, so that it tries again where this fails. */
export const LIFT_SCRIPT = `
[ ! -e ${TRACE} ] || sh -eu ${TRACE}
${DISARM}`

/** Shell that forgets a fault which the cluster has mended by itself. */
export const DISARM_SCRIPT = `
${DISARM}
rm -f ${TRACE}`
