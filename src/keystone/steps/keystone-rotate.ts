import { randomUUID } from "node:crypto"
import type { Drift, Finding } from "../../base/events.ts"
import { askAll, partsOf } from "../../host/sections.ts"
import { defineJointStep, type Members } from "../../model/step.ts"
import { bindKeystone, type KeystoneWant } from "../bind.ts"
import { rotateKeys } from "../key-scripts.ts"
import { digestOf } from "../keys.ts"
import { AGES_SCRIPT, type Ages, parseAges, tooEarly } from "../rotation-ages.ts"
import { type KeystoneState, keystoneProbe } from "../state.ts"
import { keysOf } from "./keystone-keys.ts"

/** Rotated is what carries this run's name, so that looking again rotates nothing. */
const RUN = randomUUID()

interface RotateState extends KeystoneState {
  ages: Ages
}

/** The keys are rotated on one member, where all have the same: what is staged there, and new tokens are made by, all know already. */
export const keystoneRotate = rotation({ force: false })

/** `force`: also where tokens that are good become invalid by it. */
export function rotation({ force }: { force: boolean }) {
  return defineJointStep<KeystoneWant, RotateState>({
    kind: "keystone-rotate",
    summary: "Keystone's Fernet keys rotated once, on one member; takes the same keys on all",
    bind: bindKeystone,
    title: () => "Keystone's keys rotated",
    probe({ address, database }) {
      const { shared = [], script, parse } = keystoneProbe(address, database.name)
      return {
        shared,
        script: askAll({ state: script, ages: AGES_SCRIPT }),
        parse({ stdout, stderr }) {
          const { state, ages } = partsOf(stdout, ["state", "ages"])
          return { ...parse({ stdout: state, stderr }), ages: parseAges(ages) }
        },
      }
    },
    check(_want, members) {
      const { host, have } = members.elected
      if (isRotated(members) || sourceOf(members) !== host) return []
      const drift: Drift = { attribute: "Fernet keys", have: digestOf(have.keys), want: "rotated", risk: "none" }
      return [drift]
    },
    findings(want, members) {
      const what = keysOf(members)
      if (isRotated(members)) return []
      if (what.act === "share" && what.others.length === 0)
        return what.source === members.elected.host ? early(want, members.elected.have, force) : []
      const message = "Keystone's Fernet keys are not the same on all hosts"
      return [{ severity: "error", message, hint: "haops up sees to that; then rotate." }]
    },
    plan: ({ maxActiveKeys }) => [rotateKeys(maxActiveKeys, RUN)],
  })
}

function early({ maxActiveKeys }: KeystoneWant, { ages }: RotateState, force: boolean): Finding[] {
  const message = tooEarly(ages, maxActiveKeys)
  if (message === undefined) return []
  const hint = "Rotate after that, or keep more keys (keystone.fernet.maxActiveKeys). If those tokens may go: --force"
  return [{ severity: force ? "warning" : "error", message, hint }]
}

function isRotated({ all }: Members<KeystoneState>): boolean {
  return all.some(({ have }) => have.rotated === RUN)
}

function sourceOf(members: Members<KeystoneState>): string | undefined {
  const what = keysOf(members)
  return what.act === "share" ? what.source : undefined
}
