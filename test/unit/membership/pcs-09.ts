import type { MemberFiles } from "../../../src/membership/situation.ts"

/** A host as pcs 0.9 meets it. */
export interface Pcs09Host {
  /** Its pcsd answers. */
  answers: boolean
  /** Names in its corosync.conf; undefined: it has none. */
  members?: readonly string[] | undefined
  /** Both of its addresses are in use. */
  alternate?: boolean | undefined
  device?: boolean | undefined
  /** Certificates of corosync-qnetd. */
  certificates?: boolean | undefined
}

/** Hosts by name, and the tokens that the one which is spoken to holds: whether the other side takes them. */
export interface Pcs09World {
  on: string
  hosts: Record<string, Pcs09Host>
  tokens: Record<string, boolean>
}

interface Line {
  options: Readonly<Record<string, string | true>>
  words: readonly string[]
  stdin: string
}

const VALUED =
  /^(-[fpu]|--(name|transport|token|token_coefficient|join|consensus|miss_count_const|fail_recv_const|netmtu)|--(wait_for_all|auto_tie_breaker|last_man_standing|last_man_standing_window|request-timeout|watchdog|device))$/
const PLAIN = /^--(force|skip-offline|all|full|local|start|enable|async|debug)$/

/** Thrown for what pcs ends with exit code 1 for. */
class Refusal extends Error {}

/**
 * Stands in for pcs 0.9.169: reads a command line by its options and words, refuses what it refuses for the state that its hosts are in, and
 * changes that as it does. Told by its source; its words for a refusal are other ones.
 */
export function pcs09(world: Pcs09World, argv: readonly string[], stdin = ""): { code: number; said: string } {
  try {
    const line = { ...read(argv), stdin }
    const [verb] = Object.keys(VERBS).filter((one) => `${line.words.join(" ")} `.startsWith(`${one} `))
    if (verb === undefined) throw new Refusal("usage")
    VERBS[verb]!({ ...line, words: line.words.slice(verb.split(" ").length) }, world)
    return { code: 0, said: "" }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { code: 1, said: error.message }
  }
}

/** The world of a step: who could be asked answers, and the elected member's tokens are taken but for those named. */
export function worldOf(
  on: string,
  haves: Readonly<Record<string, MemberFiles>>,
  { away = [], stale = [] }: { away?: readonly string[]; stale?: readonly string[] } = {},
): Pcs09World {
  const known = [...(haves[on]?.known.keys() ?? [])]
  const device = haves[on]?.conf?.device !== undefined
  const hosts = Object.entries(haves).map(([name, { conf }]): [string, Pcs09Host] => [
    name,
    { answers: true, members: conf?.nodes.map((node) => node.name), device: device && conf !== undefined },
  ])
  return {
    on,
    hosts: Object.fromEntries([...hosts, ...away.map((name): [string, Pcs09Host] => [name, { answers: false }])]),
    tokens: Object.fromEntries(known.map((name) => [name, !stale.includes(name)])),
  }
}

type Verb = (line: Line, world: Pcs09World) => void

const VERBS: Readonly<Record<string, Verb>> = {
  "cluster auth": auth,
  "cluster setup": setup,
  "cluster sync": sync,
  "cluster node add": add,
  "cluster node remove": remove,
  "cluster destroy": (_, world) => clear(own(world)),
  "qdevice setup": qdeviceSetup,
  "quorum device add": deviceAdd,
  "quorum device remove": deviceRemove,
}

/** The tokens of a cluster's node are handed to all of its members at once. */
function auth({ words, options, stdin }: Line, world: Pcs09World): void {
  if (words.length === 0) throw new Refusal("usage")
  if (options["-u"] !== "hacluster" || !/^.+\n$/.test(stdin)) throw new Refusal("username or password is wrong")
  const silent = words.filter((name) => world.hosts[name]?.answers !== true)
  for (const name of words) if (!silent.includes(name)) world.tokens[name] = true
  const untold = members(world).filter((name) => !commands(world, name))
  if (silent.length + untold.length > 0) throw new Refusal(`not told: ${[...silent, ...untold].join(" ")}`)
}

function setup({ words, options }: Line, world: Pcs09World): void {
  const nodes = words.map((word) => word.split(","))
  if (options["--name"] === undefined || nodes.length === 0) throw new Refusal("usage")
  if (new Set(nodes.map((addresses) => addresses.length)).size > 1 || nodes.some(({ length }) => length > 2)) {
    throw new Refusal("two addresses for each node, or one")
  }
  if (!["udp", "udpu"].includes(String(options["--transport"] ?? "udpu"))) throw new Refusal("transport")
  for (const one of ["--wait_for_all", "--auto_tie_breaker", "--last_man_standing"]) {
    if (!["0", "1"].includes(String(options[one] ?? "0"))) throw new Refusal(one)
  }
  const names = nodes.map(([name = ""]) => name)
  for (const name of names) available(name, world)
  for (const [name = "", alternate] of nodes) {
    Object.assign(world.hosts[name]!, { members: names, alternate: alternate !== undefined })
  }
}

