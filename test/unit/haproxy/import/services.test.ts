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
  kept?: string[]
}

const cases: ImportCase[] = parse(readFileSync(new URL("../../../cases/haproxy/imports.yaml", import.meta.url), "utf8"))

describe("a file becomes these services, and means the same when they are rendered", () => {
  it.each(cases)("$says", ({ config, services, stats, pools, kept = [] }) => {
    const { result, config: rendered } = roundTrip(config)
    expect(result.haproxy.services).toEqual(services)
    expect(result.haproxy.stats).toEqual(stats)
    expect(result.haproxy.pools).toEqual(pools)
    expect(result.notes.filter((note) => note.kind === "kept").map(({ text }) => text)).toEqual(kept)
    expect(haproxyMeaning(rendered).proxies).toEqual(haproxyMeaning(config).proxies)
  })
})
