import { expect } from "vitest"
import { ended } from "./harness/ended.ts"
import type { InventoryOverrides } from "./harness/inventory.ts"
import type { Lab } from "./harness/lab.ts"
import type { LabTest } from "./harness/lab-test.ts"
import type { LabNode } from "./harness/node.ts"
import { everywhere, holders, runningOn } from "./harness/observe.ts"
import { ask, startProber } from "./harness/prober.ts"
import { until } from "./harness/until.ts"

// What a pair under pacemaker may have besides: haproxy by an OCF agent, as in seed 002, and a quorum device on a host outside the pair.

/** As inventory/kubernetes.yaml calls it. */
const CLUSTER = "kubernetes-lb"
const AGENT = "/usr/lib/ocf/resource.d/heartbeat/haproxy"

export type Pair = readonly [LabNode, LabNode]

/** On a pair that is a cluster of this name already, before the lab's controllers. */
export function optionsTests(test: LabTest<{ pair: Pair }>): void {
  test.beforeAll(async ({ lab }) => {
    await lab.node("controller1").must("systemctl enable --now --quiet lab-responder")
    await up(lab)
  })

  test("an OCF agent that is not on the nodes is asked for before anything is touched", async ({ lab, pair }) => {
    const configuration = "cibadmin -Q --scope configuration | md5sum; cat /etc/haproxy/haproxy.cfg"
    const before = await everywhere(pair, configuration)
    const { code, stderr } = await haops(lab, "up", byAgent())
    expect(code).toBe(3)
    expect(stderr).toContain(`the resource agent ${AGENT} is not there`)
    expect(await everywhere(pair, configuration)).toEqual(before)
  })

  test("haproxy run by that agent: taken over from systemd, seen by lb show, nothing left to do", async ({
    lab,
    pair,
  }) => {
    await Promise.all(pair.map((node) => node.write(AGENT, OCF_AGENT, 0o755)))
    await up(lab, byAgent())
    expect(await pair[0].must("crm_resource --resource lb-haproxy --query-xml")).toContain("(ocf:heartbeat:haproxy)")
    expect(await runningOn(pair[0], "lb-haproxy")).toEqual(["lb1", "lb2"])
    expect(await everywhere(pair, "systemctl is-active haproxy || true")).toEqual({ lb1: "inactive", lb2: "inactive" })
    expect(await ask(web(lab))).toEqual({ ok: true, answer: "controller1" })
    expect((await haops(lab, "plan", byAgent())).code).toBe(0)
    const { code, stdout } = await haops(lab, "verify", byAgent())
    expect(code, stdout).toBe(0)
    expect((await haops(lab, "lb show", byAgent())).stdout).toMatch(/controller1 .*up/s)
  })

  test("its haproxy changes by one process handing over to the next, and no request of thousands fails", async ({
    lab,
    pair,
  }) => {
    const [holder] = await holders(pair, addressOf(lab))
    const before = await everywhere(pair, "cat /run/haproxy.pid")
    const prober = startProber(web(lab), { everyMs: 5, timeoutMs: 5000 })
    await up(lab, byAgent("leastconn"))
    await prober.sent(2000)
    expect((await prober.stop()).failed).toBe(0)
    const after = await everywhere(pair, "cat /run/haproxy.pid")
    for (const { name } of pair) expect(after[name]).not.toBe(before[name])
    expect(await holders(pair, addressOf(lab))).toEqual([holder])
    expect(await pair[0].must("crm_mon -1 --output-as=xml")).not.toContain("<failure ")
  })

  test("a quorum device on a host outside the pair is the third vote, by which one that boots alone goes on", async ({
    lab,
    pair,
  }) => {
    const arbitrated = { ...byAgent("leastconn"), quorumDevice: { host: "controller1" } }
    await up(lab, arbitrated)
    const flags = "corosync-quorumtool -s | sed -n 's/^Flags: *//p'"
    expect(await everywhere(pair, flags)).toEqual({ lb1: "Quorate Qdevice", lb2: "Quorate Qdevice" })
    expect((await haops(lab, "plan", arbitrated)).code).toBe(0)
    await Promise.all(pair.map((node) => node.kill()))
    await pair[1].start()
    await until(async () => (await holders([pair[1]], addressOf(lab))).length === 1, { what: "the address back" })
  })
}

const web = (lab: Lab) => `http://${addressOf(lab)}:8080/`

/** Another one than the pair had before. */
function addressOf(lab: Lab): string {
  return lab.vip.replace(/\d+$/, "201")
}

interface Choice {
  haproxy?: InventoryOverrides
  quorumDevice?: object
}

/** What fails while one haproxy gives way to the other is soon forgotten. */
function byAgent(balance = "roundrobin"): Choice {
  const service = { name: "web", port: 8080, mode: "http", backendPort: 8000, check: "http", balance }
  return { haproxy: { agent: "ocf:heartbeat:haproxy", failureTimeout: "5s", services: [service] } }
}

async function haops(lab: Lab, words: string, { haproxy = {}, ...quorum }: Choice = {}) {
  // One action at a time, as on nodes under load: what counts on two nodes doing the same at once shows.
  const properties = { "batch-limit": 1 }
  const path = await lab.inventory({
    name: CLUSTER,
    controllers: { controller2: null, controller3: null },
    pacemaker: { on: "loadbalancers", properties, ...quorum },
    vips: { vip: `${addressOf(lab)}/24` },
    haproxy,
  })
  const flags = words === "up" ? ["--yes"] : []
  return await lab.haops([...words.split(" "), ...flags, "-i", path])
}

async function up(lab: Lab, choice?: Choice): Promise<void> {
  await ended(haops(lab, "up", choice))
}

/** What the agents of this name on the net do, and no more: start, stop and look by a pid file. */
const OCF_AGENT = `#!/bin/sh
: "\${OCF_FUNCTIONS_DIR=\${OCF_ROOT}/lib/heartbeat}"
. "\${OCF_FUNCTIONS_DIR}/ocf-shellfuncs"
pid=/var/run/haproxy.pid
running() { [ -s $pid ] && [ "$(cat "/proc/$(cat $pid)/comm" 2>/dev/null)" = haproxy ]; }
case $1 in
  meta-data) cat <<'EOF'
<?xml version="1.0"?>
<resource-agent name="haproxy"><version>1.0</version><longdesc lang="en">haproxy</longdesc><shortdesc lang="en">haproxy</shortdesc>
<parameters>
<parameter name="binpath"><longdesc lang="en">Binary</longdesc><shortdesc lang="en">Binary</shortdesc><content type="string"/></parameter>
<parameter name="conffile"><longdesc lang="en">File</longdesc><shortdesc lang="en">File</shortdesc><content type="string"/></parameter>
</parameters>
<actions><action name="start" timeout="20s"/><action name="stop" timeout="20s"/><action name="monitor" timeout="20s" interval="60s"/><action name="meta-data" timeout="5s"/></actions>
</resource-agent>
EOF
    ;;
  monitor) running || exit $OCF_NOT_RUNNING ;;
  start) running || "$OCF_RESKEY_binpath" -f "$OCF_RESKEY_conffile" -p $pid || exit $OCF_ERR_GENERIC ;;
  stop)
    if running; then kill "$(cat $pid)"; while running; do sleep 0.1; done; fi
    rm -f $pid
    ;;
  *) exit $OCF_ERR_UNIMPLEMENTED ;;
esac
exit $OCF_SUCCESS
`
