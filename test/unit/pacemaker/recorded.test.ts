import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { parseCib } from "../../../src/pacemaker/cib-parse.ts"
import { diffCib } from "../../../src/pacemaker/diff.ts"
import { ownershipOf } from "../../../src/pacemaker/ownership.ts"
import { parseSimulation } from "../../../src/pacemaker/simulate.ts"
import { simulatedFromText } from "../../../src/pacemaker/simulate-text.ts"
import { DESIRES } from "../../cases/pacemaker/desires.ts"

const directory = new URL("../../cases/pacemaker/recorded/", import.meta.url)
const recorded = (name: string) => readFileSync(new URL(name, directory), "utf8")
const named = (prefix: string) => readdirSync(directory).filter((name) => name.startsWith(prefix))

describe("CIBs that shells wrote from one of everything, recorded on nodes", () => {
  const want = DESIRES["one of everything"]!

  test.each([...named("crmsh-"), ...named("pcs-")])("%s is in sync", (name) => {
    const cib = parseCib(recorded(name))
    expect(diffCib(want, cib, ownershipOf(want))).toEqual({ changes: [], foreign: [], conflicts: [], notes: [] })
    expect(cib.nodes.map((node) => node.name)).toEqual(["controller1", "controller2"])
  })
})

describe("simulations, recorded on nodes", () => {
  test.each(named("simulate-"))("%s: the VIP moves off a node in standby, haproxy stops there", (name) => {
    expect(parseSimulation(recorded(name))).toEqual([
      { resource: "vip", action: "move", node: "controller2", from: "controller1" },
      { resource: "lb-haproxy", action: "stop", node: "controller1" },
      { resource: "lb-haproxy", action: "restart", node: "controller2" },
    ])
  })

  test("what stays where it is is said", () => {
    const status = (name: string) => `<${name}><resources><resource id="vip" active="true"><node name="n1"/></resource>
      <clone id="c"><resource id="a:0" active="true"><node name="n1"/></resource><resource id="a" active="true"><node name="n2"/></resource></clone>
      </resources></${name}>`
    const answer = `<pacemaker-result>${status("cluster_status")}<actions/>${status("revised_cluster_status")}</pacemaker-result>`
    expect(parseSimulation(answer)).toEqual([
      { resource: "vip", action: "stay", node: "n1" },
      { resource: "a", action: "stay", node: "n1" },
      { resource: "a", action: "stay", node: "n2" },
    ])
  })

  test.each(["systemd:postgresql@13-main", "systemd:app\\x2dweb", "ocf::heartbeat:IPaddr2", "lsb:app+"])(
    "in words, of a resource of %s too",
    (agent) => {
      const status = (node: string) => `Full list of resources:\n\n db\t(${agent}):\t Started ${node}\n`
      const moved = " * Move       db     ( n1 -> n2 )"
      const answer = `Current cluster status:\n${status("n1")}\nTransition Summary:\n${moved}\n\nRevised cluster status:\n${status("n2")}`
      const { before, after } = simulatedFromText(answer)
      expect([before, after]).toEqual([new Map([["db", ["n1"]]]), new Map([["db", ["n2"]]])])
    },
  )

  test.each([
    ["nothing", ""],
    ["an error", "crm_simulate: no such file"],
    ["other XML", "<html/>"],
  ])("%s is refused", (_what, text) => {
    expect(() => parseSimulation(text)).toThrow()
  })
})
