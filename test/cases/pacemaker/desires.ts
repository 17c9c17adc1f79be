import type { Constraint } from "../../../src/model/inventory.ts"
import type { Desired, DesiredResource } from "../../../src/pacemaker/desired.ts"

/** A resource with everything that is not said left empty. */
export function resource(id: string, agent: string, parts: Partial<DesiredResource> = {}): DesiredResource {
  return { id, agent, fencing: false, parameters: {}, operations: [], meta: {}, ...parts }
}

export function monitor(interval: string, options: Record<string, string> = {}) {
  return { name: "monitor", options: { interval, ...options } }
}

export function cloned(id: string, meta: Record<string, string> = {}, promotable = false) {
  return { clone: { id, meta, promotable } }
}

export function colocation(id: string, resource: string, other: string, score = "INFINITY"): Constraint {
  return { type: "colocation", id, resource, with: other, score }
}

export function order(
  id: string,
  first: string,
  then: string,
  parts: Partial<Extract<Constraint, { type: "order" }>> = {},
): Constraint {
  return { type: "order", id, first, then, kind: "Mandatory", firstAction: "start", thenAction: "start", ...parts }
}

export function location(id: string, resource: string, node: string, score: string): Constraint {
  return { type: "location", id, resource, node, score }
}

export function desired(parts: Partial<Desired> & { properties?: Record<string, string> } = {}): Desired {
  const { properties = {}, ...rest } = parts
  const sections = { property: properties, "resource-default": {}, "operation-default": {} }
  return { sections, resources: [], constraints: [], ...rest }
}

const PROPERTIES = {
  "stonith-enabled": "false",
  "no-quorum-policy": "ignore",
  "pe-warn-series-max": "1000",
  "cluster-recheck-interval": "5min",
}
const VIP = "ocf:heartbeat:IPaddr2"
const DUMMY = "ocf:heartbeat:Dummy"
const HAPROXY = resource("lb-haproxy", "systemd:haproxy", {
  operations: [monitor("1s")],
  meta: { "migration-threshold": "1", "failure-timeout": "30s" },
  ...cloned("lb-haproxy-clone", { interleave: "true" }),
})
const FENCING = resource("fence1", "stonith:fence_ipmilan", {
  fencing: true,
  parameters: { ip: "10.0.9.1", username: "admin", pcmk_host_list: "controller1" },
  operations: [monitor("60s")],
})

/** States of a cluster one after the other: each way from one to the next exercises other commands. */
export const DESIRES: Readonly<Record<string, Desired>> = {
  "a load balancer": desired({
    sections: {
      property: PROPERTIES,
      "resource-default": { "migration-threshold": "1" },
      "operation-default": {},
    },
    resources: [
      resource("vip", VIP, { parameters: { ip: "10.0.0.11", cidr_netmask: "24" }, operations: [monitor("30s")] }),
      HAPROXY,
    ],
    constraints: [
      colocation("vip-with-lb-haproxy", "vip", "lb-haproxy-clone"),
      order("vip-then-lb-haproxy", "vip", "lb-haproxy-clone", { kind: "Optional" }),
    ],
  }),
  "one of everything": desired({
    sections: {
      property: PROPERTIES,
      "resource-default": { "migration-threshold": "1", "resource-stickiness": "100" },
      "operation-default": { timeout: "60s" },
    },
    resources: [
      FENCING,
      resource("vip", VIP, { parameters: { ip: "10.0.0.11", cidr_netmask: "24" }, operations: [monitor("30s")] }),
      HAPROXY,
      resource("first", DUMMY, { group: "tail", parameters: { fake: "a value, with spaces & 'quotes'" } }),
      resource("second", DUMMY, { group: "tail", operations: [monitor("20s", { timeout: "40s" })] }),
      resource("state", "ocf:pacemaker:Stateful", {
        operations: [monitor("10s", { role: "Promoted" }), monitor("11s", { role: "Unpromoted" })],
        ...cloned("state-clone", { notify: "true" }, true),
      }),
      resource("named", DUMMY, cloned("by-another-name", { "clone-max": "2" })),
    ],
    constraints: [
      colocation("vip-with-lb-haproxy", "vip", "lb-haproxy-clone"),
      order("vip-then-lb-haproxy", "vip", "lb-haproxy-clone", { kind: "Optional" }),
      order("promote-first", "state-clone", "tail", { firstAction: "promote", symmetrical: false }),
      colocation("tail-apart", "tail", "vip", "-200"),
      location("vip-home", "vip", "controller1", "100"),
    ],
  }),
  "everything changed": desired({
    sections: {
      property: { "stonith-enabled": "false", "no-quorum-policy": "stop", "cluster-recheck-interval": "300" },
      "resource-default": { "resource-stickiness": "50" },
      "operation-default": { timeout: "1min" },
    },
    resources: [
      { ...FENCING, parameters: { ip: "10.0.9.2", username: "admin" } },
      resource("vip", VIP, {
        parameters: { ip: "10.0.0.12", nic: "eth0" },
        operations: [monitor("10s"), { name: "start", options: { interval: "0s", timeout: "45s" } }],
        meta: { "migration-threshold": "3" },
      }),
      { ...HAPROXY, meta: { "failure-timeout": "1min" }, ...cloned("lb-haproxy-clone", { "clone-max": "2" }) },
      resource("third", DUMMY, { group: "tail" }),
      resource("second", DUMMY, { group: "tail", operations: [monitor("20s", { timeout: "50s" })] }),
      resource("first", DUMMY, { group: "tail" }),
      resource("state", "ocf:pacemaker:Stateful", {
        operations: [monitor("10s", { role: "Promoted" }), monitor("13s", { role: "Unpromoted" })],
        ...cloned("state-clone", {}, true),
      }),
      resource("named", DUMMY, { operations: [monitor("10s"), monitor("33s", { OCF_CHECK_LEVEL: "10" })] }),
      resource("late", DUMMY, cloned("late-clone")),
    ],
    constraints: [
      colocation("vip-with-lb-haproxy", "vip", "lb-haproxy-clone", "500"),
      order("vip-then-lb-haproxy", "vip", "lb-haproxy-clone"),
      location("vip-home", "vip", "controller2", "-INFINITY"),
      location("named-home", "named", "controller2", "INFINITY"),
    ],
  }),
  rebuilt: desired({
    sections: {
      property: { "no-quorum-policy": "stop", "stonith-enabled": "false" },
      "resource-default": {},
      "operation-default": {},
    },
    resources: [
      resource("vip", DUMMY),
      resource("first", DUMMY, cloned("first-clone")),
      resource("second", DUMMY, { group: "other" }),
      resource("state", "ocf:pacemaker:Stateful", cloned("states", {}, true)),
      resource("late", DUMMY, cloned("late-clone", { "target-role": "Started" })),
    ],
    constraints: [
      location("vip-home", "vip", "controller2", "-INFINITY"),
      colocation("late-second", "late-clone", "other"),
    ],
  }),
  "next to nothing": desired({ properties: { "stonith-enabled": "false" } }),
}
