import type { Component } from "../model/component.ts"
import type { HostFacts } from "../model/host-facts.ts"
import type { UpgradeState } from "./state.ts"
import { namesOn, type UpgradeWant } from "./want.ts"

/** A package of the stack on a host. */
export interface PackageVersion {
  name: string
  installed: string
  /** What its repositories have in place of that; left out where it is the same. */
  offered?: string | undefined
}

/** What a host has of the stack, in the components' order. */
export function versionsOf(
  components: readonly Component[],
  want: UpgradeWant,
  { installed, offers }: UpgradeState,
  facts: Pick<HostFacts, "family" | "os" | "osVersion">,
): readonly PackageVersion[] {
  return namesOn(components, {}, want, facts).flatMap((name) => {
    const found = installed.find((one) => one.name === name)
    if (found === undefined) return []
    const candidate = offers.candidates.get(name)
    const offered = candidate === found.version ? undefined : candidate
    return [{ name, installed: found.version, ...(offered === undefined ? {} : { offered }) }]
  })
}
