import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { cluster, problemsOf } from "../../inventory/support.ts"
import { parseInventory } from "../../parse-inventory.ts"
import { withPacemaker } from "./support.ts"

const warningsOf = (text: string, file = "i.yaml") =>
  parseInventory(text, file).warnings.filter((warning) => warning.includes("knows no"))

/** Every place that holds options of a resource, each with what stands before them in its line 8. */
const PLACES = [
  { path: "pacemaker.resources.a", inside: (text: string) => `  resources: { a: { agent: "ocf:x:a", ${text} } }\n` },
  { path: "pacemaker.fencing[0]", inside: (text: string) => `  fencing: [{ name: f, agent: fence_a, ${text} }]\n` },
  {
    path: "vips.v.resource",
    inside: (text: string) => `vips: { v: { address: 10.0.0.9/24, resource: { ${text} } } }\n`,
  },
  {
    path: "haproxy.resource",
    inside: (text: string) =>
      `haproxy: { services: [{ preset: galera }], resource: { ${text} } }\nvips: { w: 10.0.0.8/24 }\n`,
  },
]

const resource = (text: string) => cluster(PLACES[0]!.inside(text))

describe.each(PLACES)("in $path", ({ path, inside }) => {
  const place = (text: string, word: string) => `8:${inside(text).indexOf(text) + text.lastIndexOf(word) + 1}`

  test.each([
    ["meta: { resource-stickines: 3 }", "meta.resource-stickines", "resource-stickiness"],
    ["meta: { migration-treshold: 3 }", "meta.migration-treshold", "migration-threshold"],
    ["operations: { start: { timout: 3 } }", "operations.start.timout", "timeout"],
    ["operations: { monitor: [{ interval: 9s }, { roel: 3 }] }", "operations.monitor[1].roel", "role"],
  ])("an option that is nearly a known one is warned of: %s", (text, key, meant) => {
    const name = key.split(".").at(-1)
    expect(warningsOf(cluster(inside(text)))).toEqual([
      `i.yaml:${place(text, "3")} ${path}.${key}: pacemaker knows no "${name}"; did you mean "${meant}"?`,
    ])
  })

  test.each([
    ["meta: { migration-threshold: lots }", "meta.migration-threshold: expected a whole number or INFINITY", "lots"],
    ["operations: { stop: { timeout: soon } }", "operations.stop.timeout: expected a time such as 30s or 5min", "soon"],
    ["operations: { monitor: often }", "operations.monitor: expected a time such as 30s or 5min", "often"],
    ["operations: { monitor: [{ enabled: yess }] }", "operations.monitor[0].enabled: expected true or false", "yess"],
    [
      "operations: { monitor: { OCF_CHECK_LEVEL: deep } }",
      "operations.monitor.OCF_CHECK_LEVEL: expected a whole number",
      "deep",
    ],
  ])("a value that pacemaker would not take is refused: %s", (text, message, value) => {
    expect(problemsOf(cluster(inside(text)))).toEqual([`${place(text, value)} ${path}.${message}, got "${value}"`])
  })

  test("an operation that is nearly a known one is refused", () => {
    const text = "operations: { monitr: 30s }"
    expect(problemsOf(cluster(inside(text)))).toEqual([
      `${place(text, "monitr")} ${path}.operations.monitr: pacemaker knows no operation "monitr" -> monitor`,
    ])
  })
})

describe("of a clone", () => {
  test.each([
    ["interleav: true", "interleave"],
    ["clone-mx: 2", "clone-max"],
    ["promotabel: true", "promotable"],
    ["resource-stickines: 3", "resource-stickiness"],
  ])("an option that is nearly a known one is warned of: %s", (text, meant) => {
    const name = text.split(":")[0]
    expect(warningsOf(resource(`clone: { ${text} }`))).toEqual([
      expect.stringContaining(
        `pacemaker.resources.a.clone.${name}: pacemaker knows no "${name}"; did you mean "${meant}"?`,
      ),
    ])
  })

  test.each([
    ["interleave: yess", '8:60 pacemaker.resources.a.clone.interleave: expected true or false, got "yess"'],
    ["clone-max: two", '8:59 pacemaker.resources.a.clone.clone-max: expected a whole number, got "two"'],
    [
      "target-role: Stoped",
      '8:61 pacemaker.resources.a.clone.target-role: expected Started or Stopped or Promoted or Unpromoted or Master or Slave, got "Stoped" -> Stopped',
    ],
  ])("a value that pacemaker would not take is refused: %s", (text, problem) => {
    expect(problemsOf(resource(`clone: { ${text} }`))).toEqual([problem])
  })
})

