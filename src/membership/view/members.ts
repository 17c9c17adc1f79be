import { hostsOf } from "../../model/inventory.ts"
import type { Look, ObservedKey } from "../../model/view.ts"

export function memberNames({ inventory }: Look): readonly string[] {
  return inventory.pacemaker === undefined ? [] : hostsOf(inventory, inventory.pacemaker.on).map(({ name }) => name)
}

export function reachedMembers(look: Look): readonly string[] {
  return memberNames(look).filter((host) => look.asked(host))
}

/** A node that could not be asked agrees with nobody. */
export function unreachedMembers(look: Look): readonly string[] {
  return memberNames(look)
    .filter((host) => !look.asked(host))
    .map((host) => `${host} could not be asked`)
}

/** What every member showed that showed something. */
export function shownByMembers<Value>(
  look: Look,
  key: ObservedKey<Value>,
): { host: string; value: NonNullable<Value> }[] {
  return memberNames(look).flatMap((host) => {
    const value = look.observed(key, host)
    return value === undefined || value === null ? [] : [{ host, value }]
  })
}
