import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { parse } from "yaml"
import { haproxyMeaning } from "../../../src/render/haproxy-meaning.ts"
import { roundTrip } from "../haproxy-import/support.ts"
import { render, sections, THREE } from "./support.ts"

/** A word, how an inventory says it, and by their first lines the sections that it makes lines in. */
interface WordCase {
  word: string
  haproxy?: object
  service?: object
  /** It is haproxy's own spelling, and is so again after an import. */
  raw?: boolean
  [section: string]: unknown
}

const cases: WordCase[] = parse(readFileSync(new URL("../../cases/haproxy/vocabulary.yaml", import.meta.url), "utf8"))

describe.each(cases)("$word", ({ word: _, haproxy = {}, service = {}, raw = false, ...expected }) => {
  const web = { name: "web", port: 80, backends: { a: "192.168.1.3" }, ...service }
  const config = render({ ...THREE, haproxy: { services: [web], ...haproxy } })

  it("is written", () => {
    const written = sections(config)
    for (const [section, lines] of Object.entries(expected as Record<string, string[]>)) {
      const own = written[section]!.split("\n").map((line) => line.trim())
      expect(own).toEqual(expect.arrayContaining(lines))
    }
    expect(Object.keys(expected)).not.toHaveLength(0)
  })

  it(raw ? "is kept as it is by an import" : "is read by an import, and not kept in haproxy's words", () => {
    const { result, config: again } = roundTrip(config, [{ name: "vip", address: THREE.vips.vip }])
    expect(JSON.stringify(result.haproxy).includes('"raw')).toBe(raw)
    expect(result.notes.filter(({ kind }) => kind === "kept").length > 0).toBe(raw)
    expect(haproxyMeaning(again)).toEqual(haproxyMeaning(config))
  })
})
