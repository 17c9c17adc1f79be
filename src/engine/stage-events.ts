import { requireGoing } from "./canceled.ts"
import type { RunContext } from "./context.ts"
import { isLive } from "./world.ts"

/** Tells stages as they begin and end. Several barriers may carry one stage's name; it is told as one. */
export class StageEvents {
  readonly #context: RunContext
  #stage: { name: string; start: number; changed: boolean } | undefined

  constructor(context: RunContext) {
    this.#context = context
  }

  /** Throws `E_CANCELED` where nothing new is to be begun. */
  enter(name: string): void {
    requireGoing(this.#context, [])
    if (this.#stage?.name === name) return
    this.leave()
    this.#stage = { name, start: Date.now(), changed: false }
    const hosts = [...this.#context.world.values()].filter(isLive).map((state) => state.host.name)
    this.#context.sink({ type: "stage-started", stage: name, hosts })
  }

  changed(): void {
    if (this.#stage !== undefined) this.#stage.changed = true
  }

  leave(): void {
    if (this.#stage === undefined) return
    const { name, start, changed } = this.#stage
    this.#context.sink({ type: "stage-finished", stage: name, changed, ms: Date.now() - start })
    this.#stage = undefined
  }
}
