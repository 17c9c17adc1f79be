import { HaopsError } from "../base/errors.ts"
import type { RunContext } from "../engine/context.ts"
import { isLive } from "../engine/world.ts"
import { isUp } from "../haproxy/view/services.ts"
import { asItIs } from "../membership/electorate.ts"
import { deviceHostOf, type Roll } from "../membership/losses.ts"
import { type Placement, placementOf } from "../membership/placement.ts"
import { referenceView } from "../membership/reference-view.ts"
import { rulesIn } from "../membership/voting-rules.ts"
import type { Answers } from "../status/answers.ts"
import type { Status } from "../status/model.ts"
import { BALLOT } from "./ballot.ts"
import { countsOf, type Known } from "./foretell.ts"
import type { Scenario } from "./scenario.ts"
import { callsFor, parseSimulations, type Simulated, simulationsScript } from "./simulate.ts"

/** What one look showed. */
export interface Looked {
  context: RunContext
  answers: Answers
  status: Status
}

/** Milliseconds for all simulations: each takes a tenth of a second or so. */
const TIMEOUT_MS = 300_000

/**
 * What is known of the cluster by a look at it, with what its own scheduler says of each scenario: asked in one go on the node that speaks
 * for the cluster, on a copy of its CIB. Throws where that cannot be asked.
 */
export async function lookAhead(looked: Looked, scenarios: readonly Scenario[]): Promise<Known> {
  const { context, answers, status } = looked
  const reference = referenceView(answers)
  const ballot = reference && answers.answer(BALLOT, reference.host)
  const roll = reference && ballot && rollIn({ ...ballot, status: reference.status })
  const known = {
    inventory: answers.inventory,
    roll,
    deviceHost: deviceHostOf(answers.inventory, ballot?.conf),
    rules: ballot?.quorum && rulesIn(ballot.quorum),
    fencing: status.pacemaker?.fencing.state ?? "unknown",
    noQuorumPolicy: status.pacemaker?.noQuorumPolicy,
  }
  const holders = status.vips.flatMap((vip) => vip.holders)
  const calls =
    reference === undefined
      ? []
      : scenarios.flatMap((one, at) =>
          callsFor(
            one,
            at,
            { status: reference.status, resources: ballot?.resources ?? [], holders },
            countsOf(one, known),
          ),
        )
  const simulated =
    reference === undefined ? new Map<string, Placement>() : await simulate(context, reference.host, calls)
  return {
    ...known,
    seen: {
      placement: reference === undefined ? new Map() : placementOf(reference.status),
      simulated,
      holders: new Map(status.vips.map(({ name, holders }) => [name, holders])),
      away: answers.inventory.hosts.flatMap(({ name }) => (isLive(answers.world.get(name)) ? [] : [name])),
      balancing: (host) => status.haproxies.find((one) => one.host === host)?.runtime.state === "up",
      isDown: downIn(status),
    },
  }
}

function rollIn(ballot: Parameters<typeof asItIs>[0]): Roll | undefined {
  const electorate = asItIs(ballot)
  return electorate && { names: ballot.conf?.nodes.map(({ name }) => name) ?? [], electorate }
}

async function simulate(
  { world, abort }: RunContext,
  host: string,
  calls: readonly Simulated[],
): Promise<ReadonlyMap<string, Placement>> {
  const state = world.get(host)
  if (!isLive(state)) throw new HaopsError("E_CONNECT", `${host} does not answer any more`, { host })
  const command = { argv: ["sh", "-s"], stdin: simulationsScript(calls), timeoutMs: TIMEOUT_MS }
  const result = await state.transport.exec(command, abort)
  if (result.code === 0) return parseSimulations(result.stdout, calls)
  throw new HaopsError("E_COMMAND", `what the cluster would do could not be simulated on ${host}`, { host, result })
}

/** A server of which no haproxy speaks is not known to be down. */
function downIn({ services }: Status) {
  const down = new Set(
    services.flatMap(({ backend, servers }) =>
      servers.filter((server) => !isUp(server)).map(({ name }) => `${backend}/${name}`),
    ),
  )
  return (backend: string, server: string) => down.has(`${backend}/${server}`)
}
