import { describe, expect, test } from "vitest"
import { cluster, problemsOf } from "../../inventory/support.ts"
import { parseInventory } from "../../parse-inventory.ts"

const warningsOf = (text: string) =>
  parseInventory(cluster(`  ${text}\n`), "i.yaml").warnings.filter((warning) => warning.includes("knows no"))

test.each([
  [
    "properties: { no-quorum-policy: ignored }",
    '8:35 pacemaker.properties.no-quorum-policy: expected stop or freeze or ignore or demote or fence or suicide, got "ignored" -> ignore',
  ],
  [
    "properties: { pe-warn-series-max: lots }",
    '8:37 pacemaker.properties.pe-warn-series-max: expected a whole number, got "lots"',
  ],
  [
    "properties: { cluster-recheck-interval: 5 mins }",
    '8:43 pacemaker.properties.cluster-recheck-interval: expected a time such as 30s or 5min, got "5 mins"',
  ],
  [
    "properties: { stonith-enabled: nope }",
    '8:34 pacemaker.properties.stonith-enabled: expected true or false, got "nope"',
  ],
  [
    "resourceDefaults: { migration-threshold: few }",
    '8:44 pacemaker.resourceDefaults.migration-threshold: expected a whole number or INFINITY, got "few"',
  ],
  [
    "operationDefaults: { on-fail: restrt }",
    '8:33 pacemaker.operationDefaults.on-fail: expected ignore or block or stop or restart or demote or fence or standby or restart-container, got "restrt" -> restart',
  ],
])("a value that pacemaker would not take is refused: %s", (text, problem) => {
  expect(problemsOf(cluster(`  ${text}\n`))).toEqual([problem])
})

describe("a name that is nearly a known one", () => {
  test.each([
    ["properties: { no-quorum-polcy: stop }", "properties.no-quorum-polcy", "no-quorum-policy"],
    ["resourceDefaults: { migration-treshold: 1 }", "resourceDefaults.migration-treshold", "migration-threshold"],
    ["operationDefaults: { timeuot: 30s }", "operationDefaults.timeuot", "timeout"],
  ])("is warned of: %s", (text, path, meant) => {
    expect(warningsOf(text)).toEqual([
      expect.stringContaining(
        `pacemaker.${path}: pacemaker knows no "${path.split(".")[1]}"; did you mean "${meant}"?`,
      ),
    ])
  })
})

test.each([
  "properties: { site-of-ours: anything, stonith-enabled: OFF, maintenance-mode: y, batch-limit: -1 }",
  "properties: { cluster-recheck-interval: PT5M, dc-deadtime: 20, election-timeout: 2min, stonith-watchdog-timeout: -1 }",
  "resourceDefaults: { resource-stickiness: INFINITY, priority: -10, target-role: started }",
  "resourceDefaults: { resource-stickiness: infinity, priority: green }",
  "operationDefaults: { timeout: 500ms, enabled: false }",
])("what pacemaker takes is neither refused nor warned of: %s", (text) => {
  expect(warningsOf(text)).toEqual([])
})
