/** The votes of a cluster in which every node has one. */
export interface Votes {
  nodes: number
  online: number
  /** Votes that are needed. */
  quorum: number
  quorate: boolean
  /** How many more nodes can fail before quorum is lost; 0 where it is lost already. */
  survives: number
}

/**
 * Corosync's arithmetic: more than half of the nodes. Of two nodes either goes on alone (`two_node`, which the shells set by
 * themselves), so that one failure is survived; whether that is safe is up to fencing.
 */
export function votesOf(nodes: number, online: number): Votes {
  const quorum = nodes === 2 ? 1 : Math.floor(nodes / 2) + 1
  return { nodes, online, quorum, quorate: online >= quorum, survives: Math.max(0, online - quorum) }
}

/** `3 of 4 nodes online, quorum is 3, survives no failure`. */
export function describeVotes({ nodes, online, quorum, survives }: Votes): string {
  return `${online} of ${nodes} ${nodes === 1 ? "node" : "nodes"} online, quorum is ${quorum}, survives ${failures(survives)}`
}

/** `quorate 3/3 (survives 1 failure)`. */
export function describeQuorate({ nodes, online, survives }: Votes): string {
  return `quorate ${online}/${nodes} (survives ${failures(survives)})`
}

function failures(survived: number): string {
  if (survived === 0) return "no failure"
  return `${survived} ${survived === 1 ? "failure" : "failures"}`
}
