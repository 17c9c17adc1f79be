import fc from "fast-check"
import { expect, test } from "vitest"
import { ExitFilter } from "../../../src/transport/openssh/exit-filter.ts"

const NONCE = "haops-0123456789abcdef01234567"

function filtered(text: string, cuts: readonly number[]) {
  const bytes = Buffer.from(text)
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((one, other) => one - other)
  const filter = new ExitFilter(NONCE)
  const pieces = ends.map((end, at) => filter.pass(bytes.subarray(ends[at - 1] ?? 0, end)))
  return { own: Buffer.concat([...pieces, filter.rest()]).toString(), code: filter.code }
}

test("the line goes and all else stays, wherever packets end", () => {
  const words = fc.constantFrom("ä", "haops", NONCE, `${NONCE} exit`, `${NONCE} exit x`, "\n", "plain")
  const text = fc.array(words).map((all) => all.join(""))
  fc.assert(
    fc.property(text, text, fc.array(fc.nat()), fc.nat(255), (before, after, cuts, code) => {
      expect(filtered(`${before}${NONCE} exit ${code}\n${after}`, cuts)).toEqual({ own: `${before}${after}`, code })
    }),
  )
})

test("what only begins like it is the command's", () => {
  const text = fc.constantFrom("", "h", "haops-", NONCE, `${NONCE} exit `, `${NONCE} exit 12`)
  fc.assert(
    fc.property(text, fc.array(fc.nat()), (end, cuts) => {
      expect(filtered(`said ${end}`, cuts)).toEqual({ own: `said ${end}`, code: undefined })
    }),
  )
})

test("nothing waits that cannot become the line", () => {
  const filter = new ExitFilter(NONCE)
  expect(`${filter.pass(Buffer.from(`${NONCE} 4711\nhaops`))}`).toBe(`${NONCE} 4711\n`)
  expect(`${filter.pass(Buffer.from(" says"))}`).toBe("haops says")
})
