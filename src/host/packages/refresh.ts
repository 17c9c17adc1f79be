import type { HostFacts } from "../../model/host-facts.ts"
import { MANAGERS } from "./systems.ts"

/** A slow mirror, and whoever else holds the lock. */
const TIMEOUT_MS = 300_000

/** The command that fetches the indexes of a host's repositories; undefined where the host has no known manager. */
export function refreshAction({ packageManager }: Pick<HostFacts, "packageManager">) {
  if (packageManager === undefined) return undefined
  return { argv: MANAGERS[packageManager].refresh, timeoutMs: TIMEOUT_MS }
}
