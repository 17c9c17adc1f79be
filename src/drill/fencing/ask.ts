import { setTimeout as pause } from "node:timers/promises"
import { HaopsError } from "../../base/errors.ts"
import type { RunContext } from "../../engine/context.ts"
import { isLive, type LiveHost } from "../../engine/world.ts"
import type { Fencing } from "./timeline.ts"

/** Between two looks. */
const PAUSE_MS = 250
/** A host that has not answered by then is not waited for. */
export const PATIENCE_MS = 1_000
/** Milliseconds for a question. */
const ASK_MS = 20_000

/** What tells one boot of a machine from another, and of a container, which shares its kernel with others. */
export const BOOT = "cat /proc/sys/kernel/random/boot_id && sed 's/.*) //' /proc/1/stat | cut -d ' ' -f 20"

export async function told({ context }: Fencing, state: LiveHost, script: string): Promise<string> {
  const command = { argv: ["sh", "-s"], stdin: script, timeoutMs: ASK_MS }
  const result = await state.transport.exec(command, context.abort)
  if (result.code === 0) return result.stdout
  throw new HaopsError("E_COMMAND", `a question on ${state.host.name} failed`, { host: state.host.name, result })
}

export function live({ context }: Fencing, node: string): LiveHost {
  return liveOf(context, node)
}

export function liveOf({ world }: RunContext, name: string): LiveHost {
  const state = world.get(name)
  if (!isLive(state)) throw new HaopsError("E_CONNECT", `${name} does not answer any more`, { host: name })
  return state
}

export async function rest({ stop }: RunContext): Promise<void> {
  await pause(PAUSE_MS, undefined, { signal: stop }).catch(() => undefined)
}
