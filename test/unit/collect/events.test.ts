import { expect, test } from "vitest"
import { eventsIn, mergeEvents } from "../../../src/collect/events.ts"
import { COMPONENTS } from "../../../src/components.ts"
import { INVENTORY } from "../status/support.ts"

const evidence = await Promise.all(COMPONENTS.map((component) => component.evidence?.(INVENTORY)))
const tells = evidence.flatMap((one) => one?.tells ?? [])
const names: Readonly<Record<string, string>> = { 1: "c1", 2: "c2", 3: "c3" }

function told(text: string, host = "c1", skewMs = 0) {
  return eventsIn(text, { host, skewMs, tells, nameOf: (id) => names[id] ?? `node ${id}` })
}

const at = (said: string, time = "2026-11-29T02:00:00.000000+0000") => `${time} host ${said}`

test.each([
  ["corosync[9]:   [TOTEM ] A new membership (1.9) was formed. Members left: 2 3", "left membership: c2, c3 left"],
  ["corosync[9]:   [TOTEM ] A new membership (1.5) was formed. Members joined: 1", "back membership: c1 joined"],
  [
    "corosync[9]:   [TOTEM ] A new membership (1.d) was formed. Members joined: 3 left: 3",
    "left membership: c3 left; c3 joined",
  ],
  ["corosync[9]:   [TOTEM ] A new membership (1.d) was formed. Members", undefined],
  [
    "corosync[9]:   [TOTEM ] A processor failed, forming new configuration: token timed out (1000ms)",
    "failed a member does not answer in time",
  ],
  ["corosync[9]:   [KNET  ] link: host: 3 link: 0 is down", "failed link 0 to c3 is down"],
  [
    "corosync[9]:   [QUORUM] This node is within the non-primary component and will NOT provide any services.",
    "failed has no quorum",
  ],
  ["corosync[9]:   [QUORUM] This node is within the primary component and will provide service.", "back has quorum"],
  ["pacemaker-controld[7]:  notice: Node controller3 state is now lost", "left controller3 is lost"],
  ["pacemaker-attrd[7]:  notice: Node controller3 state is now lost", undefined],
  ["pacemaker-controld[7]:  notice: Result of start operation for vip on c2: ok", "moved vip started on c2"],
  ["pacemaker-controld[7]:  notice: Result of stop operation for vip on c1: 0 (ok)", "moved vip stopped on c1"],
  [
    "pacemaker-controld[7]:  notice: Result of monitor operation for lb-haproxy on c1: not running",
    "failed monitor of lb-haproxy on c1: not running",
  ],
  ["pacemaker-controld[7]:  notice: Result of monitor operation for lb-haproxy on c1: ok", undefined],
  ["pacemaker-controld[7]:  notice: Result of probe operation for vip on c1: not running", undefined],
  [
    "pacemaker-controld[7]:  error: Result of start operation for vip on c1: error (no nic)",
    "failed start of vip on c1: error (no nic)",
  ],
  [
    "pacemaker-schedulerd[7]:  notice: Actions: Move       vip     (         c1 -> c2 )",
    "moved decided: move vip (c1 -> c2)",
  ],
  [
    "pacemaker-schedulerd[7]:  notice:  * Recover    lb-haproxy:0     (                   c1 )",
    "moved decided: recover lb-haproxy:0 (c1)",
  ],
  [
    "pacemaker-fenced[7]:  notice: Operation 'reboot' [23] targeting c3 by c1 for pacemaker-controld.7@c1: OK",
    "failed fencing: reboot of c3: OK",
  ],
  ["pacemaker-controld[7]:  warning: Quorum lost", "failed quorum lost"],
  ["pacemakerd[7]:  notice: Shutting down Pacemaker", "left pacemaker shuts down"],
  [
    "pacemaker-attrd[7]:  notice: Setting fail-count-lb-haproxy#monitor_1000[c1] in instance_attributes: (unset) -> 1",
    "failed lb-haproxy failed on c1, 1 so far",
  ],
  [
    'haproxy[5]: Server web/c3 is DOWN, reason: Layer4 connection problem, info: "Connection refused", check duration: 0ms. 2 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.',
    'failed web/c3 down: Layer4 connection problem, info: "Connection refused"',
  ],
  [
    "haproxy[5]: [WARNING]  (5) : Server web/c3 is UP, reason: Layer4 check passed, check duration: 0ms. 3 active and 0 backup servers online.",
    "back web/c3 up: Layer4 check passed",
  ],
  [
    "haproxy[5]: [ALERT]    (5) : Current worker (6) exited with code 139 (Segmentation fault)",
    "failed Current worker (6) exited with code 139 (Segmentation fault)",
  ],
  ["haproxy[5]: [ALERT]    (5) : Current worker (6) exited with code 143 (Terminated)", undefined],
  ["haproxy[5]: backend web has no server available!", "failed web has no server left"],
  ["Keepalived_vrrp[5]: (VI_1) Entering MASTER STATE", "moved VI_1 is master here"],
  ["Keepalived_vrrp[5]: VRRP_Instance(VI_1) Entering FAULT STATE", "failed VI_1 is fault here"],
  [
    "systemd[1]: haproxy.service: Main process exited, code=killed, status=9/KILL",
    "failed haproxy ended: killed 9/KILL",
  ],
  ["systemd[1]: cron.service: Main process exited, code=exited, status=0/SUCCESS", undefined],
  ["systemd[1]: haproxy.service: Failed with result 'signal'.", "failed haproxy failed: signal"],
  ["kernel: Out of memory: Killed process 812 (mariadbd) total-vm:1kB", "failed out of memory: mariadbd killed"],
  ["kernel: e1000e 0000:00:19.0 ens3: NIC Link is Down", "failed ens3: link down"],
  [
    "mariadbd[5]: 2026-11-29  2:00:00 0 [Note] WSREP: Shifting SYNCED -> CLOSED (TO: 12)",
    "left galera: synced → closed",
  ],
  ["haops[400]: haops up by root@vm: failed (run 2026-11-29T191349Z-0e3a)", "done haops: up by root@vm: failed"],
  ["sshd[1]: Node controller3 state is now lost", undefined],
])("%s", (said, expected) => {
  expect(told(at(said)).map(({ kind, words }) => `${kind} ${words}`)).toEqual(expected === undefined ? [] : [expected])
})

