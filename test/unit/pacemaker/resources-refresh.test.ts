import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { resourcesRefresh } from "../../../src/pacemaker/steps/resources-refresh.ts"
import { parseInventory } from "../parse-inventory.ts"
import { context, judge, run, SHELLS, sandbox, systemctlShow } from "../step-harness.ts"

const inventory = parseInventory(
  `name: lab
controllers: { controller1: 10.0.0.12, controller2: 10.0.0.13 }
pacemaker: { password: { env: P }, resources: { memcached: { agent: "systemd:memcached" }, ip: { agent: "ocf:heartbeat:IPaddr2" } } }
vips: { vip: 10.0.0.11/24 }
haproxy: { services: [{ name: web, port: 80 }] }
`,
  "lab.yaml",
)
const want = resourcesRefresh.bind!(context(inventory, inventory.hosts[0]!))

interface Seen {
  haproxy?: string
  summary?: string
  node?: string
  failures?: string
}

/** crm_mon's XML where memcached runs on controller1, and haproxy on both. */
function monitor({
  haproxy = 'role="Started" active="true" managed="true"',
  summary = "",
  node = "",
  failures = "",
}: Seen): string {
  const copy = (name: string, attributes: string, on: string, agent = "systemd:haproxy") =>
    `<resource id="${name}" resource_agent="${agent}" ${attributes} failed="false" nodes_running_on="1"><node name="${on}"/></resource>`
  const started = 'role="Started" active="true" managed="true"'
  return `<crm_mon version="2.1.5"><summary><current_dc present="true" name="controller2" with_quorum="true"/>${summary}</summary>
<nodes>${["controller1", "controller2"].map((name) => `<node name="${name}" online="true" ${node}/>`).join("")}</nodes>
<resources>${copy("lb-haproxy", haproxy, "controller1")}${copy("lb-haproxy", started, "controller2")}${copy("memcached", started, "controller1", "systemd:memcached")}</resources>
<failures>${failures}</failures></crm_mon>`
}

const RUNS = { active: "active", pid: 42 }

describe.each(SHELLS)("what the cluster believes to run, in %s", (shell) => {
  function look(seen: Seen, { haproxy = {}, groups = ["memcached.service"], memcached = "active" } = {}) {
    using box = sandbox({
      crm_mon: `cat <<'END'\n${monitor(seen)}\nEND`,
      systemctl: `case $* in *ActiveState\\ --*) echo ActiveState=${memcached}; exit ;; esac\n${systemctlShow({ haproxy })}`,
    })
    for (const group of ["none", ...groups]) mkdirSync(join(box.path, "system.slice", group), { recursive: true })
    const probe = resourcesRefresh.probe(want!)
    const script = probe.script.replaceAll("/sys/fs/cgroup/", `${box.path}/`).replaceAll("/run/haproxy.pid", "/none")
    return judge(resourcesRefresh, want, probe.parse(run(script, { shell, path: box.path })))
  }

  test("and does not run is looked at again, there and nowhere else", () => {
    const { drift, actions } = look({})
    expect(drift).toEqual([
      {
        attribute: "lb-haproxy",
        have: "the cluster says that it runs, haproxy.service does not",
        want: "looked at again",
        risk: "none",
      },
    ])
    expect(actions).toMatchObject([
      { type: "run", argv: ["crm_resource", "--refresh", "--resource", "lb-haproxy", "--node", "controller1"] },
    ])
  })

  test("and does run: nothing is to be done", () => {
    expect(look({}, { haproxy: RUNS }).drift).toEqual([])
  })

  test("is every resource of systemd's, which is asked of those alone that have no process", () => {
    expect(look({}, { haproxy: RUNS, groups: [], memcached: "failed" }).drift).toMatchObject([
      { attribute: "memcached" },
    ])
    // A unit without processes may be active: it was done when it had started.
    expect(look({}, { haproxy: RUNS, groups: [] }).drift).toEqual([])
  })

  test.each<[string, Seen]>([
    ["is stopped", { haproxy: 'role="Stopped" active="false" managed="true"' }],
    ["is on its way", { haproxy: 'role="Starting" active="true" managed="true"' }],
    ["is not managed", { haproxy: 'role="Started" active="true" managed="false"' }],
    ["is under maintenance", { summary: '<cluster_options maintenance-mode="true"/>' }],
    ["is on a node under maintenance", { node: 'maintenance="true"' }],
    [
      "has failed, as the cluster knows",
      { failures: '<failure op_key="lb-haproxy_monitor_1000" node="controller1" exitstatus="not running"/>' },
    ],
  ])("is not asked about where it %s", (_what, seen) => {
    expect(look(seen).drift).toEqual([])
  })
})

test("nothing is asked where no resource is a unit's", () => {
  const { pacemaker } = inventory
  const none = { ...inventory, pacemaker: { ...pacemaker!, resources: [] } }
  expect(resourcesRefresh.bind!(context(none, inventory.hosts[0]!))).toBeUndefined()
})

test.each([
  ["", ["lb"]],
  ["parameters: { pidfile: /var/run/haproxy.pid }", ["lb"]],
  ["parameters: { pidfile: /run/haproxy-lb.pid }", []],
])("a haproxy of an agent with %j is asked about only where its pid file tells of it", (parameters, ids) => {
  const resource = `lb: { agent: "ocf:heartbeat:haproxy", ${parameters} }`
  const own = parseInventory(
    `name: lab\ncontrollers: { controller1: 10.0.0.12 }\npacemaker: { password: { env: P }, resources: { ${resource} } }\n`,
    "lab.yaml",
  )
  const asked = resourcesRefresh.bind!(context(own, own.hosts[0]!))
  expect((asked?.resources ?? []).map(({ id }) => id)).toEqual(ids)
})
