import { setTimeout as pause } from "node:timers/promises"
import { asHaopsError, HaopsError } from "../../base/errors.ts"
import { quote } from "../../base/sh.ts"
import type { RunContext } from "../../engine/context.ts"
import type { Task } from "../../engine/task.ts"
import { isLive, type LiveHost, liveHosts } from "../../engine/world.ts"
import { type Placement, placementOf } from "../../membership/placement.ts"
import { referenceView } from "../../membership/reference-view.ts"
import type { Inventory } from "../../model/inventory.ts"
import { type DeviceRun, fencerLogScript, parseDeviceRuns } from "../../pacemaker/fencing/device-runs.ts"
import { type FenceEvent, parseFenceHistory } from "../../pacemaker/fencing/history.ts"
import { Answers } from "../../status/answers.ts"
import { Watcher } from "../../status/watch.ts"
import { type Hold, type HolderWatch, watchHolders } from "../holders.ts"
import { letGo } from "../let-go.ts"
import { drifted, outside, unreached } from "../view.ts"

export interface Fencing {
  context: RunContext
  inventory: Inventory
  node: string
  /** The node on which it is asked for. */
  by: string
  action: "reboot" | "off"
  /** The limit of one device, in seconds. */
  timeoutS: number
  /** What is looked at again and again while it lasts. */
  tasks: readonly Task[]
  /** Of each VIP that the node has: its name and address. */
  vips: readonly { name: string; address: string }[]
  /** Where resources were before. */
  before: Placement
  /** How long the node may take to be back, and all to be as before, in milliseconds. */
  recoverMs: number
  /** All of `haops verify`: what is wrong. */
  verify(): Promise<readonly string[]>
}

/** What happened. Times are milliseconds since it was asked for. */
export interface FencingTimeline {
  /** When the cluster said that it is done. */
  fencedMs?: number | undefined
  /** What is known of it where the cluster did not say that it is done, as a sentence. */
  refusal?: string | undefined
  events: readonly FenceEvent[]
  runs: readonly DeviceRun[]
  /** Who was first seen to have a VIP after the node, and when. */
  vips: readonly { name: string; to?: string | undefined; ms?: number | undefined }[]
  backMs?: number | undefined
  restarted?: boolean | undefined
  healthyMs?: number | undefined
  troubles: readonly string[]
  interrupted: boolean
}

/** Between two looks. */
const PAUSE_MS = 250
/** A host that has not answered by then is not waited for. */
const PATIENCE_MS = 1_000
/** Milliseconds for a question. */
const ASK_MS = 20_000
/** Milliseconds for all levels together: each device has a limit of its own, which the cluster knows. */
const FENCE_MS = 900_000

/** What tells one boot of a machine from another, and of a container, which shares its kernel with others. */
const BOOT = "cat /proc/sys/kernel/random/boot_id && sed 's/.*) //' /proc/1/stat | cut -d ' ' -f 20"

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

/** What is seen while it lasts. */
class Course {
  readonly #fencing: Fencing
  readonly #holders: HolderWatch
  readonly now: () => number
  fencedMs?: number
  backMs?: number
  restarted?: boolean
  healthyMs?: number
  troubles: readonly string[] = []

  constructor(fencing: Fencing, holders: HolderWatch, now: () => number) {
    this.#fencing = fencing
    this.#holders = holders
    this.now = now
  }

  /** Until nothing is wrong any more, by quick looks and then by all that `verify` asks. */
  async untilBack(boot: string): Promise<void> {
    const { context, inventory, tasks, node, recoverMs, verify } = this.#fencing
    const watcher = new Watcher(context, tasks)
    const untilMs = this.now() + recoverMs
    while (!context.stop.aborted && this.now() < untilMs) {
      await watcher.look(PATIENCE_MS)
      const atMs = this.now()
      this.#holders.follow(context.world)
      if (this.restarted !== true && isLive(context.world.get(node))) await this.#greet(boot, atMs)
      const answers = new Answers(inventory, context.world, tasks)
      this.troubles = [
        ...unreached(context.world),
        ...outside(inventory, answers),
        ...drifted(context.world, tasks),
        ...(this.restarted === undefined ? [`${node}: nobody knows yet whether it has restarted`] : []),
        ...this.#fewer(answers),
      ]
      if (this.troubles.length === 0) {
        this.troubles = await verify()
        if (this.troubles.length === 0) {
          this.healthyMs = atMs
          return
        }
      }
      await rest(context)
    }
  }

  /** Who does not say which boot it is has said nothing; one that is still going down is the old one, for a moment. */
  async #greet(boot: string, atMs: number): Promise<void> {
    const now = await told(this.#fencing, live(this.#fencing, this.#fencing.node), BOOT).catch(() => undefined)
    if (now === undefined) return
    this.backMs = atMs
    this.restarted = now !== boot
  }

  /** Resources that ran on more nodes before. */
  #fewer(answers: Answers): readonly string[] {
    const reference = referenceView(answers)
    const now = reference === undefined ? new Map<string, readonly string[]>() : placementOf(reference.status)
    return [...this.#fencing.before].flatMap(([id, nodes]) => {
      const there = now.get(id)?.length ?? 0
      return there < nodes.length ? [`${id} runs on ${there} of ${nodes.length} nodes`] : []
    })
  }
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

async function told({ context }: Fencing, state: LiveHost, script: string): Promise<string> {
  const command = { argv: ["sh", "-s"], stdin: script, timeoutMs: ASK_MS }
  const result = await state.transport.exec(command, context.abort)
  if (result.code === 0) return result.stdout
  throw new HaopsError("E_COMMAND", `a question on ${state.host.name} failed`, { host: state.host.name, result })
}

function live({ context }: Fencing, node: string): LiveHost {
  return liveOf(context, node)
}

function liveOf({ world }: RunContext, name: string): LiveHost {
  const state = world.get(name)
  if (!isLive(state)) throw new HaopsError("E_CONNECT", `${name} does not answer any more`, { host: name })
  return state
}

async function rest({ stop }: RunContext): Promise<void> {
  await pause(PAUSE_MS, undefined, { signal: stop }).catch(() => undefined)
}
