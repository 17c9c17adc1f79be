import type { WaitAction } from "../../model/action.ts"
import { LOCK_WAIT_S } from "./manager.ts"
import { MANAGERS } from "./systems.ts"

/** Shell that prints `held NAME (pid N)` for a process that holds a package manager's lock, and nothing where it is free. */
export const HELD_BY = `
held_by() {
  name=unknown
  read -r name <"/proc/$1/comm"
  printf 'held %s (pid %s)\\n' "$name" "$1"
}
held() {
${Object.values(MANAGERS)
  .map(({ held }) => `  ${held}`)
  .join("\n")}
} 2>/dev/null
held`

/** Waits until no other package manager is at work. */
export function waitForLock(heldBy: string): WaitAction {
  return {
    type: "wait",
    for: `the package manager's lock, held by ${heldBy}`,
    script: `said=$(${HELD_BY}
); printf '%s\\n' "$said"; [ -z "$said" ]`,
    timeoutMs: LOCK_WAIT_S * 1000,
    hint: "Another package manager is at work on that host. Let it finish (or end it there), then run haops again.",
  }
}
