import type { Transport } from "../transport/transport.ts"

/** Where the lock is on a host, and what its holder has written beside it (`LOCK_SCRIPT`): a word that no other run has. */
export interface Ownership {
  directory: string
  token: string
}

const NOT_OURS = 76

/** Looks once the command counts as work of this run: a run that takes the lock over writes its own word first, then waits for the work. */
const GUARD = `[ "$(cat "$1/run")" = "$2" ] || { echo "not $2" >&2; exit ${NOT_OURS}; }; shift 2; exec "$@"`

/**
 * Runs commands so that the next run waits for them to end, even if this one dies, and only while the lock on the host is still this
 * run's: the host itself looks, as the command begins, since we may have slept meanwhile. Calls `lose` where it is not, and throws
 * what that returns.
 */
export function owned(transport: Transport, { directory, token }: Ownership, lose: () => Error): Transport {
  // A process that a command leaves behind in the background has no part in it (-o).
  const hold = ["flock", "-s", "-o", `${directory}/work`, "sh", "-c", GUARD, "haops-owned", directory, token]
  return {
    host: transport.host,
    async exec(command, signal) {
      const result = await transport.exec({ ...command, argv: [...hold, ...command.argv] }, signal)
      // A command may well have an exit code of the same number.
      if (result.code === NOT_OURS && result.stderr.includes(`not ${token}`)) throw lose()
      return result
    },
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  }
}