test("a log of RabbitMQ's is read by its own clock", () => {
  const text =
    "2026-11-29 02:00:00.155813+00:00 [info] <0.1.0> rabbit on node rabbit@c2 down\n2026-11-29 03:00:00.5+01:00 [info] <0.1.0> node rabbit@c2 down: connection_closed"
  expect(told(text).map(({ ms, words }) => [ms, words])).toEqual([
    [Date.UTC(2026, 10, 29, 2, 0, 0, 155), "RabbitMQ: c2 is down"],
    [Date.UTC(2026, 10, 29, 2, 0, 0, 500), "RabbitMQ: c2 is down, connection_closed"],
  ])
})

test("what hosts whose clocks differ tell is in the order in which it happened, and once", () => {
  const left = (time: string) => at("pacemaker-controld[7]:  notice: Node c3 state is now lost", time)
  const died = at("systemd[1]: haproxy.service: Failed with result 'signal'.", "2026-11-29T02:01:29.000000+00:00")
  const events = mergeEvents([
    ...told(left("2026-11-29T02:00:00.200000+00:00"), "c1"),
    ...told(`${left("2026-11-29T03:01:30.300000+01:00")}\n${died}\n${left("2026-11-29T02:02:30.3Z")}`, "c2", 90_000),
  ])
  expect(events.map(({ ms, words, hosts }) => [ms - Date.UTC(2026, 10, 29, 2), words, hosts])).toEqual([
    [-1000, "haproxy failed: signal", ["c2"]],
    [200, "c3 is lost", ["c1", "c2"]],
    [60_300, "c3 is lost", ["c2"]],
  ])
})

test("what a host says is text, without what a terminal would obey", () => {
  const [event] = told(at("systemd[1]: x\u001b[31m.service: Failed with result 'a\u001b]0;'."))
  expect(`${event?.words}${event?.line}`).not.toContain("\u001b")
})
