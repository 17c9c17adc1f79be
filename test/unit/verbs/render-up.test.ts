import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { reveal, Secret } from "../../../src/base/secret.ts"
import { COMPONENTS } from "../../../src/components.ts"
import type { Action } from "../../../src/model/action.ts"
import type { Host, Inventory, SecretSource } from "../../../src/model/inventory.ts"
import type { NodeFile } from "../../../src/model/node-file.ts"
import { isJoint, type Step } from "../../../src/model/step.ts"
import { compilePlaybook } from "../../../src/playbook/compile.ts"
import { loadShipped } from "../../../src/playbook/load.ts"
import { loadSteps } from "../../../src/playbook/registry.ts"
import { parseInventory } from "../parse-inventory.ts"
import { facts } from "../step-harness.ts"

// What render says is what the plans of `up` write on hosts that have none of it yet.

const root = join(import.meta.dirname, "../../..")
const steps = await loadSteps()
const up = await loadShipped("up")
const hooks = await Promise.all(COMPONENTS.map(async ({ files }) => await files?.(COMPONENTS)))

const absent = { type: "absent" } as const
const unit = { load: "not-found", file: "", active: "inactive", sub: "dead" }
const nothing = { unit, memory: "none", hasVip: false }

/** What a bare host answers each step of `up` that writes files, as far as its plan reads it. */
const BARE: Readonly<Record<string, (host: Host) => object>> = {
  hosts: () => ({ file: absent }),
  "rabbitmq-cookie": () => ({ file: absent, user: true, running: false }),
  firewall: () => ({ own: { file: absent, live: undefined }, zones: [] }),
  sysctl: () => ({ file: absent, live: new Map(), boot: new Map() }),
  "booth-config": () => ({ config: absent, key: absent, memory: "none" }),
  "haproxy-source": () => ({ ...nothing, unit: absent, link: "", user: true, kernel: "6.1.0", libc: "glibc" }),
  "haproxy-rsyslog": () => ({ ...nothing, config: absent, rotation: absent, others: { module: false, ports: [] } }),
  "haproxy-certificates": () => ({ files: [1, 2].map(() => ({ file: absent, memory: "none" })), recorded: [] }),
  "haproxy-config": () => ({ ...nothing, file: absent, clustered: false, statesKept: false }),
  "cluster-files": () => ({ vendor: false, key: "" }),
  "cib-record": () => ({ cluster: "absent", cib: {}, fingerprint: "" }),
  keepalived: ({ address, links }) => ({
    ...nothing,
    config: absent,
    script: absent,
    nics: ["ens3"],
    addresses: [address, ...links].map((one) => ({ nic: "ens3", address: one, prefix: 24 })),
  }),
  "galera-config": () => ({ config: absent, check: [absent, absent, absent], user: true, state: { unit } }),
  memcached: () => ({ ...nothing, config: absent, listens: false }),
  "rabbitmq-config": () => ({ ...nothing, files: [absent, absent] }),
  "keystone-config": () => ({ ...nothing, files: [absent, absent, absent] }),
}
/** They edit what is there. */
const EDITS = ["corosync-conf", "corosync-links", "haproxy-leftovers"]

const EVERYTHING = `
name: all
controllers: { c1: 10.0.0.1, c2: 10.0.0.2 }
loadbalancers: { lb1: 10.0.0.8, lb2: { address: 10.0.0.9, links: [10.0.1.9] } }
pacemaker: { on: controllers, shell: crmsh, password: hacluster }
vips:
  inner: { address: 10.0.0.10/24, on: controllers }
  outer: { address: 10.0.0.20/24, nic: ens3, on: loadbalancers, manager: keepalived }
  far: { address: 10.9.0.5/24, nic: ens9, on: loadbalancers, manager: keepalived }
  geo: { address: 10.0.0.40/24, on: controllers }
  open: { address: 10.0.0.30/24, on: loadbalancers, manager: keepalived }
keepalived: { password: vrrp-pwd }
galera: { quorum: first, sst: { password: sst }, check: { port: 9200 }, databases: { nova: { password: nova }, keystone: { password: idp } } }
rabbitmq: { cookie: { env: COOKIE }, users: { nova: { password: nova } } }
memcached: {}
booth: { vip: geo, sites: [10.0.0.40, 10.5.0.40], arbitrators: [10.0.1.9], key: 0123456789abcdef, tickets: { apps: {} } }
keystone: { admin: { password: admin }, vip: inner }
firewall: managed
sysctl: { net.ipv4.ip_forward: 1 }
haproxy:
  stats: { password: stats }
  rsyslog: true
  source: { url: "https://example.org/haproxy-2.8.5.tar.gz", sha256: ${"a".repeat(64)} }
  services:
    - { name: a, port: 443, vip: outer, mode: http, tls: { certificate: { env: CERTIFICATE }, key: { env: KEY } } }
    - { name: b, port: 444, vip: outer, mode: http, tls: { certificate: { env: CERTIFICATE }, key: { env: KEY } } }
    - { name: db, port: 3306, vip: inner }
    - { name: idp, port: 5000, vip: inner }
`

