import type { ProblemDetails } from "../../document/notes.ts"
import type { Path } from "../../document/problems.ts"
import type { Group, Host, Vip } from "../../model/inventory.ts"

/** Says that the inventory is wrong at `path`, which begins at the document's root. */
export type ReportProblem = (path: Path, message: string, more?: Pick<ProblemDetails, "suggestion" | "unless">) => void

/** What services refer to. */
export interface HaproxyContext {
  vips: readonly Vip[]
  hosts: readonly Host[]
  /** The hosts on which pcsd runs. */
  pcsd?: Group | undefined
  /** Where something of the inventory was written, such as `line 12`. */
  line?: ((path: Path) => string) | undefined
}

/** What the parts of the expansion share. */
export interface Expansion extends HaproxyContext {
  problem: ReportProblem
  /** Where haproxy runs if no VIP says otherwise: the load balancers if there are any, else the controllers. */
  defaultGroup: Group
}
