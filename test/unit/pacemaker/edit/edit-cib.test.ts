import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { type Agents, parseAgents } from "../../../../src/pacemaker/agents/metadata.ts"
import { EMPTY_TEXT } from "../../../../src/pacemaker/cib.ts"
import { parseCib } from "../../../../src/pacemaker/cib-parse.ts"
import type { Desired } from "../../../../src/pacemaker/desired.ts"
import { diffCib } from "../../../../src/pacemaker/diff.ts"
import { editCib } from "../../../../src/pacemaker/edit/edit-cib.ts"
import { NOTHING_OWNED, type Ownership, ownershipOf } from "../../../../src/pacemaker/ownership.ts"
import { cloned, DESIRES, desired, monitor, resource } from "../../../cases/pacemaker/desires.ts"

const recorded = (name: string) =>
  readFileSync(new URL(`../../../cases/pacemaker/recorded/${name}`, import.meta.url), "utf8")
const agents = parseAgents(recorded("agents-3.0.txt"))

function led(text: string, want: Desired, owned: Ownership = ownershipOf(want), known: Agents = agents): string {
  const have = parseCib(text)
  return editCib(text, diffCib(want, have, owned).changes, have, known)
}

/** The lines of the one that the other does not have. */
function lacking(one: string, other: string): string[] {
  const lines = new Set(other.split("\n"))
  return one
    .split("\n")
    .filter((line) => !lines.has(line))
    .map((line) => line.trim())
}

describe("a new resource", () => {
  test("is written as pcs writes it: ids, and the operations of its agent that nobody named", () => {
    const vip = resource("vip", "ocf:heartbeat:IPaddr2", {
      parameters: { ip: "10.0.0.11" },
      operations: [monitor("30s")],
    })
    expect(lacking(led(EMPTY_TEXT, desired({ resources: [vip] })), EMPTY_TEXT)).toEqual([
      "<resources>",
      '<primitive id="vip" class="ocf" provider="heartbeat" type="IPaddr2">',
      '<instance_attributes id="vip-instance_attributes">',
      '<nvpair id="vip-instance_attributes-ip" name="ip" value="10.0.0.11"/>',
      "</instance_attributes>",
      "<operations>",
      '<op id="vip-monitor-interval-30s" name="monitor" interval="30s"/>',
      '<op id="vip-start-interval-0s" name="start" interval="0s" timeout="20s"/>',
      '<op id="vip-stop-interval-0s" name="stop" interval="0s" timeout="20s"/>',
      "</operations>",
      "</primitive>",
      "</resources>",
    ])
  })

  test("has a parameter of one node in a set of its own with a rule, which is all of it that changes and goes", () => {
    const vip = (parameters: Record<string, string>) =>
      desired({
        resources: [resource("vip", "ocf:heartbeat:IPaddr2", { parameters: { ip: "10.0.0.11", ...parameters } })],
      })
    const both = vip({ "nic on n1": "eth0", "nic on n2": "ens3" })
    const text = led(EMPTY_TEXT, both)
    const set = (node: string, nic: string) => [
      `<instance_attributes id="vip-instance_attributes-on-${node}">`,
      `<rule id="vip-instance_attributes-on-${node}-rule" score="INFINITY">`,
      `<expression id="vip-instance_attributes-on-${node}-rule-expr" attribute="#uname" operation="eq" value="${node}"/>`,
      "</rule>",
      `<nvpair id="vip-instance_attributes-on-${node}-nic" name="nic" value="${nic}"/>`,
      "</instance_attributes>",
    ]
    expect(lacking(text, led(EMPTY_TEXT, vip({})))).toEqual(
      [...set("n1", "eth0"), ...set("n2", "ens3")].filter((line) => !line.startsWith("</i")),
    )
    expect(diffCib(both, parseCib(text), ownershipOf(both)).changes).toEqual([])
    // Somebody else's, by its id.
    const theirs = text.replace(
      "</primitive>",
      `${set("n3", "eth9").join("").replaceAll("-on-n3", "-theirs")}</primitive>`,
    )
    const changed = led(theirs, vip({ "nic on n2": "ens4" }))
    expect(lacking(changed, theirs)).toEqual([
      '<nvpair id="vip-instance_attributes-on-n2-nic" name="nic" value="ens4"/>',
    ])
    expect(changed).not.toContain("on-n1")
    expect(changed).toContain("vip-instance_attributes-theirs-nic")
    expect(led(changed, vip({}))).not.toContain("on-n2")
  })

  test("of systemd keeps its 100 seconds, whether or not the node could be asked", () => {
    const web = desired({
      resources: [resource("web", "systemd:haproxy", cloned("web-clone", { interleave: "true" }))],
    })
    for (const known of [agents, new Map()]) {
      const text = led(EMPTY_TEXT, web, NOTHING_OWNED, known)
      expect(text).toContain('<op id="web-stop-interval-0s" name="stop" interval="0s" timeout="100s"/>')
      expect(text).toContain('<op id="web-monitor-interval-60s" name="monitor" interval="60s" timeout="100s"/>')
      expect(text).toContain('<nvpair id="web-clone-meta_attributes-interleave" name="interleave" value="true"/>')
    }
  })

  test("of a fence agent gets a monitor, and none of what the fencer does itself", () => {
    const text = led(EMPTY_TEXT, desired({ resources: [resource("f", "stonith:fence_ipmilan", { fencing: true })] }))
    expect(text.match(/<op .*/g)).toEqual(['<op id="f-monitor-interval-60s" name="monitor" interval="60s"/>'])
  })

  test.each([
    ["pacemaker-3.5", "Master", "Slave"],
    ["pacemaker-3.7", "Promoted", "Unpromoted"],
    ["pacemaker-4.0", "Promoted", "Unpromoted"],
    ["none", "Promoted", "Unpromoted"],
  ])("by %s has roles that it knows", (schema, promoted, unpromoted) => {
    const text = EMPTY_TEXT.replace("<cib>", `<cib validate-with="${schema}">`)
    const written = led(
      text,
      desired({ resources: [resource("s", "ocf:pacemaker:Stateful", cloned("s-clone", {}, true))] }),
    )
    expect(written.match(/role="\w+"/g)).toEqual([`role="${promoted}"`, `role="${unpromoted}"`])
    expect(written).not.toMatch(/name="(meta-data|validate-all)"/)
  })

  test("has operations under the ids that were chosen for them, and keeps those when they change", () => {
    const by = (interval: string, id: string) =>
      desired({ resources: [resource("d", "ocf:heartbeat:Dummy", { operations: [monitor(interval, { id })] })] })
    const first = led(EMPTY_TEXT, by("10s", "mine"))
    expect(first).toContain('<op id="mine" name="monitor" interval="10s"/>')
    const second = led(first, by("20s", "mine"))
    expect(second).toContain('<op id="mine" name="monitor" interval="20s"/>')
    expect(led(second, by("20s", "ours"))).toContain('<op id="ours" name="monitor" interval="20s"/>')
    expect(led(second, by("20s", "mine"))).toBe(second)
  })

  test("gives way to ids that something has", () => {
    const other = '<primitive id="vip-instance_attributes" class="ocf" provider="heartbeat" type="Dummy"/>'
    const text = EMPTY_TEXT.replace("<resources/>", `<resources>${other}</resources>`)
    const vip = resource("vip", "ocf:heartbeat:IPaddr2", { parameters: { ip: "10.0.0.11" } })
    expect(led(text, desired({ resources: [vip] }), NOTHING_OWNED)).toContain(
      '<instance_attributes id="vip-instance_attributes-1">',
    )
  })
})

