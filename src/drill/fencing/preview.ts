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
  const { node, placement, without } = survey
  const what = `${node} is really fenced, by ${waysOf(survey)}: ${powerOf(before, survey)}`
  const moves = [...placement].flatMap(([id, nodes]) => {
    const [to] = without.get(id) ?? []
    const only = nodes.length === 1 && nodes[0] === node
    return only && to !== undefined ? [`${id} to ${to}`] : []
  })
  return { words: [what, ...(moves.length > 0 ? [`The cluster moves ${listing(moves)}.`] : [])] }
}

/** A device may have been told to do something else where the cluster asks for a restart. */
function powerOf({ resources }: Before, { action, devices, levels }: Survey): string {
  const stays = "stays off until somebody switches it on"
  if (action === "off") return `its power goes off at once, and ${stays} (stonith-action is off).`
  const used = new Set([...devices, ...levels.flatMap((level) => level.devices)])
  const without = resources
    .filter(({ id, parameters }) => used.has(id) && /^(power)?off$/i.test(parameters.pcmk_reboot_action ?? ""))
    .map(({ id }) => id)
  if (used.size === 0) return "it is reset at once, with all that runs there."
  if (without.length === 0) return "its power goes off and on at once, with all that runs there."
  return `its power goes off at once, and ${stays} where it is ${listing(without)} that fences (pcmk_reboot_action is off).`
}

/** `ipmi, and where that fails pdu`; without any device the watchdog resets it. */
function waysOf({ devices, levels }: Survey): string {
  if (levels.length === 0) return devices.length === 0 ? "its own watchdog" : listing(devices)
  return levels.map((level) => level.devices.join(" and ")).join(", and where that fails ")
}
