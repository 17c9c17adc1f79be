import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, normalize } from "node:path"
import { expect, test } from "vitest"

const src = join(import.meta.dirname, "../../src")
const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"))

/** From the ground up: a room imports from its own floor and from those below. */
const FLOORS = [
  ["base"],
  ["model", "document", "startup"],
  ["transport"],
  ["host"],
  [
    "booth",
    "corosync",
    "firewall",
    "galera",
    "haproxy",
    "keepalived",
    "keystone",
    "memcached",
    "membership",
    "pacemaker",
    "rabbitmq",
    "sbd",
    "upgrade",
    "vip",
  ],
  ["components.ts"],
  ["engine", "inventory"],
  ["adopt", "backup", "collect", "playbook", "status"],
  ["verify", "foresight"],
  ["drill"],
  ["output"],
  ["verbs"],
  ["program.ts"],
  ["cli.ts"],
  ["build"],
]
/** What the engine must not know, and what must not know it. */
const THINGS = FLOORS[4]!

const importsOf = new Map(files.map((file) => [file, imports(file)]))
const all = [...importsOf].flatMap(([from, to]) => to.map((file) => [from, file] as const))

test("every file has a floor, and the reading of imports finds them", () => {
  expect(files.filter((file) => floor(file) < 0)).toEqual([])
  expect(importsOf.get("cli.ts")).toContain("program.ts")
})

test("imports go downward", () => {
  expect(all.filter(([from, to]) => floor(to) > floor(from)).map(words)).toEqual([])
})

test("the engine imports no thing", () => {
  expect(all.filter(([from, to]) => room(from) === "engine" && THINGS.includes(room(to))).map(words)).toEqual([])
})

test("no file comes back to itself by what it imports", () => {
  expect(files.filter((file) => reaches(file, file)).sort()).toEqual([])
})

function imports(file: string): string[] {
  const text = readFileSync(join(src, file), "utf8")
  const found = text.matchAll(/^(?:import|export)\b[^"]*?"(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/gm)
  return [...found].map(([, still, lazy]) => normalize(join(dirname(file), (still ?? lazy)!)))
}

function room(file: string): string {
  return file.split("/")[0]!
}

function floor(file: string): number {
  return FLOORS.findIndex((rooms) => rooms.includes(room(file)))
}

function words([from, to]: readonly [string, string]): string {
  return `src/${from} imports src/${to}`
}

function reaches(file: string, wanted: string, seen = new Set<string>()): boolean {
  return (importsOf.get(file) ?? []).some((next) => {
    if (next === wanted) return true
    if (seen.has(next)) return false
    seen.add(next)
    return reaches(next, wanted, seen)
  })
}
