import { driftSentence } from "../base/drift-words.ts"
import { listing } from "../base/words.ts"
import { type Check, check } from "../model/check.ts"
import { obstacles } from "../model/obstacles.ts"
import type { Seen, View } from "../model/view.ts"
import { HELD_VIPS } from "./holder.ts"
import { keepalivedConverged } from "./steps/keepalived-converged.ts"

export const view: View = {
  checks: (seen) => (seen.look.inventory.vips.some(({ manager }) => manager === "keepalived") ? [ready(seen)] : []),
  judges: [keepalivedConverged],
}

/** The proof that `haops up` ends with, made again: a host that could not take over is seen before it has to. */
function ready({ look, assessed, unasked }: Seen): Check {
  const groups = new Set(look.inventory.vips.flatMap(({ manager, on }) => (manager === "keepalived" ? [on] : [])))
  const hosts = look.inventory.hosts.filter(({ group }) => groups.has(group)).map(({ name }) => name)
  const [proof] = assessed(keepalivedConverged)
  const fails =
    proof === undefined
      ? [`not compared${unasked[0] === undefined ? "" : `: ${unasked[0].reason}`}`]
      : [
          ...hosts.flatMap((host) =>
            look.answer(HELD_VIPS, host) === undefined ? [`${host} could not be asked`] : [],
          ),
          ...obstacles(proof),
          ...proof.drift.map(driftSentence),
        ]
  const evidence = `keepalived runs on ${listing(hosts)}, and haproxy listens there`
  return check("keepalived", "keepalived could move its VIPs to any of their hosts", [evidence], { fails })
}
