import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { inventoryReference } from "../../../src/build/reference.ts"
import { exampleOf, type Schema, splitDefault, typeOf } from "../../../src/build/reference-cells.ts"
import { currentReference, REFERENCE } from "../../../src/build/write-reference.ts"
import { ROOT } from "../readme.ts"

test(`${REFERENCE} is what the schema says (npm run reference writes it)`, async () => {
  expect(readFileSync(join(ROOT, REFERENCE), "utf8")).toBe(await currentReference())
})

test.each([
  ["Port of sshd. Default: ~/.ssh/config, else 22", "Port of sshd", "~/.ssh/config, else 22"],
  ["How to become root. Default sudo; not used by root", "How to become root; not used by root", "sudo"],
  ["Token rotations. Corosync's default 2500", "Token rotations", "2500"],
  ["In the queue; haops' default is 1m", "In the queue", "1m"],
  ["Wait for agreement. Default 1.2 times token", "Wait for agreement", "1.2 times token"],
  ["Default /", "", "/"],
  ["strict (default): only known ones", "strict (default): only known ones", "strict"],
  ["Missed ones; 0, the default, turns it off", "Missed ones; 0, the default, turns it off", "0"],
  ["Kept on both sides; haproxy's default", "Kept on both sides; haproxy's default", "true"],
])("the default of %j", (description, text, byDefault) => {
  expect(splitDefault(description)).toEqual({ text, byDefault })
})

test.each(["default, utilization, balanced", "Every key has a default", "Defaults of all TLS binds"])(
  "%j tells no default",
  (description) => expect(splitDefault(description)).toEqual({ text: description }),
)

test.each<[Schema, string, string | undefined]>([
  [{ type: "string", pattern: "^[0-9]+(ms|s|min|h)$" }, "time", "30s"],
  [{ enum: ["a", "b"] }, "`a`, `b`", "b"],
  [{ type: "integer", minimum: 1, maximum: 255 }, "number, 1 to 255", "1"],
  [{ type: "integer", minimum: 1, maximum: 65_535, description: "Port. Default 1080" }, "number, 1 to 65535", "1080"],
  [{ type: "array", items: { type: "boolean" } }, "list of true or false", "[true]"],
  [{ type: "string", description: "Interface, such as ens3" }, "text", "ens3"],
  [{ type: "string", description: "Host, such as a controller" }, "text", undefined],
  [{ anyOf: [{ const: false }, { type: "string" }] }, "`false` or text", "false"],
])("type and example of %j", (schema, type, example) => {
  expect(typeOf(schema)).toBe(type)
  expect(exampleOf(schema)).toBe(example)
})

test("keys are told once, entries by NAME and [], and an inventory's own value is the example", () => {
  const login: Schema = {
    type: "object",
    description: "How to log in",
    properties: { user: { type: "string" }, port: { type: "integer" }, key: { type: "string", description: "a|b" } },
  }
  const schema: Schema = {
    required: ["hosts"],
    properties: {
      ssh: login,
      hosts: {
        type: "object",
        additionalProperties: { type: "object", properties: { ssh: login }, required: ["ssh"] },
      },
    },
  }
  const tables = inventoryReference(schema, [{ ssh: { user: "root" } }])
    .split("\n")
    .filter((line) => /^\| `/.test(line))
  expect(tables).toEqual([
    "| `ssh` | How to log in | mapping | – | `{ user: root }` |",
    "| `ssh.user` |  | text | – | `root` |",
    "| `ssh.port` |  | number | – | `1` |",
    "| `ssh.key` | a\\|b | text | – |  |",
    "| `hosts` |  | mapping by name | required |  |",
    "| `hosts.NAME` |  | mapping | – |  |",
    "| `hosts.NAME.ssh` | How to log in | as `ssh` | required |  |",
  ])
})
