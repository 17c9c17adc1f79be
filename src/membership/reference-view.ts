import type { Look } from "../model/view.ts"
import type { CrmStatus } from "../pacemaker/crm-mon.ts"
import { HEALTH } from "./health.ts"

/**
 * The cluster as one of its members sees it, one with quorum if there is one. Undefined where no live host is in a cluster that
 * knows it by its name: the one that a distribution starts on installation does not.
 */
export function referenceView(look: Pick<Look, "live" | "answer">): { host: string; status: CrmStatus } | undefined {
  const views = look.live.flatMap(({ host: { name } }) => {
    const status = look.answer(HEALTH, name)?.status
    return status?.nodes.some((node) => node.name === name) ? [{ host: name, status }] : []
  })
  return views.find(({ status }) => status.quorate) ?? views[0]
}
