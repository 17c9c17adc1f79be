import type { Topology } from "../../src/base/events.ts"
import type { JournalChange, JournalDrill, JournalEntry } from "../../src/output/journal.ts"
import type { PostMortem } from "../../src/output/report/post-mortem.ts"

// Pages as a reader meets them: as long as real ones, with everything in them.

const START = Date.UTC(2026, 10, 29, 12, 30, 0)
const HOSTS = ["controller1", "controller2", "controller3"]
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString()

function change(host: string, step: string, end: number, ms: number, more: Partial<JournalChange> = {}): JournalChange {
  return {
    ...{ type: "change", time: at(end), stage: "packages", host, step, scope: "each", outcome: "changed", ms },
    ...{ drift: [{ attribute: step, have: "absent", want: "as the inventory says", risk: "none" }] },
    actions: [{ action: `printf '%s\\n' '${step}'`, ms: ms / 2 }],
    ...more,
  }
}

const SERVICES = ["keystone_public", "glance_api", "nova_api"].map((name, index) => ({
  name,
  vip: "vip",
  port: 5000 + index,
  members: HOSTS,
}))
const BARE: Topology = { nodes: HOSTS.map((name) => ({ name })), held: [], services: SERVICES }
const BUILT: Topology = {
  nodes: HOSTS.map((name) => ({ name, state: "in service" })),
  held: [
    { what: "vip", address: "10.0.0.11", on: ["controller1"] },
    { what: "lb-haproxy", on: HOSTS },
  ],
  services: SERVICES,
}

const DIFF = `--- a/haproxy.cfg
+++ b/haproxy.cfg
@@ -10,5 +10,5 @@
 listen keystone_public
   bind 10.0.0.11:5000
-  server controller3 10.0.0.14:5000 check inter 2000 rise 2 fall 5
+  server controller3 10.0.0.15:5000 check inter 2000 rise 2 fall 5
   option httpchk
`

/** A first `up` in which one host fails. */
export const UP: readonly JournalEntry[] = [
  {
    ...{ type: "run", format: 1, time: at(0), runId: "2026-11-29T123000Z-8a6c", verb: "up", cluster: "prod" },
    ...{ inventory: "/home/me/prod.yaml", hosts: HOSTS, user: "me", from: "laptop", haops: "0.1.0" },
  },
  ...HOSTS.flatMap((host, index) => [
    change(host, "packages pacemaker, corosync, pcs", 14 + index, 12_000 + index * 900),
    change(host, "file /etc/hosts", 15 + index, 300, { stage: "hosts" }),
    change(host, "haproxy.cfg", 17 + index, 1200, {
      stage: "haproxy",
      drift: [
        { attribute: "/etc/haproxy/haproxy.cfg", have: "918 bytes", want: "930 bytes", risk: "reload", diff: DIFF },
      ],
    }),
  ]),
  change("controller1", "cluster prod", 26, 6500, {
    ...{ stage: "cluster", scope: "once" },
    actions: [
      { action: "pcs cluster setup prod controller1 controller2 controller3", ms: 2500 },
      { action: "wait for the first election, at most 60 s", ms: 3900 },
    ],
  }),
  {
    ...{ type: "transitions", time: at(27), host: "controller1" },
    transitions: [
      { resource: "vip", action: "start", node: "controller1" },
      ...HOSTS.map((node) => ({ resource: "lb-haproxy", action: "start", node })),
    ],
  },
  change("controller1", "resources of prod", 29, 2800, { stage: "cluster", scope: "once" }),
  change("controller3", "service rabbitmq-server", 31, 1500, {
    stage: "rabbitmq",
    outcome: "failed",
    error: {
      code: "E_COMMAND",
      message: "rabbitmq-server did not start: the cookie is another one than controller1's",
    },
  }),
  { type: "topology", time: at(32), before: BARE, after: BUILT },
  {
    ...{ type: "end", time: at(32), outcome: "partial", ms: 32_000 },
    recap: HOSTS.map((host, index) => ({
      host,
      ok: 20,
      changed: 3,
      failed: index === 2 ? 1 : 0,
      unreachable: false,
      ms: 17_000,
    })),
  },
]

const EVERY_MS = 50

/** Killing haproxy: 400 requests, of which those of 0.4 s come to nothing. */
export const DRILL: JournalDrill = {
  ...{ type: "drill", time: at(20), host: "controller1", fault: "Killing haproxy on controller1" },
  at: "http://10.0.0.11:5000/",
  answered: Array.from({ length: 400 }, (_, index) => (index - 40) * EVERY_MS)
    .filter((sent) => sent < 0 || sent > 420)
    .map(
      (sent) =>
        [sent, sent + 2 + ((Math.abs(sent / EVERY_MS) * 7919) % 5) + (sent > 420 && sent < 700 ? 8 : 0)] as const,
    ),
  failed: Array.from({ length: 9 }, (_, index) => [index * EVERY_MS, index * EVERY_MS + 1] as const),
  outages: [{ fromMs: 0, toMs: 450 }],
  marks: [
    { ms: 0, what: "Killing haproxy on controller1" },
    { ms: 310, what: "vip nowhere" },
    { ms: 430, what: "vip on controller2" },
    { ms: 2300, what: "put back" },
    { ms: 4100, what: "healthy again" },
  ],
  limitMs: 3000,
  foretold: { place: ["controller2"], seen: ["controller2"], right: true },
}

