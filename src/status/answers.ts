import { answered } from "../engine/answered.ts"
import type { Task } from "../engine/task.ts"
import { isLive, type LiveHost, liveHosts, type World } from "../engine/world.ts"
import { HEALTH, type Health } from "../membership/health.ts"
import type { AnswerKey } from "../model/step.ts"
import { CIB_ANSWER, type CibHave } from "../pacemaker/cib-probe.ts"
import type { CrmStatus } from "../pacemaker/crm-mon.ts"
import type { Observation } from "./observation.ts"
import { OBSERVATION } from "./observe.ts"

/** What hosts answered to the tasks of one kind; those that could not be asked, or failed to answer, are left out. */
export class Answers {
  readonly #world: World
  readonly #tasks: readonly Task[]

  constructor(world: World, tasks: readonly Task[]) {
    this.#world = world
    this.#tasks = tasks
  }

  get world(): World {
    return this.#world
  }

  get tasks(): readonly Task[] {
    return this.#tasks
  }

  get live(): readonly LiveHost[] {
    return liveHosts(this.#world)
  }

  observation = (host: string): Observation | undefined => this.#of(OBSERVATION, host)
  health = (host: string): Health | undefined => this.#of(HEALTH, host)
  cib = (host: string): CibHave | undefined => this.#of(CIB_ANSWER, host)

  /**
   * The cluster as one of its members sees it, one with quorum if there is one. Undefined where no live host is in a cluster that
   * knows it by its name: the one that a distribution starts on installation does not.
   */
  speaker(): { host: string; status: CrmStatus } | undefined {
    const views = this.live.flatMap(({ host: { name } }) => {
      const status = this.health(name)?.status
      return status?.nodes.some((node) => node.name === name) ? [{ host: name, status }] : []
    })
    return views.find(({ status }) => status.quorate) ?? views[0]
  }

  #of<Have>(key: AnswerKey<Have>, host: string): Have | undefined {
    const state = this.#world.get(host)
    return isLive(state) ? answered(state, this.#tasks, key) : undefined
  }
}
