import { fc, test as property } from "@fast-check/vitest"
import { expect, test } from "vitest"
import { Gate } from "../../../src/transport/gate.ts"

const NONCE = "haops-0123456789abcdef01234567"
const PROMPT = `${NONCE}?`

/** Passes the bytes in packets of the sizes, the last size repeated; gives the command's own output. */
function pass(gate: Gate, bytes: Buffer, sizes: readonly number[]): string {
  const own: Buffer[] = []
  for (let at = 0, count = 0; at < bytes.length; count++) {
    const size = sizes[Math.min(count, sizes.length - 1)] ?? bytes.length
    own.push(gate.pass(bytes.subarray(at, at + size)) ?? Buffer.alloc(0))
    at += size
  }
  return Buffer.concat(own).toString()
}

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 })
const chatter = fc.array(fc.constantFrom("motd\n", PROMPT, "ä", NONCE, " 12", "\n"), { maxLength: 8 })

property.prop([chatter, sizes])(
  "however the packets are cut, what came before is told from the output",
  (words, cuts) => {
    const before = `${words.join("")}|`
    const gate = new Gate(NONCE, PROMPT)
    const own = pass(gate, Buffer.from(`${before}${NONCE} 4711\nout ä ${NONCE} 1\n`), cuts)
    fc.pre(!/haops-\w+ \d+\n/.test(before))
    expect([own, gate.open, gate.pid, gate.preamble]).toEqual([`out ä ${NONCE} 1\n`, true, 4711, before])
  },
)

property.prop([chatter, sizes])("each prompt is counted once", (words, cuts) => {
  const gate = new Gate(NONCE, PROMPT)
  fc.pre(!/haops-\w+ \d+\n/.test(words.join("")))
  pass(gate, Buffer.from(words.join("")), cuts)
  expect([gate.open, gate.asked]).toEqual([false, words.filter((word) => word === PROMPT).length])
})

test("megabytes before the command are each looked at once, and only their end is kept", () => {
  const gate = new Gate(NONCE, PROMPT)
  const noise = Buffer.alloc(18 * 1024 * 1024, "no such luck\n")
  const began = process.cpuUsage()
  const own = pass(gate, Buffer.concat([noise, Buffer.from(`the end\n${NONCE} 7\nout`)]), [32 * 1024])
  // Scanned again for each packet it took 24 s.
  expect(process.cpuUsage(began).user / 1e6).toBeLessThan(4)
  expect([own, gate.pid, gate.preamble.length <= 64 * 1024]).toEqual(["out", 7, true])
  expect(gate.preamble).toMatch(/no such luck\n.*the end\n$/s)
})