describe("what haops has no word for", () => {
  const [, before, after] = Object.values(DESIRES)
  const night = (kind: string, id: string, name: string) =>
    `<${kind} id="${id}"><rule id="${id}-rule" score="0"><date_expression id="${id}-when" operation="gt" start="2037-01-01"/></rule><nvpair id="${id}-${name}" name="${name}" value="9"/></${kind}>`
  const util = (id: string) =>
    `<utilization id="${id}-util"><nvpair id="${id}-cpu" name="cpu" value="2"/></utilization>`
  const ADDED: readonly [into: RegExp, what: string][] = [
    [
      /(?<=<primitive [^>]*id="vip"[^>]*>)/,
      `<!-- by hand -->${util("vip")}${night("instance_attributes", "vip-night", "ip")}`,
    ],
    [/(?<=<primitive [^>]*id="second"[^>]*>)/, util("second")],
    [/(?<=<primitive [^>]*id="second")/, ' description="by  hand"'],
    [/(?<=<op [^>]*id="vip-monitor-interval-30s")/, ' record-pending="true"'],
    [
      /(?<=<group [^>]*id="tail"[^>]*>)/,
      '<meta_attributes id="tail-meta"><nvpair id="tail-role" name="target-role" value="Stopped"/></meta_attributes>',
    ],
    [/(?<=<clone [^>]*id="lb-haproxy-clone"[^>]*>)/, night("meta_attributes", "lb-night", "clone-max")],
    [/(?<=<clone [^>]*id="state-clone"[^>]*>)/, night("meta_attributes", "state-night", "notify")],
    [
      /(?=<\/configuration>)/,
      '<tags><tag id="web"><obj_ref id="vip"/><obj_ref id="first"/></tag></tags><alerts><alert id="a" path="/a"/></alerts>',
    ],
  ]
  const marked = (text: string) => ADDED.reduce((all, [into, what]) => all.replace(into, what), text)

  test.each(["pcs-0.10.xml", "pcs-0.11.xml", "pcs-0.12.xml"])(
    "survives a change of its object in %s, to the byte",
    (name) => {
      const text = marked(recorded(name))
      const owned = ownershipOf(before!)
      const third = led(text, after!, owned)
      for (const [, what] of ADDED) expect(third).toContain(what)
      expect(diffCib(after!, parseCib(third), ownershipOf(after!)).changes).toEqual([])
      // Under a clone of another name it is the same clone.
      const renamed = {
        ...after!,
        resources: after!.resources.map((one) =>
          one.id === "state" ? { ...one, ...cloned("states", {}, true) } : one,
        ),
      }
      expect(led(third, renamed)).toContain(night("meta_attributes", "state-night", "notify"))
    },
  )

  test("a value changes on its line alone", () => {
    const text = recorded("pcs-0.11.xml")
    const resources = before!.resources.map((one) =>
      one.id === "vip" ? { ...one, parameters: { ...one.parameters, ip: "10.0.0.99" } } : one,
    )
    const changed = led(text, { ...before!, resources })
    expect(lacking(text, changed)).toEqual(['<nvpair id="vip-instance_attributes-ip" name="ip" value="10.0.0.11"/>'])
    expect(lacking(changed, text)).toEqual(['<nvpair id="vip-instance_attributes-ip" name="ip" value="10.0.0.99"/>'])
  })

  test("a tag loses what is gone, and goes with its last", () => {
    const text = marked(recorded("pcs-0.11.xml"))
    const without = (...ids: string[]) =>
      led(text, desired({ resources: before!.resources.filter(({ id }) => !ids.includes(id)) }), ownershipOf(before!))
    expect(without("vip")).toContain('<tag id="web"><obj_ref id="first"/></tag>')
    expect(without("vip", "first")).not.toContain("<tag ")
  })
})

