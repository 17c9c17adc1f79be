import { expect, test } from "vitest"
import { parseCib } from "../../../src/pacemaker/cib-parse.ts"
import { parseXml } from "../../../src/pacemaker/xml.ts"

test("attributes are decoded", () => {
  expect(parseXml('<a b="1 &lt; 2&#10;&apos;"><c/></a>')).toEqual({
    name: "a",
    attributes: { b: "1 < 2\n'" },
    children: [{ name: "c", attributes: {}, children: [] }],
  })
})

test.each([
  ["nothing", ""],
  ["an open element", "<a><b></a>"],
  ["half a document", '<cib epoch="1"><configuration>'],
  ["two roots", "<a/><b/>"],
  ["a DOCTYPE", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/shadow">]><a>&x;</a>'],
  ["an unknown entity", "<a>&x;</a>"],
])("%s is refused", (_what, text) => {
  expect(() => parseXml(text)).toThrow()
})

test("a document that is no CIB is refused", () => {
  expect(() => parseCib("<pacemaker-result/>")).toThrow("a CIB was expected, not <pacemaker-result>")
})
