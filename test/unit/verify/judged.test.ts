import { expect, test } from "vitest"
import { HaopsError } from "../../../src/base/errors.ts"
import { createWorld } from "../../../src/engine/world.ts"
import type { Assessed } from "../../../src/model/view.ts"
import { Answers } from "../../../src/status/answers.ts"
import { loadViews } from "../../../src/status/views.ts"
import { runChecks } from "../../../src/verify/verify.ts"
import { parseInventory } from "../parse-inventory.ts"

// Verify's last check leaves out the steps that others judge: what they do not tell is told nowhere.

const inventory = parseInventory(
  `name: all
controllers: { c1: 10.0.0.1, c2: 10.0.0.2, c3: 10.0.0.3 }
loadbalancers: { lb1: 10.0.0.8, lb2: 10.0.0.9 }
pacemaker: { on: controllers, password: { env: P }, sbd: { watchdog: /dev/watchdog, timeout: 10s } }
vips:
  inner: { address: 10.0.0.10/24, on: controllers }
  geo: { address: 10.0.0.40/24, on: controllers }
  outer: { address: 10.0.0.20/24, on: loadbalancers, manager: keepalived }
galera: { quorum: first, sst: { password: { env: P } }, databases: { keystone: { password: { env: P } } } }
rabbitmq: { cookie: { env: P } }
memcached: {}
booth: { vip: geo, sites: [10.0.0.40, 10.5.0.40], arbitrators: [10.0.0.9], key: { env: P }, tickets: { apps: {} } }
keystone: { admin: { password: { env: P } }, vip: inner }
sysctl: { net.ipv4.ip_forward: 1 }
haproxy: { services: [{ name: a, port: 81, vip: outer }, { preset: galera, vip: inner }, { name: keystone, vip: inner, port: 5000, mode: http, check: http }] }
`,
  "all.yaml",
)
const views = await loadViews()
const judged = [...new Set(views.flatMap(({ judges = [] }) => judges.map(({ kind }) => kind)))]

/** The lines of the checks that fail where this came of a step on a host. */
function failing(kind: string, host: string, what: Partial<Assessed>): string {
  const world = createWorld(inventory.hosts)
  const one = {
    task: { step: { kind, scope: "each" }, title: kind },
    host,
    drift: [],
    findings: [],
    actions: [],
    ...what,
  }
  const assessments = [one] as unknown as Parameters<typeof runChecks>[0]["assessments"]
  const look = new Answers(inventory, world, [])
  return runChecks({ look, assessments, unasked: [], fromHere: new Map() }, views)
    .flatMap(({ outcome, evidence }) => (outcome === "fail" ? evidence : []))
    .join("\n")
}

test.each(judged)(
  "%s: what stands against it, and a probe of it that failed, fail the check that judges it",
  (kind) => {
    const host = kind.startsWith("keepalived") || kind === "haproxy-config" ? "lb1" : "c1"
    expect(failing(kind, host, { findings: [{ severity: "error", message: "x is masked" }] })).toContain("x is masked")
    expect(failing(kind, host, { error: new HaopsError("E_PROBE", "cut short") })).toContain("cut short")
  },
)
