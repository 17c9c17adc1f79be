import * as z from "zod"
import type { Task } from "../engine/task.ts"
import { askAll, partsOf } from "../host/sections.ts"
import { answerKey } from "../model/answer-key.ts"
import type { Host } from "../model/inventory.ts"
import { defineStep } from "../model/step.ts"
import type { ObservedTarget, View } from "../model/view.ts"

/** What a host showed, by the names of the parts that were asked for. */
export type Observation = Readonly<Record<string, unknown>>

/** What a host shows, for `status` and `verify`. */
export const OBSERVATION = answerKey<Observation>("observation")

/** Shell by the part's name. */
type Want = Readonly<Record<string, string>>

/** The task that looks at these hosts, to be put beside those of a playbook. Its answers are `Observation`s. */
export function observeTask(
  views: readonly View[],
  { hosts, ...target }: Omit<ObservedTarget, "host"> & { hosts: readonly Host[] },
): Task {
  const parts = views.flatMap(({ observes = [] }) => observes)
  const wants = hosts.map((host) => {
    const asked = parts.flatMap(({ name, script }) => {
      const shell = script({ ...target, host })
      return shell === undefined ? [] : [[name, shell] as const]
    })
    return [host.name, Object.fromEntries(asked)] as const
  })
  const read = (stdout: string, names: readonly string[]): Observation => {
    const said = partsOf(stdout, names)
    const asked = parts.filter(({ name }) => names.includes(name))
    return Object.fromEntries(asked.map(({ name, parse }) => [name, parse(said[name] ?? "")]))
  }
  return { id: "observe", stage: "observe", step: observe(read), title: "status", wants: new Map(wants) }
}

/** A look, as a step that never finds anything to do. */
function observe(read: (stdout: string, names: readonly string[]) => Observation) {
  return defineStep<Want, Observation>({
    kind: "observe",
    answers: [OBSERVATION],
    summary: "what a host shows of its cluster and its haproxy",
    want: z.record(z.string(), z.string()),
    title: () => "status",
    probe: (wanted) => ({ script: askAll(wanted), parse: ({ stdout }) => read(stdout, Object.keys(wanted)) }),
    check: () => [],
    plan: () => [],
  })
}
