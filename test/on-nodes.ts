// on-nodes.ts: which files of tests on nodes may run side by side, and their turn where there may not be the time for all. As a program it
// prints that, a line for what is run at a time.
import { readdirSync } from "node:fs"
import { fileURLToPath } from "node:url"

/** They bound how long a client goes without an answer, so nothing else runs meanwhile. */
export const TIMED = ["drill", "members", "corosync-change"]

/** On a node each, or on nodes that no cluster elects among, and not by the clock: two at a time use both processors. The longest first. */
export const SINGLE = [
  "services-trixie",
  "services-bullseye",
  "adopt",
  "dialects",
  "cib-transaction",
  "haproxy-source",
  "preflight",
  "quorum",
  "haproxy-certificates",
  "haproxy-config",
  "bundle",
]

/** What comes before all others: the main job, and what else must never be lost. */
const FIRST = ["up", "interrupt", "drift", "loadbalancer-pair", "members", "drill", "corosync-change"]

/** What takes longer than all others comes last: it begins only where the machine is quick enough to end it too. */
const LAST = ["services"]

const DIRECTORY = fileURLToPath(new URL("e2e", import.meta.url))

export function fileOf(name: string): string {
  return `test/e2e/${name}.test.ts`
}

/** Names of files, those that are run at a time together. */
export function turns(): string[][] {
  const names = readdirSync(DIRECTORY).flatMap((file) => /^(.*)\.test\.ts$/.exec(file)?.[1] ?? [])
  const rest = names.filter((name) => ![...FIRST, ...SINGLE, ...LAST].includes(name))
  const pairs = SINGLE.flatMap((_, index) => (index % 2 === 0 ? [SINGLE.slice(index, index + 2)] : []))
  return [...[...FIRST, ...rest].map((name) => [name]), ...pairs, LAST]
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const names of turns()) console.log(names.map(fileOf).join(" "))
}
