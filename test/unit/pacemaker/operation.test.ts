import { expect, test } from "vitest"
import { resourceOf } from "../../../src/pacemaker/operation.ts"

test.each([
  ["vip_monitor_10000", "vip"],
  ["vip_b_start_0", "vip_b"],
  ["lb-haproxy:12_stop_0", "lb-haproxy"],
  ["db_migrate_to_0", "db"],
  ["db_migrate_from_0", "db"],
  ["agent_reload-agent_0", "agent"],
])("%s is of %s", (operation, resource) => {
  expect(resourceOf(operation)).toBe(resource)
})
