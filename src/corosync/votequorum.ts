/** What decides quorum: the nodes that corosync.conf lists, those that are there, and the options of votequorum. */
export interface Electorate {
  nodes: readonly Voter[]
  /** Undefined where none is configured. */
  device?: Device | undefined
  /** Either of two nodes goes on alone. */
  twoNode: boolean
  /** The votes that are expected at least, where an option or what went before says it, and not the list of nodes. */
  expected?: number | undefined
  /** Quorum is not there yet, and `wait_for_all` keeps it until every vote is. */
  waiting: boolean
  /** The node whose side has quorum where just half of the votes is there (`auto_tie_breaker`). */
  tieBreaker?: number | undefined
}

export interface Voter {
  /** Corosync falls back to a number made of the address where no id is given. */
  id: number | undefined
  votes: number
  online: boolean
}

export interface Device {
  /** Undefined where corosync.conf leaves it to corosync: one vote less than the nodes have. */
  votes: number | undefined
  algorithm: string | undefined
  /** The members hear of it. One that is configured and not heard gives no vote, and is expected none the less. */
  heard: boolean
}

export interface Tally {
  /** Votes that are there. */
  votes: number
  expected: number
  /** Votes that are needed. */
  needed: number
  quorate: boolean
  /** The device's part in the votes. */
  deviceVotes: number
}

/**
 * Corosync's arithmetic (exec/votequorum.c, unchanged from 2.4 to 3.1), as it comes out once all members have read the list: half of
 * what is expected and one more. `last_man_standing` counts down what is expected as members go, and each reload counts it up again, so
 * that it has no part here.
 */
export function tally({ nodes, device, twoNode, waiting, tieBreaker, ...given }: Electorate): Tally {
  const present = nodes.filter(({ online }) => online)
  const own = sum(present)
  const worth = device === undefined ? 0 : (device.votes ?? nodes.length - 1)
  const cast = device?.heard && grants(device, present.length, nodes.length) ? worth : undefined
  // Votes that corosync.conf gives to the device are expected only once they were seen, if only as those of a device that is not heard.
  const listed = given.expected ?? sum(nodes) + (device !== undefined && device.votes === undefined ? worth : 0)
  const expected = Math.max(listed, own + worth)
  const votes = own + (cast ?? 0)
  const voters = present.length + (cast === undefined ? 0 : 1)
  const needed = twoNode && voters <= 2 ? 1 : Math.floor(expected / 2) + 1
  const broken = votes === Math.floor(expected / 2) && present.some(({ id }) => id !== undefined && id === tieBreaker)
  const quorate = waiting ? votes === expected : votes >= needed || broken
  return { votes, expected, needed, quorate, deviceVotes: cast ?? 0 }
}

/** How many nodes can fail one after the other, the heaviest first, before quorum is lost. */
export function survives(electorate: Electorate): number {
  if (!tally(electorate).quorate) return 0
  let nodes = electorate.nodes
  for (let failures = 0; ; failures++) {
    const [heaviest] = nodes.filter(({ online }) => online).sort((a, b) => b.votes - a.votes)
    nodes = nodes.map((node) => (node === heaviest ? { ...node, online: false } : node))
    if (heaviest === undefined || !tally({ ...electorate, waiting: false, nodes }).quorate) return failures
  }
}

/** `ffsplit` gives its vote to no less than half of the nodes (qnetd-algo-ffsplit.c); `lms` to whoever is left. */
function grants({ algorithm }: Device, present: number, all: number): boolean {
  return algorithm !== "ffsplit" || present * 2 >= all
}

function sum(nodes: readonly Voter[]): number {
  return nodes.reduce((total, { votes }) => total + votes, 0)
}
