import { describe, expect, test } from "vitest"
import type { Health } from "../../../src/membership/health.ts"
import { converged } from "../../../src/membership/steps/converged.ts"
import { run, sandbox } from "../step-harness.ts"
import { bound, gather, judgeAll, LAB, PACEMAKER, recorded } from "./cluster.ts"

const VIP = {
  name: "vip",
  address: "172.31.77.200",
  prefix: 24,
  on: "controllers",
  manager: "pacemaker",
  monitorInterval: "30s",
} as const
const RESOURCE = { id: "lb-haproxy", agent: "systemd:haproxy", parameters: {}, operations: [], meta: {} }
const INVENTORY = {
  ...LAB,
  vips: [VIP, { ...VIP, name: "public", manager: "keepalived" as const }],
  pacemaker: { ...PACEMAKER, resources: [RESOURCE] },
  haproxy: haproxy("everywhere"),
}
const want = bound(converged, INVENTORY)
const SETTLED = recorded("crm-mon-3.0.xml").replace('role="Starting"', 'role="Started"')

function haproxy(placement: "everywhere" | "with-vip") {
  const bind = { address: VIP.address, port: 8080 }
  // The step reads placement and services, nothing else of a section with dozens of settings.
  return { placement, services: [{ name: "web", on: "controllers", vip: "vip", bind }] } as unknown as NonNullable<
    typeof LAB.haproxy
  >
}

function sees(
  xml: string,
  { held = "", answers = "vip yes", listening = "172.31.77.200:8080\n127.0.0.1:25" } = {},
): Health {
  const sockets = listening
    .split("\n")
    .map((local) => `tcp LISTEN 0 128 ${local} 0.0.0.0:* users:(("haproxy",pid=7,fd=3))`)
  const parts = { status: xml, held, answers, listening: ["udp UNCONN 0 0 *:8080 *:*", ...sockets].join("\n") }
  const stdout = Object.entries(parts).map(([name, text]) => `@@haops ${name}\n${text}\n\n`)
  return converged.probe(want).parse({ stdout: stdout.join(""), stderr: "" })
}

function all(xml: string, changes: Readonly<Record<string, Parameters<typeof sees>[1]>> = {}) {
  const names = ["controller1", "controller2", "controller3"]
  const holder = { controller1: { held: "vip" } as Parameters<typeof sees>[1] }
  return Object.fromEntries(names.map((name) => [name, sees(xml, { ...holder, ...changes }[name])]))
}

const judged = (haves: Readonly<Record<string, Health>>, of = want, missing: readonly string[] = []) =>
  judgeAll(converged, of, gather(converged, of, haves, { missing }))
const seen = (haves: Readonly<Record<string, Health>>, of = want, missing: readonly string[] = []) =>
  judged(haves, of, missing).drift.map(({ attribute, have }) => `${attribute}: ${have}`)

