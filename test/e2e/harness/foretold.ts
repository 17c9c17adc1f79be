import { expect } from "vitest"
import type { Outlook, PartOutlook } from "../../../src/foresight/foretell.ts"
import type { Haops } from "./haops.ts"

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
