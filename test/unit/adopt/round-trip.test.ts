import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { reveal, Secret } from "../../../src/base/secret.ts"
import { parseCorosyncConf } from "../../../src/corosync/conf.ts"
import { renderHaproxyConfig } from "../../../src/haproxy/config/render.ts"
import { clusterWant } from "../../../src/membership/cluster-want.ts"
import { linkChange } from "../../../src/membership/corosync-links.ts"
import { settingsOf } from "../../../src/membership/corosync-settings.ts"
import type { Inventory } from "../../../src/model/inventory.ts"
import { judgeCib } from "../../../src/pacemaker/adopt/judge.ts"
import { parseCib } from "../../../src/pacemaker/cib-parse.ts"
import { desiredCib } from "../../../src/pacemaker/desired.ts"
import { parseInventory } from "../parse-inventory.ts"
import { adopted, madeBy } from "./adopting.ts"

const RICH = `name: rich
controllers:
  node1: { address: 10.0.0.12, links: [10.0.0.12, 10.1.0.12], nodeid: 3 }
  node2: { address: 10.0.0.13, links: [10.0.0.13, 10.1.0.13], nodeid: 5 }
  node3.example.org: { address: 10.0.0.14, links: [10.0.0.14, 10.1.0.14], nodeid: 9 }
pacemaker:
  password: { env: X }
  totem: { token: 1500, join: 60, blockUnlistedIps: false }
  quorum: { waitForAll: true, lastManStanding: false, lastManStandingWindow: 20s }
  properties: { no-quorum-policy: freeze, enable-acl: true, cluster-recheck-interval: 2min, placement-strategy: balanced }
  resourceDefaults: { resource-stickiness: 100, migration-threshold: 3 }
  operationDefaults: { timeout: 60s }
  resourceDefaultRules: [{ where: "resource ocf:heartbeat:Dummy and date lt 2037-01-01", values: { priority: 3 } }]
  operationDefaultRules: [{ where: op monitor interval=10s or resource systemd:httpd, score: 4, values: { timeout: 33s }, id: slow-monitors }]
  nodes:
    node1: { attributes: { rack: 7, site: "a b" }, utilization: { cpu: 8, memory: 4096 } }
    node3.example.org: { utilization: { cpu: 4 } }
  fencing:
    - name: fence1
      agent: fence_ipmilan
      parameters: { ip: 10.0.9.1, username: admin, passwd: { env: SECRET }, pcmk_host_list: node1 }
      operations: { monitor: { interval: 60s, timeout: 30s } }
      meta: { priority: 5 }
    - { name: fence2, agent: fence_ipmilan, parameters: { ip: 10.0.9.2, username: admin, passwd_script: /etc/fence, lanplus: true } }
  resources:
    web:
      agent: systemd:httpd
      utilization: { cpu: 2, memory: 512 }
      rules:
        - { where: "date-spec hours=9-16", meta: { priority: 7, resource-stickiness: INFINITY } }
        - { where: "#uname eq node1 or date gt 2037-01-01", score: 5, parameters: { fake: at-home }, id: at-home }
    made: { agent: template:small, parameters: { fake: own }, clone: true }
    web2: { agent: systemd:httpd, operations: { monitor: 20s, stop: { interval: 0s, timeout: 200s } }, meta: { priority: 10 } }
    db: { agent: ocf:pacemaker:Stateful, clone: { promotable: true, notify: true, promoted-max: 1 } }
    often: { agent: ocf:heartbeat:Dummy, clone: { id: often-everywhere, clone-max: 2 }, parameters: { fake: "007" } }
    plain: { agent: "ocf:heartbeat:Dummy", clone: true }
    one: { agent: ocf:heartbeat:Dummy, group: all, parameters: { fake: "a value: with # and 'quotes' & <x>" } }
    two: { agent: ocf:heartbeat:Dummy, group: all }
    role:
      agent: ocf:pacemaker:Stateful
      operations: { monitor: [{ interval: 10s, role: Promoted }, { interval: 11s, role: Unpromoted, timeout: 5s }] }
      clone: { promotable: true }
  constraints:
    - { colocate: web, with: public, score: -200 }
    - { colocate: all, with: db-clone, score: -INFINITY, id: apart }
    - { order: [promote db-clone, start all], symmetrical: false }
    - { order: [web, plain-clone], kind: Serialize, id: not-at-once }
    - { order: [stop web, plain-clone], kind: Optional }
    - { locate: web, prefers: node1, score: 50 }
    - { locate: all, prefers: node3.example.org, score: -INFINITY, id: never-there }
    - { colocate: web, role: Started, with: db-clone, withRole: Promoted, score: 7 }
    - { colocate: [[web, plain-clone], { resources: [all, role-clone], sequential: false, role: Promoted }], score: 20 }
    - { order: [[web, all], { resources: [db-clone, role-clone], sequential: false, requireAll: false, action: promote }], symmetrical: false, id: in-turn }
    - { order: [[web, often-everywhere]], kind: Optional }
    - { locate: [web, plain-clone], prefers: node2, score: 3 }
    - { locate: { pattern: "^(web|often).*" }, prefers: node1, score: -5, resourceDiscovery: never }
    - { locate: web, where: not_defined pingd or pingd lt integer 1, score: -INFINITY }
    - { locate: all, where: "#uname eq node1 and (date in_range 2037-01-01 to 2037-02-01 or date-spec hours=9-16 weekdays=1-5)", score: 40 }
    - { locate: db-clone, where: defined "a b" and date gt 2036-05-05, role: Promoted, scoreAttribute: weight, id: by-weight }
    - { locate: web, where: 'date in_range 2037-01-01 to duration hours=6 and site ne "it''s here"', score: 1 }
    - { ticket: t1, resources: web, lossPolicy: fence }
    - { ticket: t1, resources: [[all], { resources: [db-clone], role: Promoted }], lossPolicy: demote }
  fencingLevels:
    - { node: node1, devices: [fence1] }
    - { node: node1, devices: [fence2, fence1] }
    - { pattern: "node[23].*", level: 4, devices: [fence2] }
    - { attribute: rack, value: 7, devices: [fence2] }
  templates:
    small:
      agent: ocf:heartbeat:Dummy
      parameters: { fake: "in common" }
      operations: { monitor: [{ interval: 10s, OCF_CHECK_LEVEL: 10 }, { interval: 20s }], start: { interval: 0s, timeout: 9s } }
      meta: { priority: 2 }
      utilization: { cpu: 1 }
    bare: { agent: systemd:x }
  tags: { all-of-them: [web, db-clone, all], some: [apart, mail] }
  alerts:
    mail: { path: /usr/share/pacemaker/alerts/alert_smtp.sh, options: { email_sender: "a b" }, meta: { timeout: 15s }, select: [nodes, { attributes: [standby] }, fencing], recipients: [ops@example.org, { value: /var/log/x, options: { debug: 1 }, meta: { enabled: false } }] }
    nothing-more: { path: /bin/true }
  acls:
    roles:
      reader: [{ read: /cib }, { deny: "//nvpair[@name='passwd']" }, { deny: "//nvpair[@name='password']" }]
      web-admin: [{ write: web }, { read: { type: nvpair, attribute: value } }, { write: { type: primitive } }]
      nobody: []
    users: { ann: [reader, web-admin], "b.o-b": [] }
    groups: { ops: [web-admin] }
vips:
  vip: 10.0.0.11/24
  public: { address: 192.168.1.11/24, nic: eth1, monitor: 5s, resource: { parameters: { broadcast: 192.168.1.255 }, operations: { monitor: { timeout: 15s }, start: { interval: 0s, timeout: 33s } }, meta: { resource-stickiness: 7 } } }
  six: { address: "fd00::11/64", nic: { node1: eth2, node2: eth2, node3.example.org: ens3 } }
haproxy:
  monitor: 3s
  migrationThreshold: 2
  failureTimeout: 2min
  resource: { operations: { monitor: { timeout: 9s }, stop: { interval: 0s, timeout: 300s } }, meta: { priority: 3 } }
  stats: { port: 1080, user: ops, password: { env: STATS } }
  services:
    - { name: web, port: 8080, vip: vip, mode: http, balance: leastconn, check: http }
    - { name: api, port: 443, vip: public, backends: { a: 10.0.0.50, b: 10.0.0.51 } }
`

