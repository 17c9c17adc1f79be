import { access, constants, readFile, stat, writeFile } from "node:fs/promises"
import { dirname } from "node:path"
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff"
import * as z from "zod"
import { HaopsError } from "../base/errors.ts"
import type { Drift } from "../base/events.ts"
import { packageVersion } from "../base/package-root.ts"
import { writing } from "../base/writing.ts"
import type { Inventory } from "../model/inventory.ts"
import { costsOf } from "./costs.ts"
import { describeAction } from "./describe.ts"
import { createDigests, type Digests } from "./digest.ts"
import type { PlanResult } from "./plan.ts"

const FORMAT = "haops-plan-2"
const savedSchema = z.strictObject({
  format: z.literal(FORMAT),
  haops: z.string(),
  cluster: z.string(),
  hosts: z.array(z.string()),
  inventory: z.string(),
  inventoryDigest: z.string(),
  key: z.string(),
  savedAt: z.string(),
  plan: z.array(z.string()),
})
/** Of an earlier haops: it bound no contents. It may be written over, and is not applied. */
const outdatedSchema = z.looseObject({ format: z.literal("haops-plan-1"), changes: z.array(z.string()) })

type Saved = z.output<typeof savedSchema>
type Outdated = z.output<typeof outdatedSchema>

/** What a plan is of: what the hosts would be given, for which inventory. */
export interface SavedSubject extends PlanResult {
  inventory: Inventory
  /** Masks secrets in what is kept in plain text. */
  scrub: (text: string) => string
}

/**
 * Save what a plan would do, 0600: it shows configuration. `up --plan` then does just that, or nothing. Throws as `requireSavable` does:
 * the file may have come meanwhile.
 */
export async function savePlan(file: string, subject: SavedSubject): Promise<void> {
  await requireSavable(file)
  const saved = await savedOf(subject, createDigests())
  const text = `${JSON.stringify(saved, undefined, 2)}\n`
  await writing(file, () => writeFile(file, text, { mode: 0o600 }))
}

async function savedOf(subject: SavedSubject, digests: Digests): Promise<Saved> {
  const { inventory } = subject
  return {
    format: FORMAT,
    haops: packageVersion(),
    cluster: inventory.name,
    hosts: [...subject.plan.hosts].map(({ host }) => `${host} ${addressOf(inventory, host)}`),
    inventory: inventory.file,
    inventoryDigest: await digests.text(JSON.stringify({ ...inventory, file: undefined, warnings: undefined })),
    key: digests.key,
    savedAt: new Date().toISOString(),
    plan: await linesOf(subject, digests),
  }
}

function addressOf({ hosts }: Inventory, name: string): string {
  return hosts.find((host) => host.name === name)?.address ?? "elsewhere"
}

/** Throws `E_INPUT` where a plan cannot be written, or only over something else; an inventory is mistaken for one easily. */
export async function requireSavable(file: string): Promise<void> {
  const text = await writing(file, () => lost(file))
  if (text === "" || parseSaved(text) !== undefined) return
  throw new HaopsError("E_INPUT", `${file} exists and is not a plan saved by haops; it is left unchanged`, {
    hint: "Name another file with --out.",
  })
}

interface SavedPlan {
  file: string
  saved: Saved
}

/** Throws `E_INPUT` where the file is not there or is not a plan that this haops can apply. */
export async function loadSavedPlan(file: string): Promise<SavedPlan> {
  const text = await textOf(file)
  const saved = parseSaved(text)
  if (saved?.format === FORMAT) return { file, saved }
  if (saved !== undefined) {
    throw new HaopsError(
      "E_INPUT",
      `${file} was saved by an earlier version of haops, which kept too little to compare`,
      {
        hint: `Save it again: haops plan --out ${file}`,
      },
    )
  }
  throw new HaopsError("E_INPUT", `${file} is not a plan that haops saved`, {
    hint: "haops plan --out FILE saves one, to a file of its own; an inventory is named with -i.",
  })
}

/** Throws `E_REFUSED` where that is not what would be done now, with what differs. */
export async function requireSavedPlan({ file, saved }: SavedPlan, subject: SavedSubject): Promise<void> {
  const now = await savedOf(subject, createDigests(saved.key))
  const differences = [
    ...differing("haops", saved.haops, now.haops),
    ...differing("the cluster", saved.cluster, now.cluster),
    ...differing("the hosts", saved.hosts.join(", "), now.hosts.join(", ")),
    ...(saved.inventoryDigest === now.inventoryDigest ? [] : ["the inventory is another one, or was changed"]),
    ...diffOf(saved.plan, now.plan),
  ]
  if (differences.length === 0) return
  throw new HaopsError("E_REFUSED", `${file} is not what would be done now`, {
    details: differences,
    hint: "Nothing was touched. Look at a new plan, save it, and apply that one.",
  })
}

function differing(what: string, saved: string, now: string): readonly string[] {
  return saved === now ? [] : [`${what}: ${saved} when it was saved, ${now} now`]
}

function diffOf(saved: readonly string[], now: readonly string[]): readonly string[] {
  if (saved.join("\n") === now.join("\n")) return []
  const [old, fresh] = [saved, now].map((lines) => `${lines.join("\n")}\n`) as [string, string]
  const patch = createTwoFilesPatch("as saved", "as it would be done now", old, fresh, undefined, undefined, {
    context: 2,
    timeout: 500,
    headerOptions: FILE_HEADERS_ONLY,
  })
  return (patch ?? "the plan has changed throughout").trimEnd().split("\n")
}

/** The plan as lines that are the same as long as it is the same plan. */
async function linesOf({ plan, assessments, scrub }: SavedSubject, digests: Digests): Promise<string[]> {
  const changing = assessments.filter(({ drift }) => drift.length > 0)
  const steps = await Promise.all(
    changing.map(async ({ host, task, drift, actions, blocked }) => [
      `${host}: ${task.title}`,
      ...drift.flatMap(driftLines),
      ...(await Promise.all(actions.map(async (one) => `  ${describeAction(one)} (${await digests.action(one)})`))),
      ...(blocked === undefined ? [] : [`  blocked: ${blocked}`]),
    ]),
  )
  return [...steps.flat(), ...costsOf(plan).map(({ text }) => text)].flatMap((line) => scrub(line).split("\n"))
}

function driftLines({ attribute, have, want, risk, diff = "" }: Drift): readonly string[] {
  return [
    `  ${attribute}: ${have} -> ${want} (${risk})`,
    ...diff.split("\n").flatMap((line) => (line ? `  ${line}` : [])),
  ]
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
function parseSaved(text: string): Saved | Outdated | undefined {
  try {
    const data: unknown = JSON.parse(text)
    return savedSchema.safeParse(data).data ?? outdatedSchema.safeParse(data).data
  } catch {
    return undefined
  }
}
