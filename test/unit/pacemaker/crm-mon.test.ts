import { expect, test } from "vitest"
import { isSettled, parseCrmMon } from "../../../src/pacemaker/crm-mon.ts"
import { recorded } from "../membership/cluster.ts"

test("pacemaker 3: clones, a resource that is still starting", () => {
  const status = parseCrmMon(recorded("crm-mon-3.0.xml"))
  expect(status).toMatchObject({ dc: "controller2", quorate: true, failures: [] })
  expect(status?.nodes.map(({ name, online, pending }) => [name, online, pending])).toEqual([
    ["controller1", true, false],
    ["controller2", true, false],
    ["controller3", true, false],
  ])
  expect(status?.resources.map(({ id, role, nodes, within }) => [id, role, nodes, within])).toEqual([
    ["lb-haproxy", "Started", ["controller3"], ["lb-haproxy-clone"]],
    ["lb-haproxy", "Started", ["controller2"], ["lb-haproxy-clone"]],
    ["lb-haproxy", "Starting", ["controller1"], ["lb-haproxy-clone"]],
    ["vip", "Started", ["controller1"], []],
  ])
  expect(status?.resources.map(isSettled)).toEqual([true, true, false, true])
})

test("pacemaker 2.0: a standby node, a failed action", () => {
  const status = parseCrmMon(recorded("crm-mon-2.0.xml"))
  expect(status?.nodes.map(({ standby }) => standby)).toEqual([false, false, true])
  expect(status?.failures).toEqual([
    {
      operation: "lb-haproxy_start_0",
      node: "controller1",
      status: "error",
      reason: "",
      at: Date.UTC(2026, 10, 21, 8, 38, 14),
    },
  ])
})

test.each([
  ["2026-11-21 08:38:14Z", Date.UTC(2026, 10, 21, 8, 38, 14)],
  ["2026-11-21 08:38:14 +01:00", Date.UTC(2026, 10, 21, 7, 38, 14)],
  ["Sat Nov 21 08:38:14 2026", undefined],
])("when an action failed, where that is told with its zone: %s", (text, at) => {
  const xml = `<crm_mon><summary><current_dc present="false"/></summary><failures><failure op_key="vip_start_0" node="a" exitstatus="error" last-rc-change="${text}"/></failures></crm_mon>`
  expect(parseCrmMon(xml)?.failures[0]?.at).toBe(at)
})

test("a copy of a unique clone goes by the clone's name, one in a group in a clone knows both", () => {
  const xml = `<crm_mon><summary><current_dc present="false"/></summary><resources>
    <clone id="c"><group id="g:0"><resource id="r:1" role="Started" active="true" failed="false"><node name="a"/></resource></group></clone>
  </resources></crm_mon>`
  const status = parseCrmMon(xml)
  expect(status).toMatchObject({ dc: undefined, quorate: false })
  expect(status?.resources[0]).toMatchObject({ id: "r", nodes: ["a"], within: ["c", "g:0"] })
})

test("bans are those that keep a resource off a node, whatever its role", () => {
  const ban = (id: string, more: string) => `<ban id="${id}" resource="vip" node="a" ${more}/>`
  const xml = `<crm_mon><summary><current_dc present="false"/></summary><bans>${[
    ban("cli-ban-vip-on-a", 'weight="-1000000" promoted-only="false" master_only="false"'),
    ban("old", 'weight="-1000000" master_only="false"'),
    ban("role", 'weight="-1000000" promoted-only="true"'),
    ban("old-role", 'weight="-1000000" master_only="true"'),
    ban("rather-not", 'weight="-50" promoted-only="false"'),
  ].join("")}</bans></crm_mon>`
  expect(parseCrmMon(xml)?.bans).toEqual([
    { id: "cli-ban-vip-on-a", resource: "vip", node: "a" },
    { id: "old", resource: "vip", node: "a" },
  ])
})

test.each([
  ["", "nothing was printed"],
  [
    '<pacemaker-result><status code="102" message="Not connected"><errors><error>x</error></errors></status></pacemaker-result>',
    "pacemaker 2.1 says that it is not connected",
  ],
  ['<crm_mon version="2.1.5"/>', "the old form has no summary"],
])("%j: the cluster does not run here (%s)", (xml) => {
  expect(parseCrmMon(xml)).toBeUndefined()
})

test.each(["<a", "<a/><b/>", "hello", "<html/>", '<!DOCTYPE x [<!ENTITY y "z">]><crm_mon/>'])(
  "%j is not a status",
  (xml) => {
    expect(() => parseCrmMon(xml)).toThrow()
  },
)
