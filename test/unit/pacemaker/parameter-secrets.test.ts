import { fc, test } from "@fast-check/vitest"
import { describe, expect } from "vitest"
import { Secret } from "../../../src/base/secret.ts"
import { createDigests } from "../../../src/engine/digest.ts"
import type { PutAction, RunAction } from "../../../src/model/action.ts"
import type { HostFacts } from "../../../src/model/host-facts.ts"
import type { Members } from "../../../src/model/step.ts"
import type { CibHave } from "../../../src/pacemaker/cib-probe.ts"
import type { CibWant } from "../../../src/pacemaker/cib-want.ts"
import { fromLists, parseLastApplied, toLists } from "../../../src/pacemaker/ownership.ts"
import { filledIn } from "../../../src/pacemaker/parameter-secrets.ts"
import { standIn } from "../../../src/pacemaker/stand-in.ts"
import { cib } from "../../../src/pacemaker/steps/cib.ts"
import { cibRecord } from "../../../src/pacemaker/steps/cib-record.ts"
import { parseXml } from "../../../src/pacemaker/xml.ts"
import { cluster } from "../inventory/support.ts"
import { parseInventory } from "../parse-inventory.ts"

describe("a secret on its way into a CIB", () => {
  const nvpair = (name: string) => `<nvpair id="${name}" value="${standIn("f", name)}"/>`
  const secret = fc.string({
    minLength: 1,
    unit: fc.oneof(fc.constantFrom(..."'\"\\&</>.*[]^$%\n\t \ré"), fc.string({ minLength: 1, maxLength: 1 })),
  })
  const writable = secret.filter((text) => !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text))

  test.prop([writable, writable])("arrives as it is, whatever characters it has", (one, other) => {
    const secrets = Object.entries({ pass: one, passwd: other }).map(([name, value]) => {
      return { resource: "f", name, standIn: standIn("f", name), value: new Secret(value) }
    })
    const filled = filledIn(`<x>${nvpair("pass")}${nvpair("passwd")}</x>`, secrets)
    expect(parseXml(filled).children.map(({ attributes }) => attributes.value)).toEqual([one, other])
  })

  test("that cannot be put in is an error: nothing that stands for one is ever written", () => {
    expect(() => filledIn(nvpair("passwd"), [])).toThrow(expect.objectContaining({ code: "E_BUG" }))
  })
})

const PASSWORD = "hunter2 & co"
const PARAMETERS = "{ ip: 10.0.0.9, passwd: { env: FENCE }, key: { file: k } }"
const inventory = parseInventory(
  cluster(`  fencing: [{ name: f, agent: fence_any, parameters: ${PARAMETERS} }]\n`),
  "i.yaml",
)
const host = inventory.hosts[0]!
const wanted = cib.bind?.({
  ...{ inventory, host, members: inventory.hosts },
  secret: (source) => new Secret(source.from === "env" ? PASSWORD : "other"),
}) as CibWant
const facts = { versions: { pcs: "0.12.0", pacemaker: "3.0.0" }, pcsCapabilities: new Set() } as unknown as HostFacts

function members(parameters: string): Members<CibHave> {
  const device = `<primitive id="f" class="stonith" type="fence_any"><instance_attributes id="i">${parameters}</instance_attributes></primitive>`
  const xml = `<cib epoch="1" have-quorum="1"><configuration><resources>${parameters && device}</resources></configuration></cib>`
  const have = cib.probe(wanted).parse({ stdout: `cluster up\n${xml}\n`, stderr: "" })
  const owned = fromLists({
    property: [],
    "resource-default": [],
    "operation-default": [],
    resource: ["f"],
    constraint: [],
  })
  const elected = { host: "c1", have: { ...have, lastApplied: { epoch: 1, owned } }, facts }
  return { elected, all: [elected], missing: [] }
}
const has = (passwd: string) =>
  Object.entries({ ip: "10.0.0.9", passwd, key: "other" })
    .map(([name, value]) => `<nvpair id="i-${name}" name="${name}" value="${value.replaceAll("&", "&amp;")}"/>`)
    .join("")
const ofDevice = (all: Members<CibHave>) => cib.check(wanted, all).filter(({ attribute }) => attribute.includes(" f"))

describe("a fence agent's secret", () => {
  test("is compared with what the cluster has, and never shown", () => {
    expect(ofDevice(members(has(PASSWORD)))).toEqual([])
    expect(ofDevice(members(has("old one")))).toMatchObject([
      { attribute: "resource f passwd", have: "[secret]", want: "[secret]" },
    ])
    const drift = ofDevice(members(""))
    expect(drift).toMatchObject([{ want: "stonith:fence_any ip=10.0.0.9 passwd=[secret] key=[secret]" }])
  })

  test.each(["", has("old one")])("is in standard input alone, and there once, of whoever has %j", async (before) => {
    const all = members(before)
    const [run] = cib.plan(wanted, all, []) as [RunAction]
    const said = JSON.stringify([run, cib.simulate?.(wanted, all, []), cib.findings?.(wanted, all)])
    for (const secret of [PASSWORD, "hunter2", "old one"]) expect(said).not.toContain(secret)
    expect(run.detail).toContain('name="passwd" value="[new secret]"')
    const script = (run.stdin as Secret).reveal()
    const lines = script.split("\n").filter((line) => line.includes("hunter2"))
    expect(lines).toEqual([expect.stringContaining('name="passwd" value="hunter2 &#38; co"')])
    expect(script).not.toContain("haops-secret:")
    // A saved plan holds the digest alone, and another secret is another plan.
    const digests = createDigests()
    const other = { ...run, sameAs: (run.sameAs as Secret).map((text) => text.replace("hunter2", "hunter3")) }
    expect(await digests.action(run)).not.toBe(await digests.action(other))
  })
})