test("all of a file is told at once, also beside what does not fit the schema, at the places of the file", () => {
  const text = cluster(`  fencing:
    - { nme: x, agent: fence_a }
    - { name: power, agent: fence_a, operations: { monitor: { timeout: soon } } }
  resources:
    a:
      agent: "systemd:a"
      clone: { interleave: yess }
      operations: { monitr: { timeout: never } }
vips:
  vip: { address: 10.0.0.9/24, colour: red, resource: { meta: { priority: high } } }
`)
  expect(problemsOf(text)).toEqual([
    '9:9 unknown key "nme" in pacemaker.fencing[0] -> name',
    '10:72 pacemaker.fencing[1].operations.monitor.timeout: expected a time such as 30s or 5min, got "soon"',
    '14:28 pacemaker.resources.a.clone.interleave: expected true or false, got "yess"',
    '15:21 pacemaker.resources.a.operations.monitr: pacemaker knows no operation "monitr" -> monitor',
    '15:40 pacemaker.resources.a.operations.monitr.timeout: expected a time such as 30s or 5min, got "never"',
    '17:32 unknown key "colour" in vips.vip; known keys: address, nic, on, manager, virtualRouterId, monitor, resource',
    '17:75 vips.vip.resource.meta.priority: expected a whole number or INFINITY, got "high"',
  ])
})

test("what the CIB's schema checks is written as that spells it, of resources and templates", () => {
  const text = (of: string) => `  ${of}:
    in-${of}:
      agent: "systemd:a"
      operations:
        monitor: { enabled: no, record-pending: Y, on-fail: Fence, interval: 10s }
        start: { enabled: "1", on-fail: RESTART-container, OCF_CHECK_LEVEL: 10 }
        promote: { role: master, description: "No", enabled: false }
`
  const { resources, parts } = withPacemaker(text("resources") + text("templates")).pacemaker!
  const monitor = { enabled: "false", "record-pending": "true", "on-fail": "fence", interval: "10s" }
  const start = { enabled: "true", "on-fail": "restart-container" }
  const promote = { role: "Master", description: "No", enabled: "false" }
  expect(resources[0]?.operations.map(({ options }) => options)).toEqual([
    monitor,
    { ...start, OCF_CHECK_LEVEL: "10" },
    promote,
  ])
  const operations = parts?.[0]?.element.children.find(({ name }) => name === "operations")?.children
  expect(operations?.map(({ attributes }) => attributes)).toMatchObject([monitor, start, promote])
})

test("an operation that requires something is warned of", () => {
  expect(warningsOf(resource("operations: { start: { requires: nothing } }"))).toEqual([
    expect.stringContaining("the CIB of a new cluster knows no requires at an operation; write it in meta"),
  ])
})

describe("neither refused nor warned of is", () => {
  test.each([
    "meta: { priority: 5, resource-stickiness: -INFINITY, migration-threshold: infinity }",
    "meta: { is-managed: on, maintenance: n, critical: false, allow-migrate: true, allow-unhealthy-nodes: 1 }",
    "meta: { target-role: Stopped, requires: nothing, multiple-active: stop_unexpected, failure-timeout: PT1H }",
    "meta: { remote-node: guest, remote-addr: 10.0.0.7, remote-port: 3121, remote-connect-timeout: 60s, remote-allow-migrate: false }",
    "meta: { container-attribute-target: host, priority: red }",
    "clone: { id: many, promotable: true, promoted-max: 1, promoted-node-max: 1, master-max: 1, master-node-max: 1 }",
    "clone: { clone-max: 2, clone-node-max: 1, clone-min: 1, notify: true, ordered: off, globally-unique: false }",
    "clone: { interleave: true, target-role: Started, resource-stickiness: 1, failure-timeout: 30, is-managed: y }",
    "operations: { monitor: 30s, start: { timeout: 1min }, stop: { timeout: 90, on-fail: fence } }",
    "operations: { monitor: [{ interval: 10s, role: Promoted, OCF_CHECK_LEVEL: 10 }, { interval: 11s, role: Unpromoted }] }",
    "operations: { monitor: { interval: PT30S, start-delay: 5s, enabled: false, record-pending: true } }",
    "operations: { monitor: { interval: 24h, interval-origin: '2026-01-01 03:00:00', description: nightly, name: monitor } }",
    "operations: { promote: { timeout: 60s }, demote: { timeout: 60s }, notify: { timeout: 60s }, recover: 0s }",
    "operations: { migrate_to: { timeout: 60s }, migrate_from: { timeout: 60s }, reload: 0s, reload-agent: 0s }",
    "operations: { validate-all: 0s, meta-data: { timeout: 5s }, metadata: { timeout: 5s }, status: 0s, restart: 0s }",
  ])("what pacemaker and its agents know: %s", (text) => {
    expect(warningsOf(resource(text))).toEqual([])
  })

  test.each([
    "meta: { acme-department: finance }",
    "clone: { acme-department: finance }",
    "operations: { backup: 24h }",
    "operations: { monitor: { interval: 10s, trace_ra: 1 } }",
  ])("a name of the user's or of an agent's own: %s", (text) => {
    expect(warningsOf(resource(text))).toEqual([])
  })

  test.each(readdirSync("inventory").filter((name) => name.endsWith(".yaml")))("anything in the example %s", (name) => {
    const file = `inventory/${name}`
    expect(warningsOf(readFileSync(file, "utf8"), file)).toEqual([])
  })
})
