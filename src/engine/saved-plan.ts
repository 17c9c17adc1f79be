import { access, constants, readFile, stat, writeFile } from "node:fs/promises"
import { dirname } from "node:path"
import * as z from "zod"
import { HaopsError } from "../base/errors.ts"
import { writing } from "../base/writing.ts"
import type { Plan } from "./plan-model.ts"

const savedSchema = z.strictObject({
  format: z.literal("haops-plan-1"),
  cluster: z.string(),
  inventory: z.string(),
  savedAt: z.string(),
  changes: z.array(z.string()),
})

/**
 * Save what a plan would do, 0600: it shows configuration. `up --plan` then does just that, or nothing. Throws as `requireSavable` does:
 * the file may have come meanwhile.
 */
export async function savePlan(file: string, plan: Plan): Promise<void> {
  await requireSavable(file)
  const { cluster, inventory } = plan
  const saved = {
    format: "haops-plan-1",
    cluster,
    inventory,
    savedAt: new Date().toISOString(),
    changes: changesOf(plan),
  }
  const text = `${JSON.stringify(saved, undefined, 2)}\n`
  await writing(file, () => writeFile(file, text, { mode: 0o600 }))
}

/** Throws `E_INPUT` where a plan cannot be written, or only over something else; an inventory is mistaken for one easily. */
export async function requireSavable(file: string): Promise<void> {
  const text = await writing(file, () => lost(file))
  if (text === "" || parseSaved(text) !== undefined) return
  throw new HaopsError("E_INPUT", `${file} is there and is no plan that haops saved: it is left as it is`, {
    hint: "Name another file with --out.",
  })
}

export interface SavedPlan {
  file: string
  changes: readonly string[]
}

/** Throws `E_INPUT` where the file is not there or is not a plan that haops saved. */
export async function loadSavedPlan(file: string): Promise<SavedPlan> {
  const saved = parseSaved(await textOf(file))
  if (saved !== undefined) return { file, changes: saved.changes }
  throw new HaopsError("E_INPUT", `${file} is not a plan that haops saved`, {
    hint: "haops plan --out FILE saves one, to a file of its own; an inventory is named with -i.",
  })
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

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8")
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code !== "ENOENT")
      throw new HaopsError("E_INPUT", `the saved plan ${file} cannot be read: ${message}`, { cause })
    throw new HaopsError("E_INPUT", `there is no saved plan ${file}`, { cause, hint: `haops plan --out ${file}` })
  }
}

/** What would be lost if the file were written now. Throws what the system has against writing it. */
async function lost(file: string): Promise<string> {
  const found = await stat(file).catch(absent)
  await access(found === undefined ? dirname(file) : file, constants.W_OK)
  // Pipes and terminals keep nothing, and to read them would take what is another's.
  if (found === undefined || found.isFIFO() || found.isCharacterDevice()) return ""
  return await readFile(file, "utf8")
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error
}

/** Undefined where the text is anything else. */
function parseSaved(text: string): z.output<typeof savedSchema> | undefined {
  try {
    return savedSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
