import { spawnSync } from "node:child_process"
import { describe, expect, test } from "vitest"
import { driftSentence } from "../../../src/base/drift-words.ts"
import type { Health } from "../../../src/membership/health.ts"
import { converged } from "../../../src/membership/steps/converged.ts"
import type { RunAction } from "../../../src/model/action.ts"
import { run, sandbox } from "../step-harness.ts"
import { bound, context, gather, judgeAll, LAB, PACEMAKER, recorded } from "./cluster.ts"

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
  { held = "", answers = "vip yes", listening = "172.31.77.200:8080\n127.0.0.1:25", by = "haproxy" } = {},
): Health {
  const sockets = listening
    .split("\n")
    .map((local) => `tcp LISTEN 0 128 ${local} 0.0.0.0:* users:(("${by}",pid=7,fd=3))`)
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
      "monitor of vip on controller1: failed: not running",
      "monitor of vip on controller2: failed: not running",
      "start of web_1 on controller1: failed: not running",
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
    expect(standing("")).toEqual({})
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
    ["no controller", /<current_dc.*\/>/, '<current_dc present="false"/>', "cluster: no controller (DC) elected"],
  ])("a cluster that is %s", (_what, from, to, drift) => {
    expect(seen(all(SETTLED.replace(from, to)))[0]).toBe(drift)
  })

  test("a member that haops could not reach is not waited for, whatever the cluster says of it", () => {
    const { controller1, controller2 } = all(SETTLED.replace('" id="3" online="true"', '" id="3" online="false"'))
    expect(controller1 && controller2 && seen({ controller1, controller2 }, want, ["controller3"])).toEqual([])
  })

  test("a failed action, and what follows from it, is told as it was seen", () => {
    expect(seen(all(recorded("crm-mon-2.0.xml"), { controller1: {} }))).toEqual([
      "start of lb-haproxy on controller1: failed: error",
      "vip 172.31.77.200: stopped",
      "haproxy on controller1: not running",
    ])
  })

  test("what stands against it is told as sentences", () => {
    const failed = all(recorded("crm-mon-2.0.xml"), { controller1: {} })
    const silent = all(SETTLED, { controller2: { listening: "127.0.0.1:8080" } })
    expect([failed, silent].flatMap((have) => judged(have).drift.map(driftSentence))).toEqual([
      "start of lb-haproxy failed on controller1: error",
      "vip 172.31.77.200: stopped",
      "haproxy on controller1: not running",
      "haproxy on controller2 does not listen on 172.31.77.200:8080",
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

  describe("what an operator keeps from running", () => {
    const stopped = SETTLED.replace(
      /<resource id="vip"[\s\S]*?<\/resource>/,
      '<resource id="vip" resource_agent="ocf:heartbeat:IPaddr2" role="Stopped" active="false" managed="true" failed="false"/>',
    )
    const idle = stopped.replace(
      /(<resource id="lb-haproxy"[^>]*)role="Started" active="true"/g,
      '$1role="Stopped" active="false"',
    )
    const ban = (resource: string, node: string) =>
      `<ban id="cli-ban-${resource}-on-${node}" resource="${resource}" node="${node}" weight="-1000000" promoted-only="false"/>`
    const banned = (xml: string, ...bans: string[]) =>
      xml.replace("</resources>", `</resources><bans>${bans.join("")}</bans>`)
    const inMaintenance = (xml: string) =>
      xml.replace('maintenance-mode="false"', 'maintenance-mode="true"').replaceAll('managed="true"', 'managed="false"')
    const inStandby = (xml: string) => xml.replaceAll('standby="false"', 'standby="true"')
    const awaited = (xml: string) => JSON.stringify(judged(all(xml, { controller1: {} })).actions)
    const told = (xml: string) => {
      const { drift } = judged(all(xml, { controller1: {} }))
      return { drift: drift.map(({ attribute, have }) => `${attribute}: ${have}`), remedy: converged.remedy?.(drift) }
    }

    test("standby of all nodes: told at once, with the command, and not waited for", () => {
      expect(told(inStandby(idle))).toEqual({
        drift: [
          "vip 172.31.77.200: stopped: controller1, controller2 and controller3 are in standby",
          "haproxy: runs on no node: controller1, controller2 and controller3 are in standby",
        ],
        remedy:
          "It stays so until: haops unstandby controller1, or haops unstandby controller2, or haops unstandby controller3",
      })
      expect(awaited(inStandby(idle))).not.toMatch(/vip does not run|lb-haproxy does not run|172\.31\.77\.200/)
    })

    test("bans and standby that leave no node: told at once, and by which constraint", () => {
      const two = banned(stopped, ban("vip", "controller1"), ban("vip", "controller2"))
      const rest = two.replace(/(name="controller3".*?)standby="false"/, '$1standby="true"')
      expect(told(rest)).toEqual({
        drift: [
          "vip 172.31.77.200: stopped: cli-ban-vip-on-controller1 keeps vip off controller1; cli-ban-vip-on-controller2 keeps vip off controller2; controller3 is in standby",
        ],
        remedy:
          "It stays so until: crm_resource --clear --resource vip --node controller1, or crm_resource --clear --resource vip --node controller2, or haops unstandby controller3",
      })
      expect(awaited(rest)).not.toContain("vip does not run")
    })

    test("beside other drift, the commands come first", () => {
      const rest = inStandby(idle).replace('with_quorum="true"', 'with_quorum="false"')
      expect(told(rest).remedy).toMatch(/^It stays so until: haops unstandby controller1, or .*crm_mon -1rf/)
    })

    test("while one node may still take it, it is waited for", () => {
      const two = banned(stopped, ban("vip", "controller1"), ban("vip", "controller2"))
      expect(told(two).drift).toEqual(["vip 172.31.77.200: stopped"])
      expect(awaited(two)).toContain("vip does not run yet")
      const joining = two.replace(
        /(name="controller3".*?)standby="false"(.*?)pending="false"/,
        '$1standby="true"$2pending="true"',
      )
      expect(awaited(joining)).toContain("vip does not run yet")
    })

    test("a clone that is banned from a node is told of that node, and awaited on the others alone", () => {
      const gone = banned(
        SETTLED.replace(
          /(<resource id="lb-haproxy"[^>]*)role="Started" active="true"([^>]*>\s*<node name="controller3"[^>]*>)/,
          '$1role="Stopped" active="false"$2',
        ),
        ban("lb-haproxy-clone", "controller3"),
      )
      const { drift } = judged(all(gone))
      expect(drift).toMatchObject([
        {
          attribute: "haproxy on controller3",
          have: "not running: cli-ban-lb-haproxy-clone-on-controller3 keeps lb-haproxy-clone off controller3",
        },
      ])
      expect(JSON.stringify(judged(all(gone)).actions)).toContain("-ge 2 ]")
    })

    test("a ban that a command left is told though all is well, one that somebody wrote is not", () => {
      const written = '<ban id="never-here" resource="vip" node="controller3" weight="-1000000"/>'
      const { drift, findings } = judged(all(banned(SETTLED, ban("vip", "controller2"), written)))
      expect({ drift, findings }).toEqual({
        drift: [],
        findings: [
          {
            severity: "warning",
            message:
              "cli-ban-vip-on-controller2 keeps vip off controller2, until: crm_resource --clear --resource vip --node controller2",
          },
        ],
      })
    })

    test("under maintenance it starts by itself later: nothing to put right, and one sentence says so", () => {
      const haves = all(inMaintenance(stopped), { controller1: {} })
      expect(seen(haves)).toEqual([])
      const standing = converged.standing?.(want, gather(converged, want, haves))
      expect(standing).toMatchObject({
        proof: "3 nodes online, vip starts when maintenance ends",
        notes: ["vip starts when maintenance ends."],
      })
      expect(seen(all(inMaintenance(idle), { controller1: {} }))).toEqual([])
      expect(converged.standing?.(want, gather(converged, want, all(SETTLED)))?.notes).toBeUndefined()
    })

    test("a failed action is one under maintenance too", () => {
      const failed = inMaintenance(stopped).replace(
        "</resources>",
        '</resources><failures><failure op_key="vip_start_0" node="controller1" exitstatus="error"/></failures>',
      )
      expect(seen(all(failed, { controller1: {} }))).toEqual(["start of vip on controller1: failed: error"])
    })

    test("what is disabled is no business of a run about a node", () => {
      const disabled = stopped.replace('<resource id="vip"', '<resource id="vip" target_role="Stopped"')
      const haves = all(disabled, { controller1: {} })
      const about = { ...context(INVENTORY, INVENTORY.hosts[0]!), subject: { node: "controller2" } }
      const of = converged.bind!(about)!
      expect(seen(haves, of)).toEqual([])
      expect(converged.standing?.(of, gather(converged, of, haves))).toMatchObject({
        proof: "3 nodes online, vip is disabled",
      })
      expect(seen(all(stopped, { controller1: {} }), of)).toEqual(["vip 172.31.77.200: stopped"])
    })

    test("what is disabled or not managed is told as that", () => {
      expect(told(stopped.replace('<resource id="vip"', '<resource id="vip" target_role="Stopped"'))).toEqual({
        drift: ["vip 172.31.77.200: stopped: it is disabled"],
        remedy: "It stays so until: crm_resource --resource vip --meta --delete-parameter target-role",
      })
      const alone = stopped.replace(/(<resource id="vip".*)managed="true"/, '$1managed="false"')
      expect(told(alone).drift).toEqual(["vip 172.31.77.200: stopped: the cluster does not manage it"])
    })
  })

  describe("haproxy that failed to start on a node", () => {
    const idle = SETTLED.replace(
      /(<resource id="lb-haproxy"[^>]*)role="Started" active="true"([^>]*>\s*)<node name="controller3"[^>]*>/,
      '$1role="Stopped" active="false"$2',
    )
    const failure = `<failures>\n<failure op_key="lb-haproxy_start_0" node="controller3" exitstatus="error" last-rc-change="@1"/>\n</failures>`
    const failed = idle.replace("</resources>", `</resources>\n${failure}`)
    const taken = { controller3: { by: "perl" } }

    /** Whether the wait goes on, in a cluster whose failures are forgotten after half a minute. */
    const waits = (haves: Readonly<Record<string, Health>>, missing: readonly string[] = [], xml = failed) => {
      const [action] = judged(haves, want, missing).actions
      using box = sandbox({
        crm_mon: `cat <<'END'\n${xml}\nEND`,
        crm_simulate: ":",
        crm_resource: "echo 30s",
        bash: ":",
        date: `if [ "$1" = -d ]; then echo "\${2#@}"; else echo 0; fi`,
        sleep: 'echo waits; kill "$PPID"',
      })
      const env = { PATH: `${box.path}:${process.env.PATH}` }
      return spawnSync("sh", ["-c", String((action as RunAction).argv[2])], { env, encoding: "utf8" }).stdout !== ""
    }

    test("is waited for: its failure-timeout has it started again", () => {
      expect(waits(all(failed))).toBe(true)
      expect(seen(all(failed))).toEqual([
        "start of lb-haproxy on controller3: failed: error",
        "haproxy on controller3: not running",
      ])
    })

    test("is not where somebody has its port, who is named", () => {
      expect(waits(all(failed, taken))).toBe(false)
      expect(seen(all(failed, taken))).toEqual([
        "start of lb-haproxy on controller3: failed: error",
        "haproxy on controller3: not running: perl (process 7) has tcp port 8080 on controller3",
      ])
      // A failure of another resource, or on another node, is another matter.
      const other = failed.replace('op_key="lb-haproxy', 'op_key="vip')
      expect(waits(all(failed, taken), [], other)).toBe(true)
      const elsewhere = failed.replace(/(<failure .*)controller3/, "$1controller2")
      expect(waits(all(failed, taken), [], elsewhere)).toBe(true)
    })

    test("nor is it, or told again, where its host is out of the run", () => {
      const { controller1, controller2 } = all(failed)
      expect(seen({ controller1: controller1!, controller2: controller2! }, want, ["controller3"])).toEqual([])
      const slow = failed.replace(/(<resource id="vip".*)role="Started"/, '$1role="Starting"')
      const asked = { controller1: sees(slow, { held: "vip" }), controller2: sees(slow) }
      expect(waits(asked, ["controller3"])).toBe(false)
      expect(waits(asked, ["controller3"], slow)).toBe(true)
    })

    test("on all of them: the VIP that needs one beside it is not waited for either", () => {
      const none = failed
        .replace(/(<resource id="lb-haproxy"[^>]*)role="Started" active="true"/g, '$1role="Stopped" active="false"')
        .replace(/(<resource id="vip"[^>]*)role="Started" active="true"/, '$1role="Stopped" active="false"')
        .replace(
          /(<failure .*)\n/,
          ["1", "2", "3"]
            .map((node) => `$1\n`.replace("$1", failure.split("\n")[1]!.replace("controller3", `controller${node}`)))
            .join(""),
        )
      const by = { by: "perl" }
      expect(waits(all(none, { controller1: by, controller2: by, controller3: by }), [], none)).toBe(false)
      expect(waits(all(none, { controller1: {}, controller2: by, controller3: by }), [], none)).toBe(true)
    })
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
    expect(() => converged.probe(want).parse({ stdout: "", stderr: "" })).toThrow("no section status")
    expect(() => sees(SETTLED, { answers: "vip maybe" })).toThrow("unexpected line")
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
    expect(health).toEqual({
      status: undefined,
      held: new Set(),
      answers: new Map(),
      listening: new Set(),
      strangers: [],
    })
  })
})
