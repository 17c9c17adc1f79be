import type { Observed } from "../model/view.ts"
import { parseQuorum, QUORUM_SCRIPT, type Quorum } from "./quorumtool.ts"

/** How corosync counts votes; undefined where it does not run. */
export const QUORUM: Observed<Quorum | undefined> = {
  name: "quorum",
  script: () => QUORUM_SCRIPT,
  parse: parseQuorum,
}
