import type { Group } from "../../model/inventory.ts"
import type { ExpandContext } from "../../model/section.ts"
import type { PacemakerYaml } from "./schema.ts"

/** The hosts on which pcsd runs. */
export function pcsdOn({ yaml }: Pick<ExpandContext, "yaml">): Group | undefined {
  // Its schema has seen to it.
  const pacemaker = yaml.pacemaker as PacemakerYaml | undefined
  return pacemaker === undefined || pacemaker.shell === "crmsh" ? undefined : (pacemaker.on ?? "controllers")
}
