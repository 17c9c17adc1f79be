import { expect, test } from "vitest"
import { sha256 } from "../../../src/host/file-state.ts"
import { MANAGED } from "../../../src/host/mark.ts"
import { memcachedConfig } from "../../../src/memcached/config.ts"
import { MEMCACHED, memcachedServers } from "../../../src/memcached/settings.ts"
import type { MemcachedState } from "../../../src/memcached/state.ts"
import { memcached } from "../../../src/memcached/steps/memcached.ts"
import type { HostFacts } from "../../../src/model/host-facts.ts"
import { settingsOf } from "../../../src/model/section.ts"
import { parseInventory } from "../parse-inventory.ts"
import { context, facts, run, sandbox } from "../step-harness.ts"

const HEAD = "name: lab\ncontrollers: { c1: 10.0.0.1, c2: 10.0.0.2 }\n"
const want = { address: "10.0.0.1", memoryMib: 512, connections: 4096 }
const file = memcachedConfig(want)
const well: MemcachedState = {
  config: {
    type: "file",
    mode: "0644",
    owner: "root:root",
    size: file.content.length,
    sha256: sha256(file.content),
    content: Buffer.from(file.content),
  },
  unit: { load: "loaded", active: "active", sub: "running", file: "enabled" },
  memory: "current",
  listens: true,
}

test("the section is expanded, with its defaults", () => {
  const of = (text: string) => settingsOf(parseInventory(`${HEAD}${text}\n`, "i.yaml"), MEMCACHED)
  expect(of("")).toBeUndefined()
  expect(of("memcached: {}")).toEqual({ on: "controllers", memoryMib: 64, connections: 1024 })
  expect(of("memcached: { memory: 2G, connections: 4096 }")).toEqual({
    on: "controllers",
    memoryMib: 2048,
    connections: 4096,
  })
})

test.each([
  ["memcached: { memery: 512M }", /i\.yaml:3:14.*unknown key "memery".*did you mean "memory"/s],
  ["memcached: { memory: 512 }", /i\.yaml:3:22.*expected a size such as 512M or 2G/s],
  ["memcached: { memory: 512MB }", /i\.yaml:3:22.*expected a size such as 512M or 2G/s],
  ["memcached: { connections: 0 }", /i\.yaml:3:27/],
  ["memcached: { on: loadbalancers }", /i\.yaml:3:18.*there are no loadbalancers/s],
])("refused while reading: %s", (text, message) => {
  expect(() => parseInventory(`${HEAD}${text}\n`, "i.yaml")).toThrow(message)
})

test("it is bound to the host's own address, and to none where there is no section or another group", () => {
  const inventory = parseInventory(`${HEAD}loadbalancers: { lb1: 10.0.0.9 }\nmemcached: {}\n`, "i.yaml")
  const bound = inventory.hosts.map((host) => memcached.bind?.(context(inventory, host))?.address)
  expect(bound).toEqual(["10.0.0.1", "10.0.0.2", undefined])
  const without = parseInventory(HEAD, "i.yaml")
  expect(memcached.bind?.(context(without, without.hosts[0]!))).toBeUndefined()
})

test("its file says what haops says, and nothing of another address", () => {
  expect(file.content).toBe(
    `${MANAGED}\n-u memcache\n-P /var/run/memcached/memcached.pid\n-l 10.0.0.1\n-p 11211\n-m 512\n-c 4096\n`,
  )
})

test.each<[string, Partial<MemcachedState>, string[], string[]]>([
  ["well", {}, [], []],
  [
    "not configured yet",
    {
      config: { type: "absent" },
      unit: { load: "loaded", active: "inactive", sub: "dead", file: "disabled" },
      memory: "none",
      listens: false,
    },
    ["/etc/memcached.conf: absent (none)", "starts at boot: no (none)", "running: inactive (none)"],
    ["put", "systemctl enable", "systemctl start", "wait"],
  ],
  [
    "another file in memory",
    { memory: "older" },
    ["memcached's options: older ones (restart)"],
    ["systemctl restart", "wait"],
  ],
  [
    "another file",
    {
      config: {
        ...well.config,
        sha256: "0".repeat(64),
        size: 1,
        content: Buffer.from("x"),
      } as MemcachedState["config"],
    },
    ["/etc/memcached.conf: other content (restart)"],
    ["put", "systemctl restart", "wait"],
  ],
])("%s", (_what, change, drift, actions) => {
  const found = judged({ ...well, ...change })
  expect(found.drift.map(({ attribute, have, risk }) => `${attribute}: ${have} (${risk})`)).toEqual(drift)
  expect(found.actions).toEqual(actions)
})

test("where it is not Debian, or masked, it is told before anything is touched", () => {
  expect(judged(well, facts({ family: "el" })).findings).toEqual([
    "haops sets memcached up on Debian and its kin alone",
  ])
  const masked = { load: "masked", active: "inactive", sub: "dead", file: "masked" }
  expect(judged({ ...well, unit: masked }).findings).toEqual(["memcached.service is masked"])
})

test("its probe reads what a host shows, and sees who listens for it alone", () => {
  using box = sandbox({
    systemctl: `case $1 in is-active) exit 0 ;; esac
case "$2" in --property=StateChange*) echo StateChangeTimestampMonotonic=1 ;;
*) printf 'LoadState=loaded\\nUnitFileState=enabled\\nActiveState=active\\nSubState=running\\n' ;; esac`,
    ss: "echo 'tcp LISTEN 0 1024 10.0.0.1:11211 0.0.0.0:* users:((\"memcached\",pid=1,fd=2))'",
  })
  const asked = (address: string) => {
    const probe = memcached.probe({ ...want, address })
    return probe.parse(run(probe.script, { path: box.path }))
  }
  expect(asked("10.0.0.1")).toMatchObject({ unit: well.unit, listens: true })
  expect(asked("0.0.0.1").listens).toBe(false)
})

function judged(have: MemcachedState, of: HostFacts = facts()) {
  const elected = { host: "c1", have, facts: of }
  const members = { elected, all: [elected], missing: [] }
  const drift = memcached.check(want, members)
  return {
    drift,
    findings: (memcached.findings?.(want, members) ?? []).map(({ message }) => message),
    actions: (drift.length === 0 ? [] : memcached.plan(want, members, drift)).map((action) =>
      action.type === "run" ? action.argv.slice(0, 2).join(" ") : action.type,
    ),
  }
}

test("clients are told every server, and of which family an address in brackets is", () => {
  const inventory = parseInventory(
    "name: lab\ncontrollers: { c1: 10.0.0.1, c2: 'fd00::2' }\nmemcached: {}\n",
    "/i.yaml",
  )
  expect(memcachedServers(inventory)).toEqual(["10.0.0.1:11211", "inet6:[fd00::2]:11211"])
})
