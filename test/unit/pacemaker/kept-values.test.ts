import { expect, test } from "vitest"
import type { HostFacts } from "../../../src/model/host-facts.ts"
import { EMPTY_CIB, EMPTY_TEXT } from "../../../src/pacemaker/cib.ts"
import { parseCib } from "../../../src/pacemaker/cib-parse.ts"
import { cibWant } from "../../../src/pacemaker/cib-want.ts"
import { diffCib } from "../../../src/pacemaker/diff.ts"
import { editCib } from "../../../src/pacemaker/edit/edit-cib.ts"
import { ownershipOf } from "../../../src/pacemaker/ownership.ts"
import { writingFindings } from "../../../src/pacemaker/writing-findings.ts"
import { withPacemaker } from "./section/support.ts"

const want = (parts: string) => cibWant(withPacemaker(parts), () => expect.fail("no secret is asked for"))!

/** What stands in the way of writing it on that release. */
function told(pacemaker: string | undefined, of: ReturnType<typeof want>, have = EMPTY_CIB) {
  const facts = { versions: { pacemaker } } as HostFacts
  const elected = { host: "c1", have: { cluster: "up" as const, cib: have, text: EMPTY_TEXT, fingerprint: "" }, facts }
  const { changes } = diffCib(of.desired, have, ownershipOf(of.desired))
  return writingFindings(changes, of, { elected, all: [elected] }).map(({ severity, message }) => [severity, message])
}

const galera = (value: string, more = "") => `  resources:
    galera:
      agent: ocf:heartbeat:galera
      parameters:
        wsrep_cluster_address: ${value}
        datadir: /var/lib/mysql
${more}`
const FOLDED = `>
          gcomm://c1,
          c2`

test.each([
  ["2.0.5", FOLDED, true],
  ["2.1.5", FOLDED, true],
  ["2.1.5", '"a\\tb"', true],
  ["2.1.5", FOLDED.replace(">", ">-"), false],
  ["3.0.0", FOLDED, false],
  [undefined, FOLDED, false],
])("pacemaker %s is not given %j, of which it keeps something else: %s", (pacemaker, value, isRefused) => {
  expect(told(pacemaker, want(galera(value)))).toEqual(
    isRefused
      ? [
          [
            "error",
            `i.yaml:9:32 galera: its parameter wsrep_cluster_address has a line break or a tab, which pacemaker ${pacemaker} does not keep`,
          ],
        ]
      : [],
  )
})

test.each([
  ['  properties: { load-threshold: "1\\n" }\n', "property load-threshold"],
  ['  resourceDefaults: { x: "1\\n" }\n', "resource default x"],
  [galera("a", '      meta: { x: "1\\n" }\n'), "i.yaml:11:18 galera: its meta attribute x"],
  [
    galera("a", '      operations: { monitor: { description: "1\\n" } }\n'),
    "i.yaml:11:30 galera: description of its monitor",
  ],
  [galera("a", '      clone: { x: "1\\n" }\n'), "clone galera-clone: its meta attribute x"],
  ['  alerts: { mail: { path: /a, options: { to: "1\\n" } } }\n', "alert mail: to"],
  ['  templates: { small: { agent: systemd:app, meta: { x: "1\\n" } } }\n', "template small: x"],
])("all else that is written is told of, too: %j", (parts, what) => {
  const of = want(parts)
  const message = `${what} has a line break or a tab, which pacemaker 2.1.5 does not keep`
  expect(told("2.1.5", of)).toEqual([["error", message]])
  expect(told("3.0.0", of)).toEqual([])
})

test("what a cluster has already is not told again, and what is changed there is", () => {
  const text = editCib(
    EMPTY_TEXT,
    diffCib(want(galera("a")).desired, EMPTY_CIB, ownershipOf(want("").desired)).changes,
    EMPTY_CIB,
    new Map(),
  )
  const have = parseCib(text)
  expect(told("2.1.5", want(galera("a")), have)).toEqual([])
  expect(told("2.1.5", want(galera(FOLDED)), have)).toHaveLength(1)
})
