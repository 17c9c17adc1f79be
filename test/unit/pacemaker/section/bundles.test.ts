import { expect, test } from "vitest"
import type { HostFacts } from "../../../../src/model/host-facts.ts"
import { agentsQuestion } from "../../../../src/pacemaker/agents/question.ts"
import { EMPTY_CIB, EMPTY_TEXT } from "../../../../src/pacemaker/cib.ts"
import { parseCib } from "../../../../src/pacemaker/cib-parse.ts"
import type { CibHave } from "../../../../src/pacemaker/cib-probe.ts"
import { desiredCib } from "../../../../src/pacemaker/desired.ts"
import { diffCib } from "../../../../src/pacemaker/diff.ts"
import { driftOf } from "../../../../src/pacemaker/drift.ts"
import { editCib } from "../../../../src/pacemaker/edit/edit-cib.ts"
import { NOTHING_OWNED, type Ownership, ownershipOf } from "../../../../src/pacemaker/ownership.ts"
import { writingFindings } from "../../../../src/pacemaker/writing-findings.ts"
import { withPacemaker } from "./support.ts"

const BOX =
  "box: { podman: { image: app, replicas: 2 }, network: { ipRangeStart: 10.0.0.50, ports: [80] }, storage: [{ source: /a, target: /b }] }"
const TEXT = `  bundles: { ${BOX} }
  resources: { web: { agent: ocf:heartbeat:Dummy, operations: { monitor: 9s }, bundle: box } }
`
const want = desiredCib(withPacemaker(TEXT))!

/** The text of a CIB that was led there. */
function led(text: string, to: typeof want, owned: Ownership = NOTHING_OWNED): string {
  const have = parseCib(text)
  return editCib(text, diffCib(to, have, owned).changes, have, new Map())
}

const lines = (text: string) => {
  const all = text.split("\n").map((line) => line.trim())
  return all.slice(all.indexOf("<resources>") + 1, all.indexOf("</resources>"))
}

test("a bundle is written with what runs in it, is in sync then, and changes in place", () => {
  const text = led(EMPTY_TEXT, want)
  expect(lines(text)).toEqual([
    '<bundle id="box">',
    '<podman image="app" replicas="2"/>',
    '<network ip-range-start="10.0.0.50">',
    '<port-mapping id="box-port-map-80" port="80"/>',
    "</network>",
    "<storage>",
    '<storage-mapping id="box-storage-map" source-dir="/a" target-dir="/b"/>',
    "</storage>",
    '<primitive id="web" class="ocf" provider="heartbeat" type="Dummy">',
    "<operations>",
    '<op id="web-monitor-interval-9s" name="monitor" interval="9s"/>',
    "</operations>",
    "</primitive>",
    "</bundle>",
  ])
  expect(diffCib(want, parseCib(text), ownershipOf(want))).toEqual({
    changes: [],
    foreign: [],
    conflicts: [],
    notes: [],
  })
  const more = desiredCib(withPacemaker(TEXT.replace("replicas: 2", "replicas: 3").replace("9s", "8s")))!
  const { changes } = diffCib(more, parseCib(text), ownershipOf(want))
  expect(driftOf(changes, false)).toMatchObject([
    { attribute: "resource web monitor", have: "monitor 9s", want: "monitor 8s" },
    {
      attribute: "bundle box",
      have: "podman image=app replicas=2  network ip-range-start=10.0.0.50 port port=80  storage source-dir=/a target-dir=/b",
      risk: "restart",
    },
  ])
  const after = led(text, more, ownershipOf(want))
  expect(lines(after)).toContain('<podman image="app" replicas="3"/>')
  expect(lines(after)).toContain('<primitive id="web" class="ocf" provider="heartbeat" type="Dummy">')
  expect(diffCib(more, parseCib(after), ownershipOf(more)).changes).toEqual([])
})

