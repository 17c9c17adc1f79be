import { listing } from "../../base/words.ts"
import { type DrillPreview, refused } from "../preview.ts"
import type { Before } from "../refusals.ts"
import { fencingRefusals, type Survey } from "./refusals.ts"

/** What stands in the error of a node that must not be fenced. */
export const FENCING = "fencing"

/** What the operator agrees to. Throws `E_REFUSED` with everything that stands against it. Pure. */
export function previewFencing(before: Before, survey: Survey): Pick<DrillPreview, "words"> {
  const against = fencingRefusals(before, survey)
  if (against.length > 0) throw refused(against, FENCING)
  const { node, action, placement, without } = survey
  const what =
    action === "off"
      ? `${node} is really fenced, by ${waysOf(survey)}: its power goes off at once, and stays off until somebody switches it on (stonith-action is off).`
      : `${node} is really fenced, by ${waysOf(survey)}: its power goes off and on at once, with all that runs there.`
  const moves = [...placement].flatMap(([id, nodes]) => {
    const [to] = without.get(id) ?? []
    const only = nodes.length === 1 && nodes[0] === node
    return only && to !== undefined ? [`${id} to ${to}`] : []
  })
  return { words: [what, ...(moves.length > 0 ? [`The cluster moves ${listing(moves)}.`] : [])] }
}

/** `ipmi, and where that fails pdu`. */
function waysOf({ devices, levels }: Survey): string {
  if (levels.length === 0) return listing(devices)
  return levels.map((level) => level.devices.join(" and ")).join(", and where that fails ")
}
