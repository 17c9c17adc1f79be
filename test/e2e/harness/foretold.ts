import { expect } from "vitest"
import type { DrillReport } from "../../../src/drill/report.ts"
import type { Outlook, PartOutlook } from "../../../src/foresight/foretell.ts"
import type { Haops } from "./haops.ts"

/** The failures on real nodes that what was foretold is held against; playbooks/README.md says how many they are. */
export const HELD_AGAINST = {
  drills: ["standby", "haproxy-kill", "node-freeze", "partition", "reboot", "partition of a cluster that fences"],
  others: [
    "a dead member of three",
    "a dead node of a cluster of two",
    "a dead holder of keepalived's",
    "a split pair of keepalived's",
  ],
} as const

export type HeldDrill = (typeof HELD_AGAINST.drills)[number]

/** Expects a drill's VIP to have gone where it was foretold. */
export function drilledAsForetold(name: HeldDrill, { foretold }: Pick<DrillReport, "foretold">): void {
  expect(foretold, name).toMatchObject({ right: true })
}

/** Expects what was seen of a failure to be what was foretold. */
export function cameAsForetold(name: (typeof HELD_AGAINST.others)[number], seen: unknown, foretold: unknown): void {
  expect(seen, name).toEqual(foretold)
}

/** What `haops what-if` says, by what fails. */
export async function whatIf(haops: Haops, ...asked: string[]): Promise<ReadonlyMap<string, Outlook>> {
  const { code, stdout, stderr } = await haops("what-if", ...asked, "--json")
  expect(code, stdout + stderr).toBe(0)
  const { failures } = JSON.parse(stdout).details as { failures: readonly Outlook[] }
  return new Map(failures.map((one) => [one.what, one]))
}

/** Where it has a VIP, in each part. */
export function placesOf(outlook: Outlook | undefined, vip: string): readonly (readonly string[] | undefined)[] {
  return outlook?.parts.map(({ vips }: PartOutlook) => vips.find(({ name }) => name === vip)?.on) ?? []
}
