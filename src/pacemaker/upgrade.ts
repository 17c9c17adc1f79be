import { numbersOf } from "../host/packages/version.ts"
import type { UpgradeTerms } from "../model/component.ts"

/** Nodes of 2 and of 3 are no cluster that anybody supports: 3 drops what 2 still takes, and its schema cannot be read by 2 any more. */
export const upgrade: UpgradeTerms = {
  runs: { pacemaker: ["pacemaker"] },
  refuses({ name, from, to }) {
    const [old, next] = [numbersOf(from)[0], numbersOf(to)[0]]
    if (name !== "pacemaker" || old === next) return undefined
    return {
      message: `pacemaker ${from} must not become ${to} beside nodes of ${old}.x`,
      hint: "That is a rebuild, node by node: haops remove-node NAME, install it anew, haops add-node NAME. Until then: haops upgrade --only with what else there is.",
    }
  },
}
