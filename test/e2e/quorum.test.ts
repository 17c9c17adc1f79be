import { describe, expect } from "vitest"
import { parseCorosyncConf } from "../../src/corosync/conf.ts"
import { parseQuorum, type Quorum } from "../../src/corosync/quorumtool.ts"
import { type Tally, tally } from "../../src/corosync/votequorum.ts"
import { countsOf } from "../../src/foresight/foretell.ts"
import { downOf } from "../../src/foresight/scenario.ts"
import { afterwards, asItIs, type VotingView, whileLeaving } from "../../src/membership/electorate.ts"
import { CLAIMS, claimsScript } from "../../src/vip/view/claims.ts"
import { corosyncs, startCorosyncs } from "./harness/corosyncs.ts"
import { nodeTest } from "./harness/lab-test.ts"
import { until } from "./harness/until.ts"

// Two to five nodes, one or two of them down, without a device, with one and with one that has died: what is foreseen is what corosync counts
// then. Corosync is real; the device's vote is told to it as its daemon would, by the rules of corosync-qnetd.

const test = nodeTest(() => startCorosyncs("haops-prepared:bookworm"))

interface Kind {
  name: string
  algorithm: "none" | "ffsplit" | "lms"
  /** What the device gives to those that are there, of so many. */
  gives(there: number, all: number): 0 | 1
}

const KINDS: readonly Kind[] = [
  { name: "without a device", algorithm: "none", gives: () => 0 },
  { name: "with ffsplit", algorithm: "ffsplit", gives: (there, all) => (there * 2 >= all ? 1 : 0) },
  { name: "with lms", algorithm: "lms", gives: () => 1 },
  { name: "with a device that has died", algorithm: "ffsplit", gives: () => 0 },
]

describe.concurrent("what is foreseen is what corosync counts, from five nodes down to two", () => {
  const kinds = KINDS.map((kind, number) => ({ kind, number, name: kind.name }))
  test.for(kinds)("$name", async ({ kind, number }, { node }) => {
    await walk(new Cluster(kind, corosyncs(node, number)))
  })
})

test("a host with a VIP hears who else claims it, but for a network that answers for all", async ({ node }) => {
  const run = corosyncs(node, 7)
  const address = (verb: "add" | "del", id: number, of: string) => `ip -n h${id} addr ${verb} ${of}/24 dev eth0`
  const vip = "10.99.7.100"
  const asked = async (id: number) =>
    CLAIMS.parse((await run(`cat >/claims <<'E'\n${claimsScript([vip])}\nE\non ${id} sh /claims`)).trim())
  await run(`found 3; ${address("add", 1, vip)}`)
  expect(await asked(1)).toEqual(new Map())
  await run(address("add", 3, vip))
  const mac = (await run("on 3 cat /sys/class/net/eth0/address")).trim()
  expect(await asked(1)).toEqual(new Map([[vip, [mac]]]))
  expect(await asked(2)).toEqual(new Map())
  await run(address("add", 3, "10.99.7.1"))
  expect(await asked(1)).toEqual(new Map())
})

async function walk(cluster: Cluster): Promise<void> {
  await cluster.found(5)
  for (const all of [5, 4, 3, 2]) {
    const [ids, there, left] = [upTo(all), upTo(all - 1), upTo(all - 2)]
    await loseTwo(cluster, ids)
    await cluster.stop(all, there)
    const joining = afterwards({ joining: "n9" }, await cluster.view(), "pcs-0.11")
    await cluster.rewrite([...ids, all + 1])
    await cluster.counts(tally(joining))
    await cluster.rewrite(ids)
    const forgetting = afterwards({ without: `n${all}` }, await cluster.view(), "pcs-0.11")
    await cluster.rewrite(there)
    await cluster.counts(tally(forgetting))
    if (all === 2) return
    await cluster.rewrite(ids)
    const whole = await cluster.view()
    await cluster.stop(all - 1, left)
    await cluster.counts(tally(whileLeaving(`n${all - 1}`, whole)!))
    await cluster.rewrite([...left, all])
    await cluster.counts(tally(afterwards({ without: `n${all - 1}` }, whole, "pcs-0.11")))
    await cluster.rewrite(there)
    await cluster.start([all - 1], there)
  }
}