const example = (name: string) => readFileSync(new URL(`../../../inventory/${name}.yaml`, import.meta.url), "utf8")
const CASES = {
  "a hundred objects": many(75),
  ...Object.fromEntries(["minimal", "openstack", "lab", "kubernetes"].map((name) => [name, example(name)])),
  rich: RICH,
  "rich, with-vip": RICH.replace("haproxy:\n", "haproxy:\n  placement: with-vip\n").replace(
    / {2}(monitor: 3s|migrationThreshold: 2|failureTimeout: 2min)\n/g,
    "",
  ),
}

/** Groups, clones and single resources, each tied to the one before it. */
function many(count: number): string {
  const numbers = Array.from({ length: count }, (_, at) => at)
  const kinds = ["", ", clone: { interleave: true }", ", group: g1", ", group: g2", ", operations: { monitor: 7s }"]
  const name = (at: number) => (at % 5 === 1 ? `r${at}-clone` : `r${at}`)
  const resources = numbers.map((at) => `    r${at}: { agent: ocf:heartbeat:Dummy${kinds[at % 5]} }\n`)
  const ties = numbers.slice(1).filter((at) => ![2, 3, 4].includes(at % 5))
  const constraints = ties.map((at) => `    - { colocate: ${name(at)}, with: r0, score: ${at} }\n`)
  return `${RICH.slice(0, RICH.indexOf("pacemaker:"))}pacemaker:
  password: { env: X }
  resources:
${resources.join("")}  constraints:
${constraints.join("")}`
}

