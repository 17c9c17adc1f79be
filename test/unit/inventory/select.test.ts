import { expect, test } from "vitest"
import { selectHosts } from "../../../src/inventory/select.ts"
import { parseInventory } from "../parse-inventory.ts"

const inventory = parseInventory(
  "name: x\ncontrollers: { c1: 10.0.0.1, c2: 10.0.0.2, c10.lab: 10.0.0.3 }\nloadbalancers: { lb1: 10.0.0.4 }\n",
  "i.yaml",
)

test.each([
  [undefined, "c1 c2 c10.lab lb1"],
  ["all", "c1 c2 c10.lab lb1"],
  ["c2", "c2"],
  ["lb1, c1", "c1 lb1"],
  ["c?", "c1 c2"],
  ["c1*", "c1 c10.lab"],
  ["c10.lab", "c10.lab"],
  ["controllers", "c1 c2 c10.lab"],
  ["loadbalancers,c1,c1", "c1 lb1"],
])("--limit %s selects %s", (limit, names) => {
  const selected = selectHosts(inventory, limit)
  expect(selected.map((host) => host.name).join(" ")).toBe(names)
})

test.each([
  ["controler", 'no host or group is called "controler"'],
  ["controler s,c1", 'no host or group is called "controler s"'],
  ["controlers", '"controlers"; did you mean "controllers"?'],
  ["x*", 'no host or group is called "x*"'],
  ["c1.*[", 'no host or group is called "c1.*["'],
  [",", "--limit names no host"],
])("--limit %s is an error of input", (limit, message) => {
  expect(() => selectHosts(inventory, limit)).toThrow(
    expect.objectContaining({ code: "E_INPUT", message: expect.stringContaining(message) }),
  )
})
