import { stripVTControlCharacters } from "node:util"
import { describe, expect, it } from "vitest"
import { HaopsError } from "../../../src/base/errors.ts"
import { renderPlan } from "../../../src/output/plan-screen.ts"
import { displayWidth } from "../../../src/output/width.ts"
import { HOSTS, haproxyDrift, plan, planned } from "./samples.ts"

const PLAIN = { color: false, width: 80 }

const CIB = planned({
  stage: "cluster",
  kind: "cib",
  title: "cluster",
  scope: "once",
  transaction: true,
  host: "controller2",
  actions: ["push the CIB"],
  drift: [
    { attribute: "property cluster-recheck-interval", have: "15min", want: "5min", risk: "none" },
    { attribute: "resource api_vip", have: "absent", want: "ocf:heartbeat:IPaddr2 ip=192.168.1.3", risk: "none" },
    { attribute: "constraint old", have: "a with b", want: "absent", risk: "failover" },
  ],
})

const WHOLE = plan({
  standing: "cluster online, quorate 3/3 (survives 1 failure)",
  stages: [
    {
      stage: "haproxy",
      inSync: 0,
      steps: HOSTS.map((host) => planned({ host, drift: [haproxyDrift(`${host.length} bytes of ${host}`)] })),
    },
    { stage: "cluster", inSync: 3, steps: [CIB] },
  ],
  transitions: [
    { resource: "api_vip", action: "start", node: "controller1" },
    { resource: "vip", action: "stay", node: "controller1" },
    { resource: "haproxy", action: "start", node: "controller1" },
    { resource: "haproxy", action: "start", node: "controller2" },
  ],
  notes: ["Not ours, left alone: resource backup-job"],
})