test("a fencing level loses a device that is gone, and goes with its last", () => {
  const device = (id: string, agent = "stonith:fence_ipmilan") => resource(id, agent, { fencing: true })
  const both = desired({ resources: [device("f1"), device("f2")] })
  const levels = [
    '<fencing-level id="l1" target="n1" index="1" devices="f1,f2"/>',
    '<fencing-level id="l2" target="n2" index="1" devices="f1"/>',
    '<fencing-level id="l3" target="n3" index="1" devices="f2,elsewhere"/>',
  ]
  const topology = (...some: (string | undefined)[]) => `<fencing-topology>${some.join("")}</fencing-topology>`
  const text = led(EMPTY_TEXT, both).replace("</configuration>", `${topology(...levels)}</configuration>`)
  const left = (want: Desired) => led(text, want, ownershipOf(both))
  expect(left(desired({ resources: [device("f2")] }))).toContain(
    topology('<fencing-level id="l1" target="n1" index="1" devices="f2"/>', levels[2]),
  )
  // Of another agent it is still the device of the level.
  expect(left(desired({ resources: [device("f1", "stonith:fence_other"), device("f2")] }))).toContain(
    topology(...levels),
  )
})

test("what moves takes the comment before it along", () => {
  const one = (id: string) => `<!-- of ${id} --><primitive id="${id}" class="ocf" provider="heartbeat" type="Dummy"/>`
  const text = EMPTY_TEXT.replace(
    "<resources/>",
    `<resources><group id="g">${one("a")}${one("b")}</group>${one("c")}</resources>`,
  )
  const dummy = (id: string, parts = {}) => resource(id, "ocf:heartbeat:Dummy", parts)
  const [a, b, c] = [dummy("a", { group: "g" }), dummy("b", { group: "g" }), dummy("c")]
  const comments = (want: Desired) =>
    led(text, want)
      .match(/<!--.*?-->\s*<primitive id="."/g)
      ?.map((all) => all.replace(/\s+</, "<"))
  const before = (...ids: string[]) => ids.map((id) => `<!-- of ${id} --><primitive id="${id}"`)
  expect(comments(desired({ resources: [b, a, c] }))).toEqual(before("b", "a", "c"))
  expect(comments(desired({ resources: [b, dummy("a"), dummy("c", cloned("c-clone"))] }))).toEqual(
    before("b", "a", "c"),
  )
})