const examples = readdirSync(join(root, "inventory")).filter((name) => name.endsWith(".yaml"))
const inventories: readonly [string, Inventory][] = [
  ["everything at once", parseInventory(EVERYTHING, "all.yaml")],
  ["udp, and a file that states are handed on by already", parseInventory(udp(), "udp.yaml")],
  ...examples.map((name): [string, Inventory] => [name, parseInventory(example(name), `inventory/${name}`)]),
]

function example(name: string): string {
  return readFileSync(join(root, "inventory", name), "utf8")
}

function udp(): string {
  return EVERYTHING.replace("shell: crmsh", "shell: crmsh, transport: udpu")
    .replace("password: vrrp-pwd", "peers: multicast")
    .replace("  rsyslog: true\n", "  global: { raw: [server-state-base /tmp] }\n")
}

function secret(source: SecretSource): Secret {
  if (source.from === "literal") return source.value
  if (source.from !== "env") return new Secret("s3cret")
  const file = { CERTIFICATE: "web.crt", KEY: "web.key" }[source.name]
  return new Secret(file === undefined ? "s3cret" : readFileSync(join(root, "test/cases/certificates", file), "utf8"))
}

test.each(inventories)("%s: each file as render has it", (_name, inventory) => {
  for (const host of inventory.hosts) {
    const rendered = filesOf(inventory, host)
    const written = writtenOn(inventory, host)
    const whole = rendered.filter(({ content }) => content !== undefined)
    const paths = (files: readonly { path: string }[]) => files.map(({ path }) => path).sort()
    expect(paths(rendered)).toEqual([...new Set(paths(rendered))])
    // Of what only the node can tell, the path is said.
    expect(paths(rendered)).toEqual(expect.arrayContaining(paths(written)))
    const found = paths(written).filter((path) => whole.some((file) => file.path === path))
    expect(found).toEqual(paths(whole))
    for (const { path, mode, owner, content } of whole) {
      const file = written.find((one) => one.path === path)!
      const text = content!().replaceAll(/<interface [^>]*>/g, "ens3")
      expect({ path, mode, owner, text }).toEqual({
        path,
        mode: file.mode,
        owner: file.owner,
        text: reveal(file.content),
      })
    }
  }
})

test("everything at once is all that there is", () => {
  const inventory = inventories[0]![1]
  const all = inventory.hosts.flatMap((host) => filesOf(inventory, host).map(({ name }) => name))
  expect(new Set(all).size).toBe(18)
})

test("no step of up writes a file that nobody compares", () => {
  const directory = join(root, "src")
  const writers = readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((file) => /^\w+\/steps\/.*\.ts$/.test(file))
    .filter((file) => /planFile\(|type: "put"|putCorosyncConf\(|recordAction\(|keepStates\(/.test(text(file)))
    .map((file) => file.replace(/.*\/|\.ts$/g, ""))
  const inUp = new Set(up.value.stages.flatMap((stage) => stage.steps))
  expect(writers.filter((kind) => inUp.has(kind)).sort()).toEqual([...Object.keys(BARE), ...EDITS].sort())
  function text(file: string): string {
    return readFileSync(join(directory, file), "utf8")
  }
})

function filesOf(inventory: Inventory, host: Host): readonly NodeFile[] {
  return hooks.flatMap((files) => files?.({ inventory, host, members: inventory.hosts, secret }) ?? [])
}

/** All that the steps of `up` would write on the host by itself, with crmsh there where nothing else is said. */
function writtenOn(inventory: Inventory, host: Host): Extract<Action, { type: "put" }>[] {
  const barriers = compilePlaybook(up, { inventory, hosts: inventory.hosts, steps, secret })
  return barriers
    .flatMap(({ tasks }) => tasks)
    .filter(({ step, wants }) => step.kind in BARE && wants.has(host.name))
    .flatMap(({ step, wants }) => planned(step, wants.get(host.name), host))
    .filter((action) => action.type === "put")
}

function planned(step: Step, want: unknown, host: Host): readonly Action[] {
  const have = BARE[step.kind]!(host)
  const of = facts({ host: host.name, versions: { ...facts().versions, crmsh: "4.4" } })
  const elected = { host: host.name, have, facts: of }
  const members = { all: [elected], missing: [], elected }
  const joint = step as Extract<Step, { joint: true }>
  const single = step as Extract<Step, { joint?: undefined; scope: "each" }>
  // Whether a cluster may be founded is for all its nodes; what they are given then is the same.
  if (step.kind === "cluster-files") return joint.plan(want, members, [])
  if (isJoint(step)) return joint.plan(want, members, joint.check(want, members))
  return single.plan(want, have, single.check(want, have, of), of)
}