export const DRILLED: readonly JournalEntry[] = [
  { ...(UP[0] as Extract<JournalEntry, { type: "run" }>), verb: "drill haproxy-kill" },
  DRILL,
  change("controller1", DRILL.fault, 22, 12_000, {
    drift: [{ attribute: "vip", have: "on controller1", want: "on controller2", risk: "failover" }],
  }),
  {
    ...{ type: "topology", time: at(23), before: BUILT },
    after: { ...BUILT, held: [{ ...BUILT.held[0]!, on: ["controller2"] }, BUILT.held[1]!] },
  },
  { type: "end", time: at(23), outcome: "done", ms: 23_000, recap: [] },
]

const BALANCED: Topology = {
  nodes: ["lb1", "lb2", ...Array.from({ length: 12 }, (_, at) => `controller${at + 1}`)].map((name) => ({
    ...{ name, state: "in service" },
  })),
  held: [
    { what: "vip", address: "10.0.0.11", on: ["lb1"] },
    { what: "public", address: "2001:db8:4f3a::192:168:122:200", on: ["lb1"] },
    { what: "storage", address: "10.0.3.11", on: ["lb2"] },
    ...["keystone", "glance", "nova", "neutron", "cinder", "heat", "horizon"].map((name) => ({
      ...{ what: `openstack-${name}`, on: HOSTS },
    })),
  ],
  services: [
    ...SERVICES,
    ...SERVICES.map(({ name, ...rest }) => ({ ...rest, name: `public_${name}`, vip: "public" })),
    { name: "a_service_with_a_name_longer_than_any_picture_has_room_for", port: 9999, members: ["elsewhere"] },
  ],
}

/** A load balancer lost, and with it one VIP found its way and one is on both. */
export const MOVED: readonly JournalEntry[] = [
  { ...(UP[0] as Extract<JournalEntry, { type: "run" }>), verb: "standby", target: "lb1" },
  change("lb1", "lb1", 3, 2100, {
    drift: [{ attribute: "lb1", have: "in service", want: "standby", risk: "failover" }],
  }),
  {
    ...{ type: "topology", time: at(4), before: BALANCED },
    after: {
      ...BALANCED,
      nodes: BALANCED.nodes.map((node) => (node.name === "lb1" ? { ...node, state: "standby" } : node)),
      held: BALANCED.held.map((one) =>
        one.what === "vip" ? { ...one, on: ["lb2"] } : one.what === "public" ? { ...one, on: ["lb1", "lb2"] } : one,
      ),
    },
  },
  { type: "end", time: at(4), outcome: "done", ms: 4000, recap: [] },
]

/** A drill a week, of which one did not pass. */
export const DRILLS: readonly (readonly JournalEntry[])[] = [
  ...[410, 450, 380, 3900, 420].map((outageMs, week) => drilled("haproxy-kill", week, outageMs, outageMs < 3000)),
  ...[0, 0, 0].map((outageMs, week) => drilled("standby", week, outageMs, true)),
]

function drilled(kind: string, week: number, outageMs: number, passed: boolean): readonly JournalEntry[] {
  const time = new Date(START + week * 7 * 86_400_000).toISOString()
  const start = UP[0] as Extract<JournalEntry, { type: "run" }>
  return [
    { ...start, time, runId: `2026-11-29T12300${week}Z-8a6c`, verb: `drill ${kind}` },
    { ...DRILL, time, outages: outageMs === 0 ? [] : [{ fromMs: 0, toMs: outageMs }] },
    { type: "end", time, outcome: passed ? "done" : "failed", ms: 20_000, recap: [] },
  ]
}

const night = (seconds: number, kind: PostMortem["events"][number]["kind"], words: string, ...hosts: string[]) => ({
  ...{ ms: START + seconds * 1000, kind, words, hosts },
  line: `${at(seconds)} ${hosts[0]} pacemaker-controld[700]: notice: ${words}`,
})

export const NIGHT: PostMortem = {
  ...{ cluster: "prod", sinceMs: START - 3_600_000, untilMs: START + 7200_000 },
  hosts: [
    ...["controller1", "controller2"].map((host, index) => ({
      ...{ host, skew: { ms: index * 2100, marginMs: 2 } },
      files: [
        { path: "journal.log", bytes: 8_000_000, ...(index === 0 ? {} : { cut: 1_200_000, where: "end" as const }) },
      ],
    })),
    { host: "controller3", error: "cannot connect to controller3 (10.0.0.14:22): no answer within 10 s" },
  ],
  events: [
    night(0, "failed", "link 0 to controller3 is down", "controller1", "controller2"),
    night(1, "failed", "a member does not answer in time", "controller1", "controller2"),
    night(2, "left", "membership: controller3 left", "controller1", "controller2"),
    night(2.1, "left", "controller3 is lost", "controller1"),
    night(3, "moved", "decided: move vip (controller3 -> controller2)", "controller1"),
    night(4, "moved", "vip started on controller2", "controller2"),
    night(9, "failed", "web/controller3 down: Layer4 timeout, check duration: 1001ms", "controller1", "controller2"),
    night(60, "done", "haops: standby by me@laptop: done", "controller2"),
    night(80, "back", "membership: controller3 joined", "controller1", "controller2"),
  ],
}