describe("converged", () => {
  test("asks for pacemaker's VIPs by a port of theirs, and for haproxy's listeners", () => {
    expect(want).toEqual({
      nodes: ["controller1", "controller2", "controller3"],
      vips: [{ id: "vip", address: VIP.address, port: 8080 }],
      haproxy: { resource: "lb-haproxy", everywhere: true, listeners: [{ address: VIP.address, port: 8080 }] },
    })
  })

  test("all well: nothing to do", () => {
    expect(judged(all(SETTLED))).toMatchObject({ drift: [], findings: [], actions: [] })
  })

  test("a remote node is no member: nothing of ours is missed there", () => {
    const remote = `<node name="compute1" id="compute1" online="true" standby="false" pending="false" unclean="false" type="remote"/></nodes>`
    expect(judged(all(SETTLED.replace("</nodes>", remote)))).toMatchObject({ drift: [], findings: [], actions: [] })
  })

  test("a failed action is told with what makes the cluster forget it, once a resource", () => {
    const failure = (operation: string, node: string) =>
      `<failure op_key="${operation}" node="${node}" exitstatus="not running" exitreason=""/>`
    const failures = [
      failure("vip_monitor_30000", "controller1"),
      failure("vip_monitor_30000", "controller2"),
      failure("web_1:0_start_0", "controller1"),
    ].join("")
    const { drift } = judged(all(SETTLED.replace("</resources>", `</resources><failures>${failures}</failures>`)))
    expect(drift.map(({ attribute, have }) => `${attribute}: ${have}`)).toEqual([
      "vip_monitor_30000 on controller1: failed: not running",
      "vip_monitor_30000 on controller2: failed: not running",
      "web_1:0_start_0 on controller1: failed: not running",
    ])
    const cleanups = "crm_resource --cleanup --resource vip; crm_resource --cleanup --resource web_1"
    expect(converged.remedy?.(drift)).toMatch(new RegExp(`${cleanups}$`))
    expect(converged.remedy?.(judged(all(SETTLED, { controller1: {} })).drift)).not.toContain("cleanup")
  })

  test("says how the cluster stands", () => {
    const standing = (status: string) => converged.standing?.(want, gather(converged, want, all(status)))
    expect(standing(SETTLED)).toEqual({
      headline: "cluster online, quorate 3/3 (survives 1 failure)",
      proof: "3 nodes online, vip on controller1 answers",
    })
    const alone = SETTLED.replace('with_quorum="true"', 'with_quorum="false"')
    expect(standing(alone)).toMatchObject({ headline: expect.stringMatching(/^cluster without quorum, 3 of 3 nodes/) })
    expect(standing("")).toEqual({ headline: undefined, proof: undefined })
    // A device's votes are not the nodes': what they are worth is not counted here.
    const beside = { ...want, device: true }
    expect(converged.standing?.(beside, gather(converged, beside, all(SETTLED)))).toMatchObject({
      headline: "cluster online, quorate: 3/3 nodes, beside a quorum device",
    })
  })

  test("anything else is waited for, by one command with a limit", () => {
    const { actions } = judged(all(recorded("crm-mon-3.0.xml")))
    expect(actions).toMatchObject([{ type: "run", label: "wait until the cluster has settled, at most 60 s" }])
  })

  test.each([
    ["offline", '" id="1" online="true"', '" id="1" online="false"', "controller2: offline"],
    ["joining", /(id="1" .*)pending="false"/, '$1pending="true"', "controller2: joining"],
    ["unclean", /(id="1" .*)unclean="false"/, '$1unclean="true"', "controller2: unclean: it failed and was not fenced"],
    ["no quorum", 'with_quorum="true"', 'with_quorum="false"', "cluster: without quorum"],
    ["no controller", /<current_dc.*\/>/, '<current_dc present="false"/>', "cluster: no controller elected"],
  ])("a cluster that is %s", (_what, from, to, drift) => {
    expect(seen(all(SETTLED.replace(from, to)))[0]).toBe(drift)
  })

  test("a member that haops could not reach is not waited for, whatever the cluster says of it", () => {
    const { controller1, controller2 } = all(SETTLED.replace('" id="3" online="true"', '" id="3" online="false"'))
    expect(controller1 && controller2 && seen({ controller1, controller2 }, want, ["controller3"])).toEqual([])
  })

  test("a failed action, and what follows from it, is told as it was seen", () => {
    expect(seen(all(recorded("crm-mon-2.0.xml"), { controller1: {} }))).toEqual([
      "lb-haproxy_start_0 on controller1: failed: error",
      "vip 172.31.77.200: stopped",
      "haproxy on controller1: not running",
    ])
  })

  test("the VIP on two nodes, by the cluster's word or in fact", () => {
    const twice = SETTLED.replace(/(<resource id="vip"[^>]*>\s*<node [^>]*>)/, '$1<node name="controller2" id="1"/>')
    expect(seen(all(twice))).toEqual(["vip 172.31.77.200: on controller1 and controller2"])
    expect(seen(all(SETTLED, { controller3: { held: "vip" } }))).toEqual([
      "vip 172.31.77.200: the cluster says controller1, the address is on controller1 and controller3",
    ])
  })

  test("what takes a VIP off a node that has it beside the cluster's is named, with the node", () => {
    const remedy = (have: Parameters<typeof all>[1]) => converged.remedy?.(judged(all(SETTLED, have)).drift)
    expect(remedy({ controller3: { held: "vip" } })).toContain(
      "controller3 has 172.31.77.200 by itself: take it out of its network configuration, and there: ip addr del 172.31.77.200/",
    )
    expect(remedy({ controller1: {} })).not.toContain("ip addr del")
  })

  test("the VIP gone from the interface behind the cluster's back", () => {
    expect(seen(all(SETTLED, { controller1: {} }))).toEqual([
      "vip 172.31.77.200: the cluster says controller1, the address is on no node",
    ])
  })

  test("the VIP does not answer one of the nodes", () => {
    expect(seen(all(SETTLED, { controller2: { answers: "vip no" } }))).toEqual([
      "vip 172.31.77.200: port 8080 does not answer controller2",
    ])
  })

  test("haproxy runs, but does not listen", () => {
    expect(seen(all(SETTLED, { controller2: { listening: "127.0.0.1:8080" } }))).toEqual([
      "haproxy on controller2: does not listen on 172.31.77.200:8080",
    ])
  })

  test.each(["0.0.0.0:8080", "*:8080", "[::]:8080"])("listening on %s is listening on every address", (listening) => {
    expect(seen(all(SETTLED, { controller2: { listening } }))).toEqual([])
  })

  test("with the VIP only, haproxy need not run elsewhere; with none it must", () => {
    const of = bound(converged, { ...INVENTORY, haproxy: haproxy("with-vip") })
    const alone = SETTLED.replace(
      /(<resource id="lb-haproxy"[^>]*)role="Started" active="true"/,
      '$1role="Stopped" active="false"',
    )
    expect(seen(all(alone), of)).toEqual([])
    const none = SETTLED.replace(
      /(<resource id="lb-haproxy"[^>]*)role="Started" active="true"/g,
      '$1role="Stopped" active="false"',
    )
    expect(seen(all(none), of)).toEqual(["haproxy: runs on no node"])
  })

  test("not there yet: expected", () => {
    expect(judged(all("")).drift).toMatchObject([{ have: "does not run on controller1", expected: true }])
    const empty = SETTLED.replace(/<resources>[\s\S]*<\/resources>/, "")
    expect(judged(all(empty, { controller1: {} })).drift).toMatchObject([
      { attribute: "vip 172.31.77.200", expected: true },
      { attribute: "haproxy", expected: true },
    ])
  })

  test("the distribution's one-node cluster is not ours", () => {
    const other = SETTLED.replaceAll("controller", "node")
    expect(judged(all(other)).drift).toMatchObject([{ have: "does not run on controller1", expected: true }])
  })

  test("a node that sees the cluster speaks for it", () => {
    const { controller2, controller3 } = all(SETTLED)
    if (!controller2 || !controller3) throw new Error("unreachable")
    expect(judged({ controller1: sees(""), controller2, controller3 }).elected).toBe("controller2")
  })

  test("does not take other output for an answer", () => {
    expect(() => converged.probe(want).parse({ stdout: "", stderr: "" })).toThrow("nothing of status")
    expect(() => sees(SETTLED, { answers: "vip maybe" })).toThrow("did not expect")
  })
})

describe("its probe in a real shell", () => {
  test("reads the tools' output", () => {
    using box = sandbox({
      crm_mon: `cat <<'END'\n${SETTLED}\nEND`,
      ip: "echo '2: eth0    inet 172.31.77.200/24 scope global eth0'",
      ss: "echo 'tcp LISTEN 0 4096 172.31.77.200:8080 0.0.0.0:*'",
      bash: "exit 0",
    })
    const health = converged.probe(want).parse(run(converged.probe(want).script, { path: box.path }))
    expect(health.status?.dc).toBe("controller2")
    expect([...health.held]).toEqual(["vip"])
    expect([...health.answers]).toEqual([["vip", true]])
    expect([...health.listening]).toEqual(["172.31.77.200:8080"])
  })

  test("asks no VIP that runs nowhere, and takes absence for an answer", () => {
    using box = sandbox({ crm_mon: "exit 102", ip: ":", ss: ":", bash: "echo asked >&2; exit 1" })
    const health = converged.probe(want).parse(run(converged.probe(want).script, { path: box.path }))
    expect(health).toEqual({ status: undefined, held: new Set(), answers: new Map(), listening: new Set() })
  })
})