describe("a secret whose name does not tell, and that the inventory has no more", () => {
  const cluster = members(has(PASSWORD))
  const names = { f: ["key", "passwd"] }
  const lastApplied = { ...cluster.elected.have.lastApplied!, secrets: names }
  const elected = { ...cluster.elected, have: { ...cluster.elected.have, lastApplied } }
  const all = { ...cluster, elected, all: [elected] }
  const without = (parameters: Record<string, string> | undefined): CibWant => {
    const [device] = wanted.desired.resources
    const resources = parameters === undefined ? [] : [{ ...device!, secrets: undefined, parameters }]
    return { shell: "auto", desired: { ...wanted.desired, resources } }
  }
  const told = (want: CibWant) =>
    JSON.stringify([cib.check(want, all), cib.plan(want, all, []), cib.findings?.(want, all)])

  test("is not shown when its resource goes, nor when it goes alone", () => {
    expect(told(without(undefined))).toContain("stonith:fence_any ip=10.0.0.9 passwd=[secret] key=[secret]")
    const alone = without({ ip: "10.0.0.9", passwd: "open" })
    expect(cib.check(alone, all)).toContainEqual(
      expect.objectContaining({ attribute: "resource f key", have: "[secret]" }),
    )
    for (const want of [without(undefined), alone]) expect(told(want)).not.toMatch(/hunter2|other/)
  })

  test("is compared with what is written openly in its place", () => {
    const keys = (key: string) =>
      cib
        .check(without({ ip: "10.0.0.9", passwd: PASSWORD, key }), all)
        .filter(({ attribute }) => attribute.endsWith("key"))
    expect(keys("other")).toEqual([])
    expect(keys("new")).toMatchObject([{ have: "[secret]", want: "new" }])
  })

  test("is recorded with the resource, on each node, until the parameter has gone", () => {
    const [{ stdin }] = cib.plan(wanted, cluster, []) as [RunAction]
    expect((stdin as Secret).reveal()).toContain(`"secrets":{"f":["key","passwd"]}`)
    const want = cibRecord.bind!({ ...{ inventory, host, members: inventory.hosts }, secret: () => new Secret("") })!
    expect(want.secrets).toEqual(names)
    expect(cibRecord.check(want, cluster.elected.have, facts)).toMatchObject([
      { have: "names other secret parameters" },
    ])
    expect(cibRecord.check(want, elected.have, facts)).toEqual([])
    const left = (secrets: typeof names | undefined, parameters: string) => {
      const { have } = members(parameters).elected
      const { owned } = have.lastApplied!
      const known = { ...have, lastApplied: { epoch: 1, owned, secrets: names } }
      const [, put] = cibRecord.plan({ ...toLists(owned), secrets }, known, [], facts)
      return parseLastApplied(String((put as PutAction).content))?.secrets
    }
    expect(left(undefined, has(PASSWORD))).toEqual(names)
    expect(left(undefined, "")).toBeUndefined()
  })
})

test("a secret that no CIB can hold is refused before anything is done, without being told", () => {
  const secret = () => new Secret("bell\u0007")
  expect(() => cib.bind?.({ inventory, host, members: inventory.hosts, secret })).toThrow(
    expect.objectContaining({ code: "E_INPUT", message: expect.stringMatching(/passwd of f has control characters/) }),
  )
})

test.each([
  ["2.0.5", "a\nb", true],
  ["2.1.5", "a\tb", true],
  ["2.1.5", 'it\'s "<new>" & \\n', false],
  ["3.0.0", "a\nb", false],
  [undefined, "a\nb", false],
] as const)("pacemaker %s is not given %j, of which it keeps something else: %s", (pacemaker, value, isRefused) => {
  const all = members("")
  const elected = { ...all.elected, facts: { ...facts, versions: { ...facts.versions, pacemaker } } }
  const own = { resource: "f", name: "passwd", standIn: standIn("f", "passwd"), value: new Secret(value) }
  const found = cib.findings?.({ ...wanted, secrets: [own] }, { ...all, elected }) ?? []
  const message = `the secret passwd of f has a line break or a tab, which pacemaker ${pacemaker} does not keep`
  expect(found.filter(({ severity }) => severity === "error").map((one) => one.message)).toEqual(
    isRefused ? [message] : [],
  )
})
