import { readFile, writeFile } from "node:fs/promises"
import * as z from "zod"
import { HaopsError } from "../errors.ts"
import type { Plan } from "./plan-model.ts"

const savedSchema = z.strictObject({
  format: z.literal("haops-plan-1"),
  cluster: z.string(),
  inventory: z.string(),
  savedAt: z.string(),
  changes: z.array(z.string()),
})

/** Save what a plan would do, 0600: it shows configuration. `up --plan` then does just that, or nothing. */
export async function savePlan(file: string, plan: Plan): Promise<void> {
  const { cluster, inventory } = plan
  const saved = {
    format: "haops-plan-1",
    cluster,
    inventory,
    savedAt: new Date().toISOString(),
    changes: changesOf(plan),
  }
  await writeFile(file, `${JSON.stringify(saved, undefined, 2)}\n`, { mode: 0o600 })
}

export interface SavedPlan {
  file: string
  changes: readonly string[]
}

/** Throws `E_INPUT` where the file is not there or is not a plan that haops saved. */
export async function loadSavedPlan(file: string): Promise<SavedPlan> {
  const saved = savedSchema.safeParse(await readJson(file))
  if (!saved.success) {
    throw new HaopsError("E_INPUT", `${file} is not a plan that haops saved`, { hint: `haops plan --out ${file}` })
  }
  return { file, changes: saved.data.changes }
}

/** Throws `E_REFUSED` where the hosts are no longer as they were when the plan was saved, naming what differs. */
export function requireSavedPlan({ file, changes }: SavedPlan, plan: Plan): void {
  const now = changesOf(plan)
  const appeared = now.filter((change) => !changes.includes(change))
  const gone = changes.filter((change) => !now.includes(change))
  if (appeared.length === 0 && gone.length === 0) return
  const lines = [...appeared.map((change) => `  new:  ${change}`), ...gone.map((change) => `  gone: ${change}`)]
  throw new HaopsError("E_REFUSED", `the hosts are not as they were when ${file} was saved:\n${lines.join("\n")}`, {
    hint: "Look at a new plan, save it, and apply that one.",
  })
}

/** Each change as one line that is the same as long as it is the same change. */
function changesOf(plan: Plan): string[] {
  return plan.stages
    .flatMap(({ steps }) => steps)
    .flatMap(({ host, title, drift }) =>
      drift.map((one) => `${host}: ${title}: ${one.attribute}: ${one.have} -> ${one.want}`),
    )
    .sort()
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"))
  } catch (cause) {
    throw new HaopsError("E_INPUT", `the saved plan ${file} could not be read`, {
      cause,
      hint: `haops plan --out ${file}`,
    })
  }
}
