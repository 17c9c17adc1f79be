import { expect } from "vitest"
import type { HaopsResult } from "./haops.ts"

/** Fails the test unless haops ended with 0, with what it said; of `verify` without the checks that passed. */
export async function passes(running: Promise<HaopsResult>): Promise<HaopsResult> {
  const ended = await running
  expect(ended.code, `${ended.stderr}\n${ended.stdout.replace(PASSED, "")}`).toBe(0)
  return ended
}

/** A check's line, and the indented ones of its evidence. */
const PASSED = /^✓.*\n(?:[ \t]+.*\n)*/gm