const SECRET = "hunter2-of-this-test"

test.each(Object.entries(CASES))("%s: the cluster that it makes is taken in as it is", async (_, text) => {
  const before = parseInventory(text, "inventory.yaml")
  const asked = madeBy(before, SECRET)
  const { corosync, cib, haproxy } = asked[0]!.answer
  const { text: yaml, told, problems } = await adopted(asked)
  expect({ told, problems }, yaml).toEqual({ told: [], problems: [] })
  expect(yaml).not.toContain(SECRET)
  expect(yaml).not.toContain("no words")
  const after = parseInventory(yaml, "adopted.yaml")

  expect(judgeCib(after, parseCib(cib!)).words).toEqual([])
  expect(named(after)).toEqual(named(before))
  const live = parseCorosyncConf(corosync!)
  const want = clusterWant({ inventory: after, host: after.hosts[0]! })!
  expect(settingsOf(want, live)).toEqual([])
  expect(linkChange(want, live)).toBeUndefined()
  expect(want.nodes.map(({ name, nodeid }) => [name, nodeid])).toEqual(
    live.nodes.map(({ name, nodeid }) => [name, nodeid]),
  )
  expect(after.haproxy === undefined).toBe(haproxy === undefined)
  if (after.haproxy !== undefined) {
    expect(reveal(renderHaproxyConfig(after.haproxy, "controllers", () => new Secret(SECRET)))).toBe(haproxy)
  }
})

/** Everything that the inventory answers for in the cluster. */
function named(inventory: Inventory) {
  const { sections, resources, constraints, parts = [] } = desiredCib(inventory)!
  return {
    parts: parts.map(({ kind, id }) => `${kind} ${id}`).toSorted(),
    sections: Object.values(sections).map((values) => Object.keys(values).toSorted()),
    resources: resources.map(({ id, agent }) => `${id} ${agent}`).toSorted(),
    constraints: constraints.map(({ id }) => id).toSorted(),
  }
}

test("what it makes is as short as what somebody would write", async () => {
  const { text } = await adopted(madeBy(parseInventory(example("minimal"), "inventory.yaml")))
  expect(
    text
      .split("\n")
      .filter((line) => !/^ *#/.test(line))
      .join("\n"),
  ).toBe(`
name: minimal
controllers:
  controller1: 10.0.0.12
  controller2: 10.0.0.13
  controller3: 10.0.0.14
pacemaker:
  password: { file: secrets/hacluster }
vips:
  vip: 10.0.0.11/24
haproxy:
  services: [ { preset: openstack } ]
`)
})
