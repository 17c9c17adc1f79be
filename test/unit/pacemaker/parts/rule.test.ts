import { fc, test as property } from "@fast-check/vitest"
import { describe, expect, test } from "vitest"
import type { CibElement } from "../../../../src/model/inventory.ts"
import { sameElement } from "../../../../src/pacemaker/parts/element.ts"
import { parseRule } from "../../../../src/pacemaker/parts/rule.ts"
import { ruleText } from "../../../../src/pacemaker/parts/rule-text.ts"
import { xmlLines } from "../../../../src/pacemaker/xml.ts"

const lines = (text: string) => xmlLines(parseRule(text, "r")).map((line) => line.trim())

describe("a rule", () => {
  test("is written as pcs writes it", () => {
    expect(lines("#uname eq node1 and not_defined pingd")).toEqual([
      '<rule id="r" boolean-op="and">',
      '<expression id="r-expr" attribute="#uname" operation="eq" value="node1"/>',
      '<expression id="r-expr-1" attribute="pingd" operation="not_defined"/>',
      "</rule>",
    ])
  })

  test("binds and more tightly than or, and brackets more tightly than both", () => {
    expect(lines("defined a or defined b and defined c")).toEqual([
      '<rule id="r" boolean-op="or">',
      '<expression id="r-expr" attribute="a" operation="defined"/>',
      '<rule id="r-rule" boolean-op="and" score="0">',
      '<expression id="r-rule-expr" attribute="b" operation="defined"/>',
      '<expression id="r-rule-expr-1" attribute="c" operation="defined"/>',
      "</rule>",
      "</rule>",
    ])
    expect(ruleText(parseRule("(defined a or defined b) and defined c", "r"))).toBe(
      "(defined a or defined b) and defined c",
    )
  })

  test.each([
    "date gt 2037-01-01",
    "date lt 2037-01-01",
    "date in_range 2037-01-01 to 2038-01-01",
    "date in_range to 2038-01-01",
    "date in_range 2037-01-01 to duration hours=6",
    "date-spec hours=9-16 weekdays=1-5",
    "date-spec yeardays=1",
    "resource ocf:heartbeat:IPaddr2",
    "resource ::IPaddr2",
    "resource systemd:haproxy",
    "op monitor interval=10s",
    "op start",
    "load gte integer 5",
    'site eq "a b"',
    `site eq 'a "b"'`,
  ])("%s comes back as it was", (text) => expect(ruleText(parseRule(text, "r"))).toBe(text))

  test.each([
    ["", "expected a rule"],
    ["defined", "expected a node attribute at its end"],
    ["load more 5", 'expected lt, gt, lte, gte, eq or ne after load, got "more"'],
    ["(defined a", "a ) is missing"],
    ["defined a defined b", '"defined" is not expected there'],
    ["defined a and", "expected an expression at its end"],
    ['site eq "a', "a quote has no end"],
    ["date-spec", "expected a part of a date"],
    ["date-spec hour=9", "a date has no hour"],
    ["date gt tomorrow", "expected a date such as 2027-01-31"],
    ["date in_range to duration hours=6", "a duration needs a date before its to"],
    ["date in_range 2037-01-01 to duration yeardays=6", "a date has no yeardays"],
    ["resource IPaddr2", "expected an agent"],
  ])("%s is refused with why", (text, why) => expect(() => parseRule(text, "r")).toThrow(why))

  const word = fc.oneof(
    fc.constantFrom("and", "to", "date", "#uname", "op", "x y", "it's", "("),
    fc.stringMatching(/^[a-z#][\w.-]{0,6}$/),
  )
  const leaf: fc.Arbitrary<CibElement> = fc.oneof(
    fc.tuple(word, fc.constantFrom("defined", "not_defined")).map(([attribute, operation]) => ({
      name: "expression",
      attributes: { id: "e", attribute, operation },
      children: [],
    })),
    fc
      .tuple(
        word,
        fc.constantFrom("lt", "gt", "lte", "gte", "eq", "ne"),
        word,
        fc.option(fc.constantFrom("string", "integer", "version")),
      )
      .map(([attribute, operation, value, type]) => ({
        name: "expression",
        attributes: { id: "e", attribute, operation, value, ...(type === null ? {} : { type }) },
        children: [],
      })),
  )
  const { rule } = fc.letrec<{ rule: CibElement }>((tie) => ({
    rule: fc
      .tuple(
        fc.constantFrom("and", "or"),
        fc.array(fc.oneof({ depthSize: "small" }, leaf, tie("rule")), { minLength: 2, maxLength: 3 }),
      )
      .map(([all, children]) => ({
        name: "rule",
        attributes: { id: "r", "boolean-op": all },
        // One within another of its kind is the same as both in one.
        children: children.filter((one) => one.attributes["boolean-op"] !== all),
      }))
      .filter(({ children }) => children.length > 1),
  }))

  property.prop([rule])("comes back from its words as it was", (root) => {
    expect(sameElement(parseRule(ruleText(root), "r"), root), ruleText(root)).toBe(true)
  })
})
