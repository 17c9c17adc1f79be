import { randomUUID } from "node:crypto"
import type { Drift } from "../../base/events.ts"
import { defineJointStep, type Members } from "../../model/step.ts"
import { bindKeystone, type KeystoneWant } from "../bind.ts"
import { rotateKeys } from "../key-scripts.ts"
import { digestOf } from "../keys.ts"
import { type KeystoneState, keystoneProbe } from "../state.ts"
import { keysOf } from "./keystone-keys.ts"

/** Rotated is what carries this run's name, so that looking again rotates nothing. */
const RUN = randomUUID()

/** The keys are rotated on one member, where all have the same: what is staged there, and new tokens are made by, all know already. */
export const keystoneRotate = defineJointStep<KeystoneWant, KeystoneState>({
  kind: "keystone-rotate",
  summary: "Keystone's Fernet keys rotated once, on one member; takes the same keys on all",
  bind: bindKeystone,
  title: () => "Keystone's keys rotated",
  probe: ({ address, database }) => keystoneProbe(address, database.name),
  check(_want, members) {
    const { host, have } = members.elected
    if (isRotated(members) || sourceOf(members) !== host) return []
    const drift: Drift = { attribute: "Fernet keys", have: digestOf(have.keys), want: "rotated", risk: "none" }
    return [drift]
  },
  findings(_want, members) {
    const what = keysOf(members)
    if (isRotated(members) || (what.act === "share" && what.others.length === 0)) return []
    const message = "Keystone's Fernet keys are not the same on all hosts"
    return [{ severity: "error", message, hint: "haops up sees to that; then rotate." }]
  },
  plan: ({ maxActiveKeys }) => [rotateKeys(maxActiveKeys, RUN)],
})

function isRotated({ all }: Members<KeystoneState>): boolean {
  return all.some(({ have }) => have.rotated === RUN)
}

function sourceOf(members: Members<KeystoneState>): string | undefined {
  const what = keysOf(members)
  return what.act === "share" ? what.source : undefined
}