/** At once and without a word, as `haops what-if --down` has it. */
async function loseTwo(cluster: Cluster, ids: readonly number[]): Promise<void> {
  if (ids.length < 3) return
  const names = ids.map((id) => `n${id}`)
  const electorate = asItIs(await cluster.view())!
  const [foretold] = countsOf(downOf(names.slice(-2), names), { roll: { names, electorate } })
  await cluster.crash(ids.slice(-2), ids.slice(0, -2))
  await cluster.counts(foretold!)
  await cluster.start(ids.slice(-2), ids)
}

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1)
}

class Cluster {
  readonly #kind: Kind
  readonly #run: (line: string) => Promise<string>
  #ids: readonly number[] = []
  #there: readonly number[] = []
  /** A vote that was given stands until the members change. */
  #given = ""

  constructor(kind: Kind, run: (line: string) => Promise<string>) {
    this.#kind = kind
    this.#run = run
  }

  async found(count: number): Promise<void> {
    this.#ids = upTo(count)
    const ids = this.#ids.join(" ")
    await this.#run(`found ${count}; conf ${this.#kind.algorithm} ${ids}; up ${ids}`)
    await this.#seen(this.#ids)
    // As by the device's own daemon: heard first, whatever comes then.
    if (this.#kind.algorithm !== "none") await this.#run(`cast 1 ${ids}`)
    await this.#cast()
  }

  async crash(ids: readonly number[], there: readonly number[]): Promise<void> {
    await this.#run(`crash ${ids.join(" ")}`)
    await this.#seen(there)
    await this.#cast()
  }

  async stop(id: number, there: readonly number[]): Promise<void> {
    await this.#run(`down ${id}`)
    await this.#seen(there)
    await this.#cast()
  }

  async start(ids: readonly number[], there: readonly number[]): Promise<void> {
    await this.#run(`up ${ids.join(" ")}`)
    await this.#seen(there)
    await this.#cast()
  }

  async rewrite(ids: readonly number[]): Promise<void> {
    this.#ids = ids
    await this.#run(`conf ${this.#kind.algorithm} ${ids.join(" ")}; reload`)
    await this.#cast()
  }

  async view(): Promise<VotingView> {
    const conf = parseCorosyncConf(await this.#run("file 1"))
    return { conf, vendor: false, known: new Map(), status: undefined, quorum: await this.#votes() }
  }

  async counts(foreseen: Tally): Promise<void> {
    const wanted = counted(foreseen)
    let seen = ""
    const what = () => `${this.#kind.name}, ${this.#there} of ${this.#ids}: ${wanted}, and not ${seen}`
    const same = async () => {
      seen = counted(await this.#votes())
      return seen === wanted
    }
    await until(same, { what: "the count", timeoutMs: 5000, everyMs: 50 }).catch((cause: unknown) => {
      throw new Error(what(), { cause })
    })
  }

  async #seen(there: readonly number[]): Promise<void> {
    const what = `${this.#kind.name}: members ${there}`
    await until(async () => (await this.#votes())?.members.join() === there.join(), { what, everyMs: 50 })
    this.#there = there
    this.#given = ""
  }

  async #cast(): Promise<void> {
    const vote = `cast ${this.#kind.gives(this.#there.length, this.#ids.length)} ${this.#there.join(" ")}`
    if (this.#kind.algorithm !== "none" && vote !== this.#given) await this.#run(vote)
    this.#given = vote
  }

  async #votes(): Promise<Quorum | undefined> {
    return parseQuorum(await this.#run("votes 1"))
  }
}

function counted(of: Pick<Quorum, "votes" | "expected" | "needed" | "quorate"> | undefined): string {
  return of === undefined ? "nothing" : `${of.votes} of ${of.expected}, ${of.needed} needed, quorate ${of.quorate}`
}
