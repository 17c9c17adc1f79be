import { describe, expect, it } from "vitest"
import { haproxyMeaning } from "../../../../src/haproxy/config/meaning.ts"
import { roundTrip } from "../import/support.ts"
import { renderWord, sections, THREE, WORDS } from "../support.ts"

describe.each(WORDS)("$word", (one) => {
  const { word, haproxy, service, raw = false, ...expected } = one
  const config = renderWord(one)

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
