import { type Electorate, survives, tally } from "../corosync/votequorum.ts"

/** The votes of a cluster. */
export interface Votes {
  nodes: number
  online: number
  /** Votes that are needed. */
  quorum: number
  quorate: boolean
  /** How many more nodes can fail before quorum is lost; 0 where it is lost already. */
  survives: number
  /** Where votes are not just nodes. */
  ballots?: { votes: number; expected: number; device: "votes" | "silent" | undefined }
}

/** A cluster in which every node has one vote. Of two nodes either goes on alone (`two_node`, which the shells set by themselves). */
export function votesOf(nodes: number, online: number): Votes {
  const voters = Array.from({ length: nodes }, (_, index) => ({ id: undefined, votes: 1, online: index < online }))
  return count({ nodes: voters, twoNode: nodes === 2, waiting: false })
}

/** The votes as corosync would count them; whether two nodes that go on alone are safe is up to fencing. */
export function count(electorate: Electorate): Votes {
  const { nodes, device } = electorate
  const { votes, expected, needed, quorate, deviceVotes } = tally(electorate)
  const plain = device === undefined && expected === nodes.length && nodes.every((node) => node.votes === 1)
  const vote = device === undefined ? undefined : deviceVotes > 0 ? "votes" : "silent"
  return {
    nodes: nodes.length,
    online: nodes.filter(({ online }) => online).length,
    quorum: needed,
    quorate,
    survives: survives(electorate),
    ...(plain ? {} : { ballots: { votes, expected, device: vote } }),
  }
}

/** `3 of 4 nodes online, quorum is 3, survives no failure`. */
export function describeVotes(votes: Votes): string {
  const { nodes, online, quorum, survives: survived } = votes
  const seen = `${online} of ${nodes} ${nodes === 1 ? "node" : "nodes"} online`
  return `${seen}${describeBallots(votes)}, quorum is ${quorum}, survives ${failures(survived)}`
}

/** `quorate 3/3 (survives 1 failure)`. */
export function describeQuorate({ nodes, online, survives: survived }: Votes): string {
  return `quorate ${online}/${nodes} (survives ${failures(survived)})`
}

function describeBallots({ ballots }: Votes): string {
  if (ballots === undefined) return ""
  const devices = { votes: " with the quorum device", silent: ", none from the quorum device" }
  const device = ballots.device === undefined ? "" : devices[ballots.device]
  return `, ${ballots.votes} of ${ballots.expected} votes${device}`
}

function failures(survived: number): string {
  if (survived === 0) return "no failure"
  return `${survived} ${survived === 1 ? "failure" : "failures"}`
}
