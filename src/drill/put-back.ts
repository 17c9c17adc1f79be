import { setTimeout as pause } from "node:timers/promises"
import type { ExecResult } from "../base/exec-result.ts"
import { connectionTo, dropConnection } from "../engine/connection.ts"
import type { RunContext } from "../engine/context.ts"
import type { HostState } from "../engine/world.ts"
import type { Transport } from "../transport/transport.ts"
import { DISARM_SCRIPT, LIFT_SCRIPT } from "./armed.ts"
import type { Target } from "./fault.ts"

/** `lifted`: by haops, and seen to be. `timer`: haops could not, so that it is left to the node's own timer. */
export type Undone = "lifted" | "timer"

interface OnTarget {
  context: RunContext
  target: Target
}

/** Long enough for a cluster that has just lost its controller. */
const LIFT_TIMEOUT_MS = 20_000
const TRIES = 3
const PAUSE_MS = 1_000

/** Takes the fault away, over a new connection where the old one is gone. Never rejects: what does not work is left to the node's timer. */
export async function undoFault(drill: OnTarget): Promise<Undone> {
  return (await attempt(drill, LIFT_SCRIPT)) ? "lifted" : "timer"
}

/** Stops the timer of a fault that is over. */
export async function forget(drill: OnTarget): Promise<"mended"> {
  await attempt(drill, DISARM_SCRIPT)
  return "mended"
}

/** Runs a script on the target, as root, by `by` where not by just any connection to it. Throws where there is no outcome. */
export async function runOn(
  { context, target }: OnTarget,
  script: string,
  by: RunContext["forChanges"] = (transport) => transport,
): Promise<ExecResult> {
  const transport = await connectionTo(stateOf({ context, target }), context, context.abort)
  return await exec(by(transport), script, context)
}

function stateOf({ context, target }: OnTarget): HostState {
  const state = context.world.get(target.node)
  if (state === undefined) throw new Error(`${target.node} is no host of this run`)
  return state
}

function exec(transport: Transport, script: string, { abort }: RunContext): Promise<ExecResult> {
  return transport.exec({ argv: ["sh", "-eu", "-s"], stdin: script, timeoutMs: LIFT_TIMEOUT_MS }, abort)
}

async function attempt(drill: OnTarget, script: string): Promise<boolean> {
  const { context } = drill
  for (let tries = 1; tries <= TRIES && !context.abort.aborted; tries++) {
    let transport: Transport | undefined
    try {
      transport = await connectionTo(stateOf(drill), context, context.abort)
      if ((await exec(transport, script, context)).code === 0) return true
    } catch {
      // The one that failed: another may have been made meanwhile.
      if (transport !== undefined) await dropConnection(stateOf(drill), transport)
    }
    if (tries < TRIES) await pause(PAUSE_MS)
  }
  return false
}
