import { expect, test } from "vitest"
import { parseDeviceRuns } from "../../../../src/pacemaker/fencing/device-runs.ts"
import { parseFenceDevices, parseFenceHistory } from "../../../../src/pacemaker/fencing/history.ts"

test("the cluster's memory of a fencing, as pacemaker 2.1.5 tells it", () => {
  const xml = `<pacemaker-result api-version="2.25" request="stonith_admin --history controller2 --output-as=xml">
  <list name="fencing history" count="1">
    <fence_event action="reboot" target="controller2" client="stonith_admin.1762" origin="controller1" status="success" delegate="controller3" completed="2026-11-29 23:19:48Z"/>
  </list>
  <status code="0" message="OK"/>
</pacemaker-result>`
  expect(parseFenceHistory(xml)).toEqual([
    {
      ...{ status: "success", action: "reboot", target: "controller2", client: "stonith_admin.1762" },
      ...{ origin: "controller1", delegate: "controller3", completed: "2026-11-29 23:19:48Z" },
    },
  ])
  expect(() => parseFenceHistory("unrecognized option")).toThrow(/stonith_admin was not understood/)
})

test("the devices that cover a node, none included", () => {
  const list = (items: string, count: number) => `<pacemaker-result api-version="2.25" request="stonith_admin --list n">
  <list name="registered fence devices" count="${count}"${items === "" ? "/>" : `>${items}</list>`}
  <status code="0" message="OK"/>
</pacemaker-result>`
  const items = '<item name="device">power-controller2</item>\n<item name="device">broken</item>'
  expect(parseFenceDevices(list(items, 2))).toEqual(["power-controller2", "broken"])
  expect(parseFenceDevices(list("", 0))).toEqual([])
  expect(() => parseFenceDevices("power-controller2\n1 fence device found\n")).toThrow(/was not understood/)
})

test("which devices were used, by the log of a fencer of pacemaker 2.1 and of 2.0; the last try counts, other targets do not", () => {
  const log = ` notice: Requesting that controller1 perform 'reboot' action targeting controller2 using broken
 error: Operation 'reboot' [1763] targeting controller2 using broken could not be executed: Timed Out (Fence agent did not complete within 60s)
 error: Operation 'off' [1764] targeting controller2 using pdu returned 1, retrying with ups
 notice: Operation 'off' [1765] targeting controller2 using pdu returned 0
 notice: Operation 'on' [1766] targeting controller2 using pdu returned 0
 notice: Operation 'reboot' [1767] targeting controller3 using other returned 0
 notice: Operation 'reboot' targeting controller2 by controller3 for stonith_admin.1762@controller1: OK (complete)
notice: Operation 'reboot' [88] (call 2 from stonith_admin.71) for host 'controller2' with device 'old' returned: 0 (OK)
error: Operation 'reboot' [89] (call 2 from stonith_admin.71) for host 'controller2' with device 'older' returned: -201 (Generic Pacemaker error)
`
  expect(parseDeviceRuns(log, "controller1", "controller2")).toEqual([
    {
      ...{ device: "broken", on: "controller1", ok: false },
      said: "could not be executed: Timed Out (Fence agent did not complete within 60s)",
    },
    { device: "pdu", on: "controller1", ok: true, said: "returned 0" },
    { device: "old", on: "controller1", ok: true, said: "returned 0 (OK)" },
    { device: "older", on: "controller1", ok: false, said: "returned -201 (Generic Pacemaker error)" },
  ])
})
