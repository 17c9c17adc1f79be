import { isLive } from "../../engine/world.ts"
import { placementOf } from "../../membership/placement.ts"
import { referenceView } from "../../membership/reference-view.ts"
import { Answers } from "../../status/answers.ts"
import { Watcher } from "../../status/watch.ts"
import type { HolderWatch } from "../holders.ts"
import { drifted, outside, unreached } from "../view.ts"
import { BOOT, live, PATIENCE_MS, rest, told } from "./ask.ts"
import type { Fencing } from "./timeline.ts"

/** What is seen while it lasts. */
export class Course {
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
