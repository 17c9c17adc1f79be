import { foretell } from "../foresight/foretell.ts"
import { type Looked, lookAhead } from "../foresight/look-ahead.ts"
import { cutOf, downOf, failOf, type Scenario, standbyOf } from "../foresight/scenario.ts"
import type { Fault, Target } from "./fault.ts"

/**
 * Where the VIP will be, as `haops what-if` would say; undefined where nobody can tell: whether pacemaker is back before the others give its node
 * up is a race. Where it is on both sides of a cut, by those who have lost the node.
 */
export async function foretoldPlace(
  fault: Fault,
  target: Target,
  looked: Looked,
): Promise<readonly string[] | undefined> {
  const { inventory } = looked.answers
  const hosts = inventory.hosts.map(({ name }) => name)
  const scenario = scenarioOf(fault, target, hosts)
  if (scenario === undefined) return undefined
  const [outlook] = foretell([scenario], await lookAhead(looked, [scenario]))
  const others = outlook?.parts.find((part) => scenario.kind !== "cut" || !part.hosts.includes(target.node))
  return others?.vips.find(({ name }) => name === target.vip.name)?.on
}

function scenarioOf({ kind }: Fault, { node, haproxy }: Target, hosts: readonly string[]): Scenario | undefined {
  switch (kind) {
    case "standby":
      return standbyOf(node, hosts)
    case "haproxy-kill":
      // Under systemd it is back before anybody misses it.
      return haproxy === undefined ? { what: "", kind: "nothing", parts: [hosts] } : failOf(haproxy, hosts, node)
    case "partition":
      return cutOf(node, hosts)
    case "node-freeze":
    case "reboot":
      return downOf([node], hosts)
    default:
      return undefined
  }
}
