import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { parse } from "yaml"
import { haproxyMeaning } from "../../../../src/haproxy/config/meaning.ts"
import { roundTrip } from "./support.ts"

interface ImportCase {
  says: string
  config: string
  /** What the haproxy section has besides haops' defaults being switched off. */
  services?: unknown
  stats?: unknown
  pools?: unknown
  raw?: unknown
  kept?: string[]
}

const cases: ImportCase[] = parse(readFileSync(new URL("../../../cases/haproxy/imports.yaml", import.meta.url), "utf8"))

describe("a file becomes these services, and means the same when they are rendered", () => {
  it.each(cases)("$says", ({ config, services, stats, pools, raw, kept = [] }) => {
    const { result, config: rendered } = roundTrip(config)
    expect(result.haproxy.services).toEqual(services)
    expect(result.haproxy.stats).toEqual(stats)
    expect(result.haproxy.pools).toEqual(pools)
    if (raw !== undefined) expect(result.haproxy.raw).toEqual(raw)
    expect(result.notes.filter((note) => note.kind === "kept").map(({ text }) => text)).toEqual(kept)
    const [before, after] = [haproxyMeaning(config), haproxyMeaning(rendered)]
    expect(after.proxies).toEqual(before.proxies)
    expect(after.others).toEqual(before.others)
    expect(after.global).toEqual(expect.arrayContaining([...before.global]))
  })
})

describe("servers by a name that no host can have", () => {
  it.each(["api_1", "1", "all", `${"x".repeat(70)}`])("are no hosts of the inventory's: %s", (name) => {
    const { result, config } = roundTrip(`listen web\n  bind 10.0.0.9:80\n  mode tcp\n  server ${name} 10.0.0.1:8080\n`)
    expect(result.hosts).toEqual([])
    expect(config).toContain(`server ${name} 10.0.0.1:8080`)
  })
})
