import type { Notes } from "../../document/notes.ts"
import type { Path } from "../../document/problems.ts"
import type { Group, Host, Pacemaker } from "../../model/inventory.ts"
import { addressesOf } from "../../vip/section/expand.ts"

const LINKS: Readonly<Record<Pacemaker["transport"], number>> = { knet: 8, udpu: 1, udp: 1 }

/** Where it is said which hosts are members. */
const GROUP: Path = ["pacemaker", "on"]

/** What corosync asks of its members: as many links each as the others, and no more than the transport carries. */
export function checkMembers(
  members: readonly Host[],
  { on, transport, arbiter = false }: Pick<Pacemaker, "on" | "transport"> & { arbiter?: boolean },
  notes: Notes,
): void {
  checkCount(members.length, { on, arbiter }, notes)
  const expected = mostCommon(members.map((host) => host.links.length))
  for (const host of members) {
    const count = host.links.length
    const path = [on, host.name, "links"]
    if (count > LINKS[transport]) {
      const unless = [GROUP, ["pacemaker", "transport"]]
      notes.problem(path, `${transport} carries ${links(LINKS[transport])}, not ${count}`, { unless })
    } else if (count !== expected) {
      const unless = [GROUP, ...addressesOf(on)]
      notes.problem(path, `${links(count)} here, ${expected} on the other members`, { unless })
    }
  }
}

/** A quorum device is the odd vote that an even number of members lacks. */
function checkCount(count: number, { on, arbiter }: { on: Group; arbiter: boolean }, notes: Notes): void {
  if (count === 0)
    notes.problem(["pacemaker", "on"], `pacemaker is to run on ${on}, and there are none`, {
      unless: [[on, "*"], GROUP],
    })
  if (count === 1) notes.warning([on], "one member is no cluster: nothing can fail over")
  if (arbiter) return
  if (count === 2) notes.warning([on], "two members cannot tell a dead peer from a cut network; a third one can")
  if (count > 2 && count % 2 === 0) {
    const survives = count / 2 - 1
    const failures = survives === 1 ? "1 failure" : `${survives} failures`
    notes.warning([on], `an even number of members: ${count} survive ${failures}, as ${count - 1} do`)
  }
}

function links(count: number): string {
  return count === 1 ? "1 link" : `${count} links`
}

function mostCommon(counts: readonly number[]): number | undefined {
  const times = (count: number) => counts.filter((other) => other === count).length
  return [...counts].sort((a, b) => times(b) - times(a))[0]
}
