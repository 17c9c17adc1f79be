// Corosync's own counting, function by function from exec/votequorum.c, for members that all see the same: what the prediction is held against.

export interface Config {
  /** Votes by node id. */
  nodes: ReadonlyMap<number, number>
  expectedVotes?: number | undefined
  twoNode: boolean
  waitForAll?: boolean | undefined
  /** `votes` undefined: left to corosync. */
  device?: { votes: number | undefined } | undefined
}

/** The members of one partition. */
export class Corosync {
  quorate = false
  quorum = 0
  expected = 0
  twoNode = false
  waitForAll = false
  waiting = false
  casting = false
  deviceVotes = 0
  readonly #autoset: boolean
  readonly #votes = new Map<number, number>()
  readonly members = new Set<number>()
  #nodeExpected = 0

  constructor(config: Config) {
    this.#autoset = config.waitForAll === undefined
    this.waitForAll = config.waitForAll === true
    this.#read(config)
    this.waiting = this.waitForAll
  }

  /** votequorum_sync_process, message_handler_req_exec_votequorum_nodeinfo */
  join(id: number, config: Config): void {
    this.members.add(id)
    this.#votes.set(id, config.nodes.get(id) ?? 1)
    this.#nodeExpected = this.expected
    this.#recalculate(false)
  }

  leave(id: number): void {
    this.members.delete(id)
    this.#recalculate(false)
  }

  /** votequorum_last_man_standing_timer_fn, which knows no votes but nodes. */
  lastManStanding(): void {
    if (!this.quorate) return
    this.quorum = this.#calculate(true, this.members.size)
    this.expected = this.members.size
    this.#nodeExpected = this.members.size
    this.#areWeQuorate()
  }

  device(casting: boolean): void {
    this.casting = casting
    this.#recalculate(false)
  }

  /** votequorum_refresh_config on every member, and what they tell each other then. */
  reload(config: Config): void {
    const before = this.expected
    const { quorate, waiting } = this
    this.#read(config)
    const told = this.expected
    this.#nodeExpected = this.expected
    this.#recalculate(false)
    // Each says of itself that it has quorum, as it had when the list came.
    if (this.waitForAll && quorate && !waiting) this.waiting = false
    if (told === before) return
    this.#nodeExpected = told
    this.expected = told
    this.#recalculate(true)
  }

  get total(): number {
    return [...this.members].reduce((sum, id) => sum + this.#votes.get(id)!, 0) + (this.casting ? this.deviceVotes : 0)
  }

  /** votequorum_readconfig */
  #read({ nodes, expectedVotes, twoNode, device }: Config): void {
    let listed = [...nodes.values()].reduce((sum, votes) => sum + votes, 0)
    let deviceVotes = device?.votes
    if (device !== undefined && deviceVotes === undefined) {
      deviceVotes = listed - 1
      listed += deviceVotes
    }
    this.twoNode = twoNode
    if (this.#autoset) this.waitForAll = twoNode
    this.expected = expectedVotes ?? listed
    this.deviceVotes = deviceVotes ?? 0
    if (!this.waitForAll && this.#autoset) this.waiting = false
  }

  /** recalculate_quorum */
  #recalculate(allowDecrease: boolean): void {
    const withDevice = this.total - (this.casting ? this.deviceVotes : 0) + this.deviceVotes
    if (withDevice > this.expected) {
      this.expected = withDevice
      this.#nodeExpected = withDevice
    }
    this.quorum = this.#calculate(allowDecrease)
    this.#areWeQuorate()
  }

  /** calculate_quorum */
  #calculate(allowDecrease: boolean, expected = this.#nodeExpected): number {
    const voters = this.members.size + (this.casting ? 1 : 0)
    let quorum = Math.max(Math.floor((expected + 2) / 2), Math.floor((this.total + 2) / 2))
    if (!allowDecrease) quorum = Math.max(this.quorum, quorum)
    return this.twoNode && voters <= 2 ? 1 : quorum
  }

  /** are_we_quorate */
  #areWeQuorate(): void {
    if (this.waitForAll && this.waiting) {
      if (this.total !== this.expected) return
      this.waiting = false
    }
    this.quorate = this.quorum <= this.total
    if (this.waitForAll) this.waiting = !this.quorate
  }
}
