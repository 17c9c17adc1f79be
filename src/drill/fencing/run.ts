import { asHaopsError, HaopsError } from "../../base/errors.ts"
import { quote } from "../../base/sh.ts"
import { liveHosts } from "../../engine/world.ts"
import { fencerLogScript, parseDeviceRuns } from "../../pacemaker/fencing/device-runs.ts"
import { parseFenceHistory } from "../../pacemaker/fencing/history.ts"
import { Watcher } from "../../status/watch.ts"
import { type Hold, watchHolders } from "../holders.ts"
import { letGo } from "../let-go.ts"
import { BOOT, live, liveOf, PATIENCE_MS, rest, told } from "./ask.ts"
import { Course } from "./course.ts"
import type { Fencing, FencingTimeline } from "./timeline.ts"

/** Milliseconds for all levels together: each device has a limit of its own, which the cluster knows. */
const FENCE_MS = 900_000

/**
 * Has the cluster fence the node, by its own way, and watches until the node is back and all is as before. Ctrl-C ends the watching; what
 * the cluster was told to do, it does. Expects the hosts to be locked.
 */
export async function runFencing(fencing: Fencing): Promise<FencingTimeline> {
  const { context, node } = fencing
  const boot = await told(fencing, live(fencing, node), BOOT)
  // What was asked until now took its time.
  if (context.stop.aborted) throw new HaopsError("E_CANCELED", "interrupted; nothing was touched")
  const startedAt = performance.now()
  const now = () => performance.now() - startedAt
  const addresses = fencing.vips.map(({ address }) => address)
  const holders = watchHolders(addresses, now, context.abort)
  holders.follow(context.world)
  const course = new Course(fencing, holders, now)
  const asked = ask(fencing).then((refusal) => {
    if (refusal === undefined) course.fencedMs = course.now()
    return { refusal }
  })
  let answer: { refusal: string | undefined } | undefined
  asked.then(
    (one) => {
      answer = one
    },
    // It is thrown where it is waited for.
    () => undefined,
  )
  const others = new Map([...context.world].filter(([name]) => name !== node))
  const watcher = new Watcher({ ...context, world: others }, fencing.tasks)
  try {
    while (answer === undefined) {
      await watcher.look(PATIENCE_MS)
      await Promise.race([asked, rest(context)])
    }
  } catch (thrown) {
    holders.stop()
    throw thrown
  }
  if (answer.refusal === undefined) {
    letGo(context.world, node)
    await course.untilBack(boot)
  }
  const known = await remembered(fencing, now())
  const holds = holders.stop()
  const vips = fencing.vips.map(({ name, address }) => ({ name, ...nextHolder(holds, address, node) }))
  const { fencedMs, backMs, restarted, healthyMs, troubles } = course
  const interrupted = context.stop.aborted && healthyMs === undefined
  return {
    ...{ fencedMs, refusal: answer.refusal, ...known, vips, backMs, restarted, healthyMs },
    troubles: healthyMs === undefined ? troubles : [],
    interrupted,
  }
}

/** Who has it after the node: that may be the node itself, where it is back before anybody else had to start it. */
export function nextHolder(all: readonly Hold[], address: string, node: string): { to?: string; ms?: number } {
  const [first, second] = all
    .filter((hold) => hold.address === address)
    .toSorted((one, other) => one.fromMs - other.fromMs)
  // Of a node that was off before it had said anything the first word is another's.
  const next = first?.host === node ? second : first
  return next === undefined ? {} : { to: next.host, ms: next.fromMs }
}

/** Undefined where the node was fenced; else what is known of it, as a sentence. Throws `E_LOCKED` where the lock is another run's by now. */
async function ask({ context, node, by, action, timeoutS }: Fencing): Promise<string | undefined> {
  const argv = ["stonith_admin", action === "off" ? "--fence" : "--reboot", node, "--timeout", String(timeoutS)]
  try {
    const state = liveOf(context, by)
    const transport = context.forChanges?.(state.transport) ?? state.transport
    const { code, stdout, stderr } = await transport.exec({ argv, timeoutMs: FENCE_MS }, context.abort)
    const said = stderr.trim() || stdout.trim() || "no word of it"
    return code === 0 ? undefined : `the cluster did not fence ${node}: ${said} (exit ${code})`
  } catch (thrown) {
    const error = asHaopsError(thrown, { host: by })
    if (error.code === "E_LOCKED") throw error
    return `whether ${node} is fenced is not known: ${error.message}`
  }
}

/** What the cluster and the logs of the others say of it. Whatever they cannot tell is left out. */
async function remembered(fencing: Fencing, ms: number): Promise<Pick<FencingTimeline, "events" | "runs">> {
  const { context, node, by } = fencing
  // All of it: the cluster's own wish to have the node fenced, which came to the same, is later.
  const history = async () => {
    const xml = await told(
      fencing,
      liveOf(context, by),
      `stonith_admin --history ${quote(node)} --verbose --output-as=xml`,
    )
    return parseFenceHistory(xml)
  }
  const others = liveHosts(context.world).filter(({ host }) => host.name !== node)
  const [events, ...runs] = await Promise.all([
    history().catch(() => []),
    ...others.map(async (state) => {
      const log = await told(fencing, state, fencerLogScript(ms / 1000 + 1)).catch(() => "")
      return parseDeviceRuns(log, state.host.name, node)
    }),
  ])
  return { events, runs: runs.flat() }
}
