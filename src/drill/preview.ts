import { HaopsError } from "../base/errors.ts"
import { expectations } from "./expectations.ts"
import type { Fault, Target } from "./fault.ts"
import { type ProbedService, targetOf } from "./probed-service.ts"
import { type Before, holderOf, refusals } from "./refusals.ts"

/** What a drill would be. */
export interface DrillPreview {
  target: Target
  /** What the operator agrees to. */
  words: readonly string[]
}

/** Throws `E_REFUSED` with everything that stands against the drill. Pure. */
export function previewDrill(aim: ProbedService, fault: Fault, before: Before): DrillPreview {
  const { inventory, status } = before
  const against = refusals(aim, fault, before)
  const node = holderOf(status, aim.vip.name)
  if (against.length > 0) throw refused(against)
  if (node === undefined) throw refused([`${aim.vip.address} is not on just one host`])
  const target = targetOf(inventory, aim, node)
  return { target, words: expectations(fault, target, status) }
}

/** Throws `E_REFUSED` where something else would happen now than was agreed to: to another node, or with other consequences. Pure. */
export function requireAgreed(
  now: Pick<DrillPreview, "words">,
  agreed: Pick<DrillPreview, "words">,
  what = DRILL,
): void {
  const fresh = now.words.filter((word) => !agreed.words.includes(word))
  if (fresh.length > 0) {
    throw refused(
      fresh.map((word) => `not what was confirmed: ${word}`),
      what,
    )
  }
}

const DRILL = "the drill"

/** The error of a drill, or whatever `what` names, that must not be. */
export function refused(reasons: readonly string[], what = DRILL): HaopsError {
  const list = reasons.map((one) => `  ${one}`).join("\n")
  return new HaopsError("E_REFUSED", `${what} was refused, nothing was touched:\n${list}`, {
    hint: `haops verify tells more. ${what === DRILL ? "A drill" : "It"} needs a healthy cluster.`,
  })
}