test("a clone that becomes another keeps comments, and its place", () => {
  const dummy = (id: string, inner = "") =>
    `<primitive id="${id}" class="ocf" provider="heartbeat" type="Dummy">${inner}</primitive>`
  const master = `<master id="a-master"><!-- by hand -->${dummy("a")}<meta_attributes id="m"><nvpair id="n" name="master-max" value="1"/></meta_attributes><!-- end --></master >`
  const text = EMPTY_TEXT.replace("<resources/>", `<resources><!-- first -->${master}${dummy("b")}</resources>`)
  const a = resource("a", "ocf:heartbeat:Dummy", cloned("a-clone", {}))
  expect(led(text, desired({ resources: [a] }))).toBe(
    text
      .replace('<master id="a-master">', '<clone id="a-clone">')
      .replace('<nvpair id="n" name="master-max" value="1"/>', "")
      .replace("</master >", "</clone>"),
  )
})

describe("a resource that something else is called as, too", () => {
  // A remote node that has attributes is a node of the name of its resource.
  const node = `<node id="far" uname="far" type="remote"><instance_attributes id="nodes-far"><nvpair id="nodes-far-standby" name="standby" value="on"/></instance_attributes></node>`
  const text = EMPTY_TEXT.replace("<nodes/>", `<nodes>${node}</nodes>`).replace(
    "<resources/>",
    '<resources><primitive id="far" class="ocf" provider="pacemaker" type="remote"/></resources>',
  )
  const far = resource("far", "ocf:pacemaker:remote", { parameters: { server: "10.0.0.9" } })

  test("is the one that is changed", () => {
    const changed = led(text, desired({ resources: [far] }))
    expect(changed).toContain(node)
    expect(diffCib(desired({ resources: [far] }), parseCib(changed), NOTHING_OWNED).changes).toEqual([])
  })

  test("is the one that goes", () => {
    const without = led(text, desired(), ownershipOf(desired({ resources: [far] })))
    expect(without).toContain(node)
    expect(without).not.toContain("<primitive")
  })

  test("is made where the node alone is left", () => {
    const without = led(text, desired(), ownershipOf(desired({ resources: [far] })))
    expect(diffCib(desired({ resources: [far] }), parseCib(without), NOTHING_OWNED).conflicts).toEqual([])
    const again = led(without, desired({ resources: [far] }))
    expect(again).toContain(node)
    expect(again).toContain('<primitive id="far"')
  })

  test("does not get the id of what a node has", () => {
    const have = parseCib(text)
    expect([have.ids.has("nodes-far"), have.ids.has("nodes-far-standby")]).toEqual([true, true])
  })
})

describe("of several sets that have an attribute, that of the highest score, and of equal ones the last", () => {
  const sets = (...scores: (string | undefined)[]) =>
    scores.map((score, at) => {
      const pair = `<nvpair id="s${at}-ip" name="ip" value="10.0.0.${at}"/>`
      return `<instance_attributes id="s${at}"${score === undefined ? "" : ` score="${score}"`}>${pair}</instance_attributes>`
    })
  const text = (...scores: (string | undefined)[]) =>
    EMPTY_TEXT.replace(
      "<resources/>",
      `<resources><primitive id="vip" class="ocf" provider="heartbeat" type="IPaddr2">${sets(...scores).join("")}</primitive></resources>`,
    )

  test.each([
    [["1", "20"], 1],
    [[undefined, "1"], 1],
    [["-1", undefined], 1],
    [["5", "INFINITY", "7"], 1],
    [["2", "2"], 1],
    [["1", "2", undefined, "2"], 3],
    [[undefined, undefined], 1],
  ] as const)("decides, and is written into: %j", (scores, at) => {
    const [have] = parseCib(text(...scores)).resources
    expect(have?.parameters).toEqual({ ip: `10.0.0.${at}` })
    const want = desired({
      resources: [resource("vip", "ocf:heartbeat:IPaddr2", { parameters: { ip: "10.0.0.9", nic: "e" } })],
    })
    const changed = led(text(...scores), want)
    expect(changed).toContain(`<nvpair id="s${at}-ip" name="ip" value="10.0.0.9"/>`)
    expect(changed).toContain(`<nvpair id="s${at}-nic" name="nic" value="e"/>`)
    expect(diffCib(want, parseCib(changed), ownershipOf(want)).changes).toEqual([])
  })
})

test("nothing to change is the text itself", () => {
  expect(editCib(EMPTY_TEXT, [], { schema: undefined }, new Map())).toBe(EMPTY_TEXT)
})