test("what comes into a bundle or out of it is made anew, and a bundle goes after what ran in it", () => {
  const outside = desiredCib(
    withPacemaker("  resources: { web: { agent: ocf:heartbeat:Dummy, operations: { monitor: 9s } } }"),
  )!
  const text = led(EMPTY_TEXT, outside)
  const inside = led(text, want, ownershipOf(outside))
  expect(inside.match(/<primitive /g)).toHaveLength(1)
  expect(diffCib(want, parseCib(inside), ownershipOf(want)).changes).toEqual([])
  const again = led(inside, outside, ownershipOf(want))
  expect(again).not.toContain("bundle")
  expect(diffCib(outside, parseCib(again), ownershipOf(outside)).changes).toEqual([])
  const nothing = led(inside, { ...want, resources: [], parts: [] }, ownershipOf(want))
  expect(nothing).not.toMatch(/bundle|web/)
})

test("what an operator has set on a bundle stays, whatever else of it changes, and is noted", () => {
  const text = led(EMPTY_TEXT, want)
  const set = (...pairs: string[]) => {
    const inner = pairs.map((pair) => `<nvpair id="h-${pair.split("=")[0]}" name="${pair.replace("=", '" value="')}"/>`)
    return text.replace("</storage>", `</storage><meta_attributes id="h">${inner.join("")}</meta_attributes>`)
  }
  expect(diffCib(want, parseCib(set()), ownershipOf(want)).changes).toEqual([])
  const stopped = set("target-role=Stopped", "is-managed=false", "maintenance=true")
  expect(diffCib(want, parseCib(stopped), ownershipOf(want))).toMatchObject({
    changes: [],
    conflicts: [],
    notes: [
      "box: disabled by an operator (target-role=Stopped)",
      "box: unmanaged by an operator (is-managed=false)",
      "box: put into maintenance by an operator",
    ],
  })
  const more = desiredCib(
    withPacemaker(TEXT.replace("replicas: 2", "replicas: 3").replace("network:", "meta: { priority: 2 }, network:")),
  )!
  const after = led(stopped, more, ownershipOf(want))
  expect(after).toContain('name="target-role" value="Stopped"')
  expect(after).toContain('name="priority" value="2"')
  expect(diffCib(more, parseCib(after), ownershipOf(more)).changes).toEqual([])
  const started = desiredCib(withPacemaker(TEXT.replace("network:", "meta: { target-role: Started }, network:")))!
  expect(led(stopped, started, ownershipOf(want))).toContain('name="target-role" value="Started"')
  const other = set("priority=7")
  expect(led(other, want, ownershipOf(want))).not.toContain("priority")
})

test("a bundle of others is theirs, and one of ours does not go with what others run in it", () => {
  const text = led(EMPTY_TEXT, want)
  const none = { ...want, resources: [], parts: [] }
  expect(diffCib(none, parseCib(text), NOTHING_OWNED)).toMatchObject({
    changes: [],
    foreign: ["resource web", "bundle box"],
  })
  const bundle = { ...NOTHING_OWNED, part: new Set(["bundle box"]) }
  expect(diffCib(none, parseCib(text), bundle)).toMatchObject({
    changes: [],
    conflicts: [
      { message: "bundle box is to be removed, but resource web, which was not created by haops, runs in it" },
    ],
  })
})

test("a bundle that somebody's constraint refers to is not removed without a word", () => {
  const text = led(EMPTY_TEXT, want).replace(
    "<constraints/>",
    '<constraints><rsc_location id="cli-ban-box-on-c1" rsc="box" node="c1" score="-INFINITY"/></constraints>',
  )
  const none = { ...want, resources: [], parts: [] }
  expect(diffCib(none, parseCib(text), ownershipOf(want)).conflicts).toMatchObject([
    {
      message:
        "bundle box is to be removed, but constraint cli-ban-box-on-c1, which was not created by haops, refers to it",
    },
  ])
})