/** One after the other, and at the first that it cannot reach it ends. */
function sync(_: Line, world: Pcs09World): void {
  for (const name of members(world)) {
    if (!commands(world, name)) throw new Refusal(`${name} is not told`)
    world.hosts[name]!.members = members(world)
  }
}

/** A member that does not answer is passed over with a word. */
function add({ words }: Line, world: Pcs09World): void {
  const [[name = "", alternate] = []] = words.map((word) => word.split(","))
  if (words.length !== 1) throw new Refusal("usage")
  if ((alternate !== undefined) !== (own(world).alternate === true)) throw new Refusal("another number of addresses")
  available(name, world)
  if (members(world).includes(name)) throw new Refusal(`${name} is in the configuration already`)
  const all = [...members(world), name]
  for (const one of all) if (commands(world, one)) world.hosts[one]!.members = all
}

/** By `--force` neither is it asked whether the node answers, nor does it matter. */
function remove({ words, options }: Line, world: Pcs09World): void {
  const [name = ""] = words
  if (words.length !== 1) throw new Refusal("usage")
  if (options["--force"] === undefined && !commands(world, name)) throw new Refusal(`${name} does not take the token`)
  if (!members(world).includes(name)) throw new Refusal(`${name} is not in the configuration`)
  const others = members(world).filter((one) => one !== name)
  if (commands(world, name)) clear(world.hosts[name]!)
  for (const one of others) if (commands(world, one)) world.hosts[one]!.members = others
}

function qdeviceSetup({ words }: Line, world: Pcs09World): void {
  if (words.join(" ") !== "model net") throw new Refusal("usage")
  if (own(world).certificates === true) throw new Refusal("is set up already")
  own(world).certificates = true
}

/** Every member has to answer, and the device's host gives out its certificate. */
function deviceAdd({ words }: Line, world: Pcs09World): void {
  const [model, net, ...options] = words
  const given = new Map(options.map((word) => word.split("=", 2) as [string, string]))
  if (model !== "model" || net !== "net" || !given.has("host")) throw new Refusal("usage")
  if (!["ffsplit", "lms"].includes(given.get("algorithm") ?? "")) throw new Refusal("algorithm")
  if (own(world).device === true) throw new Refusal("there is one")
  whole(world, [given.get("host")!])
  for (const name of members(world)) world.hosts[name]!.device = true
}

function deviceRemove({ words }: Line, world: Pcs09World): void {
  if (words.length > 0 || own(world).device !== true) throw new Refusal("there is none")
  whole(world)
  for (const name of members(world)) world.hosts[name]!.device = false
}

function whole(world: Pcs09World, besides: readonly string[] = []): void {
  const silent = [...members(world), ...besides].filter((name) => !commands(world, name))
  if (silent.length > 0) throw new Refusal(`not told: ${silent.join(" ")}`)
}

function available(name: string, world: Pcs09World): void {
  if (!commands(world, name)) throw new Refusal(`${name} does not take the token`)
  if (world.hosts[name]!.members !== undefined) throw new Refusal(`${name} is in a cluster`)
}

function commands({ hosts, tokens }: Pcs09World, name: string): boolean {
  return hosts[name]?.answers === true && tokens[name] === true
}

function own({ hosts, on }: Pcs09World): Pcs09Host {
  return hosts[on]!
}

function members(world: Pcs09World): readonly string[] {
  return own(world).members ?? []
}

function clear(host: Pcs09Host): void {
  host.members = undefined
  host.device = false
}

/** Python's `gnu_getopt`: options among the words, `--name value` and `--name=value`. */
function read(argv: readonly string[]): Pick<Line, "options" | "words"> {
  const options: Record<string, string | true> = {}
  const words: string[] = []
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index]!
    if (!word.startsWith("-")) {
      words.push(word)
      continue
    }
    const [name = "", inline] = word.split(/=(.*)/s, 2)
    const valued = VALUED.test(name)
    if (!valued && !PLAIN.test(name)) throw new Refusal(`option ${name} not recognized`)
    if (options[name] !== undefined) throw new Refusal(`${name} can only be used once`)
    options[name] = valued ? (inline ?? argv[++index] ?? "") : true
  }
  return { options, words }
}