describe("renderPlan", () => {
  it("shows diffs, values, commands and what the cluster will do", () => {
    expect(renderPlan(WHOLE, PLAIN)).toBe(`openstack-cluster: 3 hosts reached and compared in 0.4 s, cluster online,
quorate 3/3 (survives 1 failure)

haproxy config                      controller1 controller2 controller3
  ~ /etc/haproxy/haproxy.cfg  reload, connections kept
      listen keystone_public
    -   server controller3 10.0.0.14:5000 check inter 2000 rise 2 fall 5
    +   server controller3 10.0.0.15:5000 check inter 2000 rise 2 fall 5
    > write /etc/haproxy/haproxy.cfg (0640 root:haproxy)

cluster (one transaction, run on controller2)
  ~ property cluster-recheck-interval  15min → 5min
  + resource api_vip                   ocf:heartbeat:IPaddr2 ip=192.168.1.3
  - constraint old                     a with b
    > push the CIB
  What the cluster will do:
    api_vip: starts on controller1
    vip:     stays on controller1
    haproxy: starts on controller1 controller2
  Not ours, left alone: resource backup-job

3 hosts to change, 1 cluster transaction, nothing restarts.
Apply with: haops up -i prod.yaml
`)
  })

  it("is one sentence where there is nothing to do", () => {
    expect(renderPlan(plan(), PLAIN)).toBe("Nothing to do: 3 hosts and the cluster are as prod.yaml says (0.4 s).\n")
  })

  it("keeps hosts apart whose changes differ", () => {
    const steps = [
      planned({
        host: "a",
        stage: "sysctl",
        title: "sysctl",
        actions: [],
        drift: [{ attribute: "x", have: "0", want: "1", risk: "none" }],
      }),
      planned({
        host: "b",
        stage: "sysctl",
        title: "sysctl",
        actions: [],
        drift: [{ attribute: "x", have: "2", want: "1", risk: "none" }],
      }),
    ]
    const text = renderPlan(plan({ stages: [{ stage: "sysctl", inSync: 0, steps }] }), PLAIN)
    expect(text).toContain("sysctl                              a\n  ~ x  0 → 1")
    expect(text).toContain("sysctl                              b\n  ~ x  2 → 1")
  })

  it("marks what cannot be known yet, and what is blocked and why", () => {
    const drift = [{ attribute: "cluster", have: "absent", want: "openstack", risk: "none" as const }]
    const steps = [
      planned({ stage: "cluster", title: "setup", scope: "once", host: "a", drift, expected: true, actions: [] }),
      planned({ stage: "cluster", title: "start", scope: "once", host: "a", drift, actions: [], blocked: "b is away" }),
    ]
    expect(renderPlan(plan({ stages: [{ stage: "cluster", inSync: 0, steps }] }), PLAIN)).toContain(`
cluster: setup (once, on a)
  + cluster  openstack
  (expected: known for sure once what comes before it is done)

cluster: start (once, on a)
  blocked: b is away
  + cluster  openstack

1 cluster step, 1 step blocked, nothing restarts.`)
  })

  it("names the worst risk where the cluster could not be asked", () => {
    const text = renderPlan(plan({ stages: [{ stage: "cluster", inSync: 0, steps: [CIB] }] }), PLAIN)
    expect(text).toContain("1 cluster transaction, cluster can cost a failover.")
    expect(text).toContain("- constraint old                     a with b  (failover, a short outage)")
  })

  it("says what the cluster will stop or move", () => {
    const moved = { ...WHOLE, transitions: [{ resource: "vip", action: "move", from: "a", node: "b" }] }
    const text = renderPlan(moved, PLAIN)
    expect(text).toContain("vip: moves from a to b")
    expect(text).toContain("1 cluster transaction, vip moves.")
  })

  it("shows all lines of a new file only when asked", () => {
    const lines = Array.from({ length: 20 }, (_, n) => `+line ${n}`)
    const diff = ["--- /dev/null", "+++ /etc/x", "@@ -0,0 +1,20 @@", ...lines, ""].join("\n")
    const drift = [{ attribute: "/etc/x", have: "absent", want: "present", risk: "none" as const, diff }]
    const one = plan({ stages: [{ stage: "haproxy", inSync: 0, steps: [planned({ host: "a", drift })] }] })
    expect(renderPlan(one, PLAIN)).toContain("    + line 7\n      … 12 more lines, shown with -v\n")
    expect(renderPlan(one, { ...PLAIN, verbose: true })).toContain("    + line 19\n")
  })

  it("shows what a transaction writes to those who want to see all of it", () => {
    const details = [
      "--- CIB",
      "+++ CIB",
      "@@ -1,2 +1,2 @@",
      ' <set id="s">',
      '-  <nvpair value="1"/>',
      '+  <nvpair value="2"/>',
    ]
    const drift = [{ attribute: "resource vip ip", have: "1", want: "2", risk: "none" as const }]
    const step = planned({ host: "a", drift, scope: "once", transaction: true, details })
    const one = plan({ stages: [{ stage: "resources", inSync: 0, steps: [step] }] })
    expect(renderPlan(one, PLAIN)).not.toContain("nvpair")
    expect(renderPlan(one, { ...PLAIN, verbose: true })).toContain(
      '      <set id="s">\n    -   <nvpair value="1"/>\n    +   <nvpair value="2"/>\n',
    )
  })

  it("shows findings once for all their hosts, and asks for repair before anything is applied", () => {
    const finding = { severity: "error" as const, message: "port 5000 is taken by nginx", hint: "Stop nginx." }
    const findings = HOSTS.map((host) => ({ host, step: "preflight", finding }))
    expect(
      renderPlan(plan({ findings }), PLAIN),
    ).toBe(`error: controller1, controller2 and controller3: preflight: port 5000 is taken
  by nginx
    Stop nginx.

Nothing to do that haops may do. 3 errors above stop their hosts: repair first,
then plan again.
`)
  })

  it("says which hosts were not reached and does not call the rest complete", () => {
    const error = new HaopsError("E_CONNECT", "connection refused", { host: "controller3", hint: "Is sshd running?" })
    const hosts = [
      { host: "controller1", state: "reached" as const, checked: 1, drifted: 0 },
      { host: "controller3", state: "unreachable" as const, error, checked: 0, drifted: 0 },
    ]
    expect(renderPlan(plan({ hosts }), PLAIN)).toBe(`controller3  unreachable: connection refused
    Is sshd running?

Nothing to do on 1 host; not known for controller3.
`)
  })

  it("tells hosts that were not reached for one reason together", () => {
    const hosts = HOSTS.map((host, at) => {
      const message = `cannot connect to ${host} (10.0.0.${at}:22): connection refused`
      const error = new HaopsError("E_CONNECT", message, { host, hint: "Is sshd running?" })
      return { host, state: "unreachable" as const, error, checked: 0, drifted: 0 }
    })
    const text = renderPlan(plan({ hosts }), { ...PLAIN, width: 200 })
    expect(text).toMatch(
      /^3 hosts unreachable: cannot connect to controller1 \(10\.0\.0\.0:22\), controller2 .*: connection refused$/m,
    )
    expect(text.match(/Is sshd running/g)).toHaveLength(1)
  })

  it("names no command to apply where it is asked about", () => {
    expect(renderPlan(WHOLE, { ...PLAIN, asked: true })).not.toContain("Apply with")
  })

  it("counts hosts that do not fit on the heading", () => {
    const names = Array.from({ length: 40 }, (_, n) => `node${n}`)
    const steps = names.slice(0, 39).map((host) => planned({ host, drift: [haproxyDrift()] }))
    const hosts = names.map((host) => ({ host, state: "reached" as const, checked: 1, drifted: 1 }))
    const text = renderPlan(plan({ hosts, stages: [{ stage: "haproxy", inSync: 0, steps }] }), PLAIN)
    expect(text).toContain("haproxy config                      node0 node1 node2 and 36 more\n")
  })

  it.each([40, 80, 120])("stays within %i columns", (width) => {
    for (const line of renderPlan(WHOLE, { color: false, width }).split("\n")) {
      if (!line.startsWith("Apply with")) expect(displayWidth(line)).toBeLessThanOrEqual(width)
    }
  })

  it("says the same with colour and without", () => {
    const colored = renderPlan(WHOLE, { color: true, width: 80 })
    expect(colored).toContain("\u001b[")
    expect(stripVTControlCharacters(colored)).toBe(renderPlan(WHOLE, PLAIN))
  })
})