test("an engine that nodes lack is told before anything is written, and asked about in one question alone", () => {
  const have: CibHave = { cluster: "up", cib: EMPTY_CIB, text: EMPTY_TEXT, fingerprint: "" }
  const question = agentsQuestion({ desired: want }, have)!
  expect(question.script).toContain("command -v podman")
  const answered = (host: string, stdout: string) => {
    return { host, have: question.parse({ stdout, stderr: "" }), facts: { versions: {} } as HostFacts }
  }
  const found = (...answers: string[]) => {
    const all = answers.map((stdout, at) => answered(`c${at + 1}`, stdout))
    const { changes } = diffCib(want, EMPTY_CIB, NOTHING_OWNED)
    return writingFindings(changes, { desired: want }, { elected: all[0]!, all })
      .filter(({ message }) => message.startsWith("bundle"))
      .map(({ severity, message }) => `${severity}: ${message}`)
  }
  expect(found("", "")).toEqual(["error: bundle box: c1 and c2 have no podman, and cannot run it"])
  expect(found("haops-engine podman\n", "")).toEqual(["warning: bundle box: c2 has no podman, and cannot run it"])
  expect(found("haops-engine podman\n", "haops-engine podman\n")).toEqual([])
  const same = { ...have, cib: parseCib(led(EMPTY_TEXT, want)) }
  expect(agentsQuestion({ desired: want }, same)).toBeUndefined()
})

test("what a CIB's schema is too old for is told", () => {
  const cib = { ...EMPTY_CIB, schema: [2, 10] as const }
  const elected = {
    host: "c1",
    have: { cluster: "up" as const, cib, text: EMPTY_TEXT, fingerprint: "" },
    facts: { versions: {} } as HostFacts,
  }
  const { changes } = diffCib(want, cib, NOTHING_OWNED)
  expect(
    writingFindings(changes, { desired: want }, { elected, all: [elected] }).map(({ message }) => message),
  ).toEqual(["bundle box has podman, which pacemaker-2.10, the CIB's schema, does not know"])
})

const RESOURCES = "  resources: { web: { agent: systemd:web, bundle: box } }\n"
test.each([
  [
    "  resources: { web: { agent: systemd:web, bundle: bax } }\n  bundles: { box: { podman: { image: a } } }",
    'there is no bundle "bax"; did you mean "box"?',
  ],
  [
    `${RESOURCES}  bundles: { box: { podman: { image: a } } }`,
    "the network of box needs ipRangeStart or controlPort, by which pacemaker reaches web",
  ],
  [
    `  resources: { a: { agent: systemd:a, bundle: box }, web: { agent: systemd:web, bundle: box } }\n  bundles: { ${BOX} }`,
    "box holds a already, and no more than one",
  ],
  [
    `  resources: { web: { agent: systemd:web, bundle: box, clone: true } }\n  bundles: { ${BOX} }`,
    "a resource that is cloned cannot be in a bundle",
  ],
  [
    `  resources: { web: { agent: systemd:web, bundle: box, group: g } }\n  bundles: { ${BOX} }`,
    "a resource is in a group or in a bundle",
  ],
  ["  bundles: { box: { rkt: { image: a } } }", "pacemaker 3 has dropped rkt: write podman or docker"],
  [
    "  bundles: { box: { podman: { image: a }, docker: { image: a } } }",
    "a bundle is run by one engine: podman or docker",
  ],
  [
    "  bundles: { box: { podman: { image: a, options: -e PASSWORD=x } } }",
    "a secret here would show in the process list",
  ],
  [
    "  bundles: { box: { podman: { image: a, options: -e MYSQL_PWD=x } } }",
    "a secret here would show in the process list",
  ],
  [
    "  bundles: { box: { podman: { image: a, runCommand: run --apikey x } } }",
    "a secret here would show in the process list",
  ],
  [
    "  bundles: { box: { podman: { image: a }, storage: [{ source: /a, target: /b, options: password=x }] } }",
    "a secret here would show in the process list",
  ],
  [
    "  bundles: { box: { podman: { image: a, options: -e TOKEN_FILE=/run/t --secret db }, meta: { prioritty: 1 } } }",
    "",
  ],
])("%s", (text, why) => {
  if (why !== "") expect(() => withPacemaker(text)).toThrow(why)
  else expect(withPacemaker(text).warnings.join()).toContain("priority")
})
