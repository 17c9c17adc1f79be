import { answered } from "../engine/answered.ts"
import type { Task } from "../engine/task.ts"
import { isLive, type LiveHost, liveHosts, type World } from "../engine/world.ts"
import type { AnswerKey } from "../model/answer-key.ts"
import type { Inventory } from "../model/inventory.ts"
import type { Look, ObservedKey } from "../model/view.ts"
import { OBSERVATION } from "./observe.ts"

/** What hosts answered to these tasks; those that could not be asked, or failed to answer, are left out. */
export class Answers implements Look {
  readonly inventory: Inventory
  readonly world: World
  readonly tasks: readonly Task[]

  constructor(inventory: Inventory, world: World, tasks: readonly Task[]) {
    this.inventory = inventory
    this.world = world
    this.tasks = tasks
  }

  get live(): readonly LiveHost[] {
    return liveHosts(this.world)
  }

  host(name: string): ReturnType<Look["host"]> {
    const state = this.world.get(name)
    return { facts: state?.facts, error: state?.failure?.error }
  }

  answer<Have>(key: AnswerKey<Have>, host: string): Have | undefined {
    const state = this.world.get(host)
    return isLive(state) ? answered(state, this.tasks, key) : undefined
  }

  asked(host: string): boolean {
    return this.answer(OBSERVATION, host) !== undefined
  }

  observed<Value>({ name }: ObservedKey<Value>, host: string): Value | undefined {
    return this.answer(OBSERVATION, host)?.[name] as Value | undefined
  }
}
