import type { Topology } from "../base/events.ts"
import { referenceView } from "../membership/reference-view.ts"
import { readRun } from "../output/journal-read.ts"
import { runReport } from "../output/report/report.ts"
import { runsRoot } from "../output/run-directory.ts"
import { Answers } from "../status/answers.ts"
import { assembleStatus } from "../status/assemble.ts"
import type { Inspection, Inspector } from "./inspect.ts"
import { saveReport } from "./report.ts"
import type { Session } from "./session.ts"
import { topologyOf } from "./topology.ts"

/** From the journal, as `haops report` makes it. A drill that was not held has none. */
export async function reportOfRun(runId: string, file: string): Promise<void> {
  const entries = await readRun(runsRoot(process.env), runId)
  if (entries.some(({ type }) => type === "drill")) await saveReport(file, runReport(entries))
}

/** From the newest look, whatever it could not see. */
export function pictureNow(session: Session, { tasks, views }: Inspector): Topology | undefined {
  const answers = new Answers(session.inventory, session.context.world, tasks)
  return pictureOf(session, { answers, status: assembleStatus(answers, views) })
}

/** Who holds what, as a look has it. */
export function pictureOf(
  { inventory }: Session,
  { answers, status }: Pick<Inspection, "answers" | "status">,
): Topology | undefined {
  const holders = new Map(status.vips.map(({ name, holders }) => [name, holders]))
  return topologyOf(inventory, referenceView(answers)?.status, holders)
}
