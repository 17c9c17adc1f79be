import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { parse } from "yaml"
import { haproxyMeaning } from "../../../src/haproxy/config/meaning.ts"
import { render, type Setting } from "./support.ts"

const CASES = new URL("../../cases/haproxy/", import.meta.url)

interface Difference {
  /** A section, or `each listen`. */
  in: string
  seed?: string[]
  ours?: string[]
  because: string
}

interface SeedCase extends Setting {
  replace?: [string, string][]
  differences: Difference[]
}

const names = readdirSync(CASES).flatMap((file) => /^(seed-.*)\.yaml$/.exec(file)?.[1] ?? [])

describe("an inventory of each seed renders to what the seed's own file means, but for the listed differences", () => {
  it.each(names)("%s", (name) => {
    const seedCase: SeedCase = parse(read(`${name}.yaml`))
    const group = seedCase.loadbalancers === undefined ? "controllers" : "loadbalancers"
    const seed = bySection(
      (seedCase.replace ?? []).reduce((text, [a, b]) => text.replaceAll(a, b), read(`${name}.cfg`)),
    )
    const ours = bySection(render(seedCase, group))
    expect(Object.keys(ours).sort()).toEqual(Object.keys(seed).sort())
    for (const section of Object.keys(seed)) {
      const expected = expectedDifference(section, seedCase.differences)
      const found = { seed: only(seed[section]!, ours[section]!), ours: only(ours[section]!, seed[section]!) }
      expect({ section, ...found }).toEqual({ section, ...expected })
    }
  })

  it("keeps the order of servers and rules", () => {
    for (const name of names) {
      const seedCase: SeedCase = parse(read(`${name}.yaml`))
      const ours = bySection(render(seedCase, seedCase.loadbalancers === undefined ? "controllers" : "loadbalancers"))
      const hosts = (lines: string[]): string[] => lines.filter((line) => line.startsWith("server ")).map(serverName)
      const seed = bySection(
        (seedCase.replace ?? []).reduce((text, [a, b]) => text.replaceAll(a, b), read(`${name}.cfg`)),
      )
      for (const [section, lines] of Object.entries(seed)) expect(hosts(ours[section]!)).toEqual(hosts(lines))
    }
  })
})

function serverName(line: string): string {
  return line.split(" ")[1]!
}

function read(file: string): string {
  return readFileSync(new URL(file, CASES), "utf8")
}

function bySection(config: string): Record<string, string[]> {
  const { global, proxies } = haproxyMeaning(config)
  return Object.fromEntries([
    ["global", [...global]],
    ...Object.entries(proxies).map(([key, lines]) => [key, [...lines]]),
  ])
}

function only(lines: readonly string[], others: readonly string[]): string[] {
  return lines.filter((line) => !others.includes(line)).sort()
}

function expectedDifference(section: string, differences: readonly Difference[]): { seed: string[]; ours: string[] } {
  const here = differences.filter((one) => one.in === section || one.in === `each ${section.split(" ")[0]}`)
  return { seed: here.flatMap((one) => one.seed ?? []).sort(), ours: here.flatMap((one) => one.ours ?? []).sort() }
}
