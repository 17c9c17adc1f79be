import { HaopsError } from "../../../src/base/errors.ts"
import type { Drift, HaopsEvent, StepPlace } from "../../../src/base/events.ts"
import type { Plan, PlannedStep } from "../../../src/engine/plan-model.ts"

export const HOSTS = ["controller1", "controller2", "controller3"] as const

export const HAPROXY_DIFF = `--- /etc/haproxy/haproxy.cfg
+++ /etc/haproxy/haproxy.cfg
@@ -38,7 +38,7 @@
 listen keystone_public
   bind 10.0.0.11:5000
   server controller2 10.0.0.13:5000 check inter 2000 rise 2 fall 5
-  server controller3 10.0.0.14:5000 check inter 2000 rise 2 fall 5
+  server controller3 10.0.0.15:5000 check inter 2000 rise 2 fall 5
 
 listen glance_api
   bind 10.0.0.11:9292
`

export function haproxyDrift(have = "812 bytes, sha256 aaaa"): Drift {
  return { attribute: "/etc/haproxy/haproxy.cfg", have, want: "changed", risk: "reload", diff: HAPROXY_DIFF }
}

export function planned(fields: Partial<PlannedStep> & Pick<PlannedStep, "host" | "drift">): PlannedStep {
  return {
    stage: "haproxy",
    kind: "haproxy-config",
    title: "haproxy config",
    scope: "each",
    actions: ["write /etc/haproxy/haproxy.cfg (0640 root:haproxy)"],
    expected: false,
    ...fields,
  }
}

export function plan(fields: Partial<Plan> = {}): Plan {
  return {
    cluster: "openstack-cluster",
    inventory: "prod.yaml",
    hosts: HOSTS.map((host) => ({ host, state: "reached", checked: 23, drifted: 0 })),
    stages: [],
    findings: [],
    transitions: [],
    notes: [],
    risk: "none",
    ms: 400,
    ...fields,
  }
}

export function at(host: string, fields: Partial<StepPlace> = {}): StepPlace {
  return { stage: "haproxy", host, step: "haproxy config", scope: "each", ...fields }
}

export const CIB = { stage: "cluster", step: "cluster resources", scope: "once" } as const

export function commandError(fields: { stderr?: string; stdout?: string; hint?: string } = {}): HaopsError {
  const { stderr = "", stdout = "", hint } = fields
  return new HaopsError("E_COMMAND", "haproxy -c -f /etc/haproxy/haproxy.cfg exited 1", {
    host: "controller2",
    step: "haproxy config",
    hint,
    result: { code: 1, stdout, stderr, durationMs: 1234 },
  })
}

export const STARTED: HaopsEvent = {
  type: "run-started",
  runId: "2026-11-21T081500Z-3f9a",
  verb: "up",
  cluster: "openstack-cluster",
  inventory: "conf/prod.yaml",
  hosts: HOSTS,
  stages: ["preflight", "haproxy", "cluster"],
}

/** A whole `up`: a file changes on two hosts, then the cluster is changed by one of them. */
export const CHANGING_RUN: readonly HaopsEvent[] = [
  STARTED,
  ...HOSTS.map((host): HaopsEvent => ({ type: "host-connected", host, ms: 100 })),
  { type: "facts", hosts: HOSTS, ms: 200 },
  { type: "stage-started", stage: "haproxy", hosts: HOSTS },
  { type: "step-in-sync", ...at("controller3") },
  ...["controller1", "controller2"].flatMap((host): HaopsEvent[] => [
    { type: "step-drifted", ...at(host), drift: [haproxyDrift()] },
    { type: "action-started", ...at(host), action: "write /etc/haproxy/haproxy.cfg (0640 root:haproxy)" },
    { type: "action-finished", ...at(host), action: "write /etc/haproxy/haproxy.cfg (0640 root:haproxy)", ms: 900 },
    { type: "step-changed", ...at(host), ms: 1100 },
  ]),
  { type: "stage-finished", stage: "haproxy", changed: true, ms: 1500 },
  { type: "stage-started", stage: "cluster", hosts: HOSTS },
  {
    type: "step-drifted",
    ...at("controller2", CIB),
    drift: [
      { attribute: "resource api_vip", have: "absent", want: "ocf:heartbeat:IPaddr2 ip=192.168.1.3", risk: "none" },
    ],
  },
  { type: "waiting", ...at("controller2", CIB), for: "vip on one node" },
  { type: "action-started", ...at("controller2", CIB), action: "push the CIB" },
  { type: "action-finished", ...at("controller2", CIB), action: "push the CIB", ms: 1900 },
  { type: "step-changed", ...at("controller2", CIB), ms: 2000 },
  { type: "step-in-sync", ...at("controller1", { ...CIB, step: "pcs authenticated" }) },
  { type: "stage-finished", stage: "cluster", changed: true, ms: 2100 },
  { type: "run-finished", outcome: "done", ms: 5600 },
]

/** A stream that keeps what was written. */
export function fakeStream(fields: { isTTY?: boolean; columns?: number; rows?: number } = {}) {
  const written: string[] = []
  return { ...fields, written, text: () => written.join(""), write: (text: string) => written.push(text) }
}
