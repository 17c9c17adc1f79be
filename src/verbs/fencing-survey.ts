import { asHaopsError, HaopsError } from "../base/errors.ts"
import { FENCING } from "../drill/fencing/preview.ts"
import { clusterRefusals, type Survey } from "../drill/fencing/refusals.ts"
import { refused } from "../drill/preview.ts"
import type { Before } from "../drill/refusals.ts"
import { isLive } from "../engine/world.ts"
import { countsOf } from "../foresight/foretell.ts"
import { lookAhead } from "../foresight/look-ahead.ts"
import { downOf } from "../foresight/scenario.ts"
import { nameOf } from "../foresight/simulate.ts"
import { placementOf } from "../membership/placement.ts"
import { referenceView } from "../membership/reference-view.ts"
import { CIB_ANSWER } from "../pacemaker/cib-probe.ts"
import { parseFenceDevices } from "../pacemaker/fencing/history.ts"
import { levelsOf } from "../pacemaker/fencing/levels.ts"
import { durationMs } from "../pacemaker/values.ts"
import { countsOnWatchdogs } from "../pacemaker/watchdog-timeout.ts"
import type { Inspection } from "./inspect.ts"
import type { Session } from "./session.ts"

export interface Surveyed extends Survey {
  /** Pacemaker's limit of a device, in seconds. */
  timeoutS: number
}

const DEFAULT_TIMEOUT_MS = 60_000
/** Milliseconds for a device to say whom it covers. */
const LIST_MS = 90_000

/**
 * What has to be asked about a node before it is fenced: by whom, by what, and what would be left, as `haops what-if` has it. Throws
 * `E_REFUSED` where the cluster could not even tell.
 */
export async function surveyFencing(
  { context, inventory }: Session,
  { answers, status }: Inspection,
  before: Before,
  node: string,
): Promise<Surveyed> {
  const reference = referenceView(answers)
  const have = reference && answers.answer(CIB_ANSWER, reference.host)
  const against = clusterRefusals(before, node)
  if (reference === undefined || have?.cluster !== "up" || against.length > 0) {
    throw refused(against.length > 0 ? against : ["no cluster runs on a host that answered"], FENCING)
  }
  const online = status.nodes.filter(({ name, reached, state }) => name !== node && reached && state === "online")
  const by = online.find(({ name }) => name === reference.host)?.name ?? online[0]?.name
  const { values } = have.cib.sections.property
  const members = inventory.hosts.map(({ name }) => name)
  const scenario = downOf([node], members)
  const known = await lookAhead({ context, answers, status }, [scenario])
  const ms = durationMs(values["stonith-timeout"] ?? "") ?? DEFAULT_TIMEOUT_MS
  return {
    ...{ node, by, levels: levelsOf(have.cib, node), timeoutS: Math.ceil(ms / 1000) },
    devices: by === undefined ? [] : await devicesFor({ context }, by, node),
    // One that the inventory does not have is asked of no node: whether it runs on this one nobody would know, and pacemaker takes a node
    // for reset after a time, whatever has become of it.
    watchdog: inventory.pacemaker?.sbd !== undefined && countsOnWatchdogs(values),
    action: /^(off|poweroff)$/i.test(values["stonith-action"] ?? "") ? "off" : "reboot",
    votes: countsOf(scenario, known)[0],
    placement: placementOf(reference.status),
    without: known.seen?.simulated.get(nameOf(0, 0)) ?? new Map(),
  }
}

async function devicesFor({ context }: Pick<Session, "context">, by: string, node: string): Promise<readonly string[]> {
  const state = context.world.get(by)
  if (!isLive(state)) throw new HaopsError("E_CONNECT", `${by} does not answer any more`, { host: by })
  const argv = ["stonith_admin", "--list", node, "--output-as=xml"]
  try {
    const result = await state.transport.exec({ argv, timeoutMs: LIST_MS }, context.abort)
    if (result.code !== 0)
      throw new HaopsError("E_COMMAND", `${by} could not say which devices cover ${node}`, { result })
    return parseFenceDevices(result.stdout)
  } catch (thrown) {
    throw asHaopsError(thrown, { host: by })
  }
}
