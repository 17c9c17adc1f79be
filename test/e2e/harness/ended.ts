import { expect } from "vitest"
import type { HaopsResult } from "./haops.ts"

/** The result of a run that is to end with this code, 0 by default. Where it ends with another one, what it said is told; of `verify` without the checks that passed. */
export async function ended(run: Promise<HaopsResult>, code = 0): Promise<HaopsResult> {
  const result = await run
  expect(result.code, `${result.stdout.replace(PASSED, "")}\n${result.stderr}`).toBe(code)
  return result
}

/** A check's line, and the indented ones of its evidence. */
const PASSED = /^✓.*\n(?:[ \t]+.*\n)*/gm
