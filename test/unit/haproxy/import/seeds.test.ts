import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { haproxyMeaning } from "../../../../src/haproxy/config/meaning.ts"
import { importHaproxy } from "../../../../src/haproxy/import/import.ts"
import { roundTrip } from "./support.ts"

const CASES = new URL("../../../cases/haproxy/", import.meta.url)
const SEEDS = readdirSync(CASES).filter((file) => /^seed-.*\.cfg$/.test(file))

/** What haops adds to every stats page, and what haproxy calls it by itself. */
const PAGE = ["stats realm HAProxy Statistics", "stats hide-version", "stats show-legends", "stats show-node"]

describe("a seed's file, imported and rendered back, means the same", () => {
  it("is tried with all five of them", () => {
    expect(new Set(SEEDS.map((file) => file.slice(5, 8)))).toEqual(new Set(["000", "001", "002", "003", "004"]))
  })

  it.each(SEEDS)("%s: every proxy", (file) => {
    const text = read(file)
    const [before, after] = [haproxyMeaning(text), haproxyMeaning(roundTrip(text).config)]
    expect(proxies(after)).toEqual(proxies(before))
    expect(after.others).toEqual(before.others)
  })

  it.each(SEEDS)(
    "%s: its global section, but for what starts haproxy and what haops adds to be able to reload it",
    (file) => {
      const text = read(file)
      const [before, after] = [haproxyMeaning(text).global, haproxyMeaning(roundTrip(text).config).global]
      const lost = before.filter((line) => !after.includes(line) && !line.startsWith("stats socket "))
      expect(lost.filter((line) => !/^(daemon|pidfile .*)$/.test(line))).toEqual([])
      const added = after.filter((line) => !before.includes(line) && !line.startsWith("stats "))
      expect(added).toEqual(file === "seed-003.cfg" ? ["chroot /var/lib/haproxy", "group haproxy", "user haproxy"] : [])
    },
  )

  it.each(SEEDS)("%s: every difference is told of", (file) => {
    const text = read(file)
    const { result, config } = roundTrip(text)
    const [before, after] = [haproxyMeaning(text), haproxyMeaning(config)]
    for (const section of ["global", ...Object.keys(before.proxies)]) {
      const [old, now] = [linesOf(before, section), linesOf(after, section)]
      // By a note of its own section, or one of none: what is said of another does not tell it.
      const told = result.notes
        .filter((note) => note.section === undefined || note.section === section)
        .map(({ text }) => text)
      for (const line of [...only(old, now), ...only(now, old)]) {
        const word = line.split(" ")[0]!
        expect(
          told.some((text) => text.split(/[^\w.-]+/).includes(word)),
          `${section}: ${line}\n${told.join("\n")}`,
        ).toBe(true)
      }
    }
  })

  it.each(SEEDS)("%s: importing what was rendered gives the same again", (file) => {
    const first = roundTrip(read(file))
    const again = roundTrip(first.config, [...first.result.vips])
    expect(again.result.haproxy).toEqual(first.result.haproxy)
  })
})

describe("the text of seed 000 itself", () => {
  const seed = read("seed-000.cfg").replaceAll("bind 10.0.0.11:", "bind <Virtual IP>:")

  it("is imported where its placeholder's address is said", () => {
    const { config, result } = roundTrip(seed, [{ name: "vip", address: "10.0.0.11" }])
    expect(haproxyMeaning(config).proxies).toEqual(haproxyMeaning(read("seed-000.cfg")).proxies)
    expect(result.notes[0]).toMatchObject({ line: 22, text: "<Virtual IP> is taken for 10.0.0.11" })
  })

  it("is refused where it is not", () => {
    expect(() => importHaproxy({ text: seed, vips: [], hosts: [] })).toThrow(/line 22: <Virtual IP> stands where/)
  })
})

describe("what comes of a seed's file", () => {
  it("names a preset where services are exactly its own, and keeps the others as they are", () => {
    const { services } = roundTrip(read("seed-000.cfg")).result.haproxy
    const presets = services?.flatMap((entry) => ("preset" in entry ? [entry] : []))
    expect(presets).toMatchObject([{ preset: "openstack", without: expect.arrayContaining(["dashboard_ssl_cluster"]) }])
    expect(services?.flatMap((entry) => ("preset" in entry ? [] : [entry.name]))).toEqual([
      "dashboard_cluster",
      "galera_cluster",
      "keystone_public_internal_cluster",
    ])
  })

  it("says in a backend nothing that its defaults say already", () => {
    const { services } = roundTrip(read("seed-004-galera.cfg")).result.haproxy
    expect(services).toHaveLength(1)
    expect(services?.[0]).not.toHaveProperty("raw")
  })

  it("tells of words that it keeps on servers and binds", () => {
    const kept = (text: string) => roundTrip(text).result.notes.filter(({ kind }) => kind === "kept")
    const text = "listen web\n bind 10.0.0.1:80 transparent\n server a 10.0.0.2:80 tfo\n server b 10.0.0.3:80\n"
    expect(kept(text).map((note) => note.text)).toEqual(["bind 10.0.0.1:80 … transparent", "server a … tfo"])
  })

  it("gives bare numbers their unit", () => {
    expect(roundTrip(read("seed-004.cfg")).result.haproxy.defaults?.timeouts).toMatchObject({
      connect: "5s",
      client: "50s",
    })
    expect(roundTrip(read("seed-000-web.cfg")).result.haproxy.services).toMatchObject([{ check: { interval: "3s" } }])
  })

  it("does not hold the password of the stats page", () => {
    const { result } = roundTrip(read("seed-000-web.cfg"))
    expect(result.haproxy.stats?.password).toEqual({ env: "HAOPS_STATS_PASSWORD" })
    expect(result.password?.reveal()).toBe("password")
    expect(JSON.stringify(result.haproxy)).not.toContain('"password"}')
  })
})

function read(file: string): string {
  return readFileSync(new URL(file, CASES), "utf8")
}

function proxies({ proxies: all }: ReturnType<typeof haproxyMeaning>): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(all).map(([name, lines]) => [
      name,
      lines.filter((line) => name !== "listen stats" || !PAGE.includes(line)),
    ]),
  )
}

function linesOf(meaning: ReturnType<typeof haproxyMeaning>, section: string): readonly string[] {
  return section === "global" ? meaning.global : (meaning.proxies[section] ?? [])
}

function only(lines: readonly string[], others: readonly string[]): string[] {
  return lines.filter((line) => !others.includes(line))
}
