import type { Status } from "../status/model.ts"
import type { DrillKind, Fault, Target } from "./fault.ts"

/** What will happen, for the one who is asked whether it may: the fault itself, then what not everybody expects of it. Pure. */
export function expectations(fault: Fault, { node, vip }: Target, { pacemaker }: Status): readonly string[] {
  const fenced = pacemaker?.fencing.state === "on"
  const alone = pacemaker?.noQuorumPolicy === "ignore"
  switch (fault.kind as DrillKind) {
    case "standby":
      return [`${node} is drained, and takes resources again afterwards.`]
    case "haproxy-kill":
      return [`haproxy is killed (SIGKILL) on ${node}, and every connection through it is cut.`]
    case "pacemaker-kill":
      return [
        `pacemaker is killed (SIGKILL) on ${node}; its resources keep running.`,
        fenced
          ? fencedWords(node)
          : `Nothing fences ${node}: until pacemaker is back there, ${vip.name} may be on two nodes.`,
      ]
    case "node-freeze":
      return [
        `${node} hangs: its cluster and haproxy are stopped, and it sends nothing but ssh, services on it included.`,
        ...(pacemaker === undefined ? [] : [fenced ? fencedWords(node) : thawWords(node, vip.name)]),
      ]
    case "reboot":
      return [`${node} is restarted as a whole, with all that runs there.`]
    case "partition":
      return [
        `corosync of ${node} and of the others no longer hear each other; clients still reach ${node}.`,
        fenced
          ? fencedWords(node)
          : alone
            ? `SPLIT BRAIN: nothing fences, and no-quorum-policy is ignore, so that ${node} and the others both go on, each with ${vip.name}, until the drill ends.`
            : `Nothing fences ${node}: until it has stopped its resources for want of quorum, ${vip.name} may be on two nodes.`,
      ]
  }
}

function fencedWords(node: string): string {
  return `The cluster fences ${node}: it is reset, and has to come back by itself.`
}

function thawWords(node: string, vip: string): string {
  return `Nothing fences ${node}: when it wakes up it has ${vip} too, until the cluster has sorted that out by a restart of ${vip}.`
}
