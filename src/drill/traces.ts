import * as z from "zod"
import type { Task } from "../engine/task.ts"
import { answerKey } from "../model/answer-key.ts"
import type { Host } from "../model/inventory.ts"
import { defineStep } from "../model/step.ts"
import { TRACE } from "./armed.ts"

const want = z.strictObject({})

/** True where the fault of a drill is still there. */
export const TRACES = answerKey<boolean>("traces of a drill")

/** Whether a host still carries the fault of a drill, as a step that never finds anything to do. */
const traces = defineStep<z.infer<typeof want>, boolean>({
  kind: "drill-traces",
  answers: [TRACES],
  summary: "whether a fault of a drill is left on a host",
  want,
  title: () => "traces of a drill",
  probe: () => ({ script: `[ ! -e ${TRACE} ] || echo there`, parse: ({ stdout }) => stdout.trim() === "there" }),
  check: () => [],
  plan: () => [],
})

export function tracesTask(hosts: readonly Host[]): Task {
  const wants = new Map(hosts.map((host) => [host.name, {}]))
  return { id: "drill-traces", stage: "drill", step: traces, title: "traces of a drill", wants }
}
