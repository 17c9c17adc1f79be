import type { Drift } from "../../base/events.ts"
import { defineJointStep, type Members } from "../../model/step.ts"
import { bindKeystone, type KeystoneWant } from "../bind.ts"
import { MAKE_KEYS, OFFER_KEYS } from "../key-scripts.ts"
import { type Decision, decideKeys, digestOf } from "../keys.ts"
import { type KeystoneState, keystoneProbe } from "../state.ts"

/**
 * Fernet keys: made where nobody has any, which takes the word of all; else the member that has the right ones offers them. haops asks for
 * keys themselves only after that, so that they travel where somebody needs them and never else.
 */
export const keystoneKeys = defineJointStep<KeystoneWant, KeystoneState>({
  kind: "keystone-keys",
  summary:
    "Keystone's Fernet keys: made once, and only where no member has any; else offered to those that have others",
  bind: bindKeystone,
  title: () => "Keystone's keys",
  probe: ({ address, database }) => keystoneProbe(address, database.name),
  check(_want, members) {
    const { host, have } = members.elected
    const what = keysOf(members)
    const drift = (is: string, want: string): Drift => ({ attribute: "Fernet keys", have: is, want, risk: "none" })
    if (what.act === "make" && what.host === host) return [drift("on no host", "made")]
    if (what.act !== "share" || what.source !== host || what.others.length === 0 || have.offered) return []
    return [drift(`not those of ${what.others.join(", ")}`, "the same on all hosts")]
  },
  findings(_want, members) {
    const what = keysOf(members)
    return what.act === "refuse" ? [{ severity: "error", message: what.why, hint: what.hint }] : []
  },
  plan: (_want, members) => [keysOf(members).act === "make" ? MAKE_KEYS : OFFER_KEYS],
})

/** What is to be done about all members' keys. */
export function keysOf({ all }: Pick<Members<KeystoneState>, "all">): Decision {
  return decideKeys(all.map(({ host, have }) => ({ host, keys: have.keys })))
}

export function keysWords({ keys }: KeystoneState): string {
  return keys.size === 0 ? "none" : `others (${digestOf(keys)})`
}
