import type { Finding } from "../../base/events.ts"
import type { Checked, PlaceOf } from "./checked.ts"
import type { AgentMetadata } from "./metadata.ts"

/** How long a fence agent waits for its device, of its own accord. */
const WAITS = ["power_timeout", "shell_timeout", "login_timeout"]

/**
 * Times that count for nothing: an agent of fence-agents whose parent is pacemaker's fencer waits for its device without end, unless told
 * otherwise (`fencing.py`, `check_input`), so that pacemaker's own timeout ends it, and the next level comes that much later.
 */
export function idleTimeouts(
  { resource: { id, fencing, parameters: all }, parameters }: Checked,
  { parameters: known }: AgentMetadata,
  placeOf: PlaceOf,
): readonly Finding[] {
  if (!fencing || !known.has("disable_timeout")) return []
  if (!/^(1|yes|on|true)$/i.test(all.disable_timeout ?? "true")) return []
  return WAITS.filter((name) => Object.hasOwn(parameters, name)).map((name) => ({
    severity: "warning",
    message: `${placeOf(id, ["parameters", name])} ${id}: under pacemaker the agent does not go by its ${name}`,
    hint: "Write disable_timeout: false beside it. Without, it waits until pacemaker ends it: a minute, or pcmk_reboot_timeout.",
  }))
}
