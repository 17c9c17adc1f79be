import { afterAll, beforeAll, expect, test } from "vitest"
import { exampleInventory } from "./harness/example.ts"
import type { InventoryOverrides } from "./harness/inventory.ts"
import { type Lab, startLab } from "./harness/lab.ts"
import { everywhere } from "./harness/observe.ts"
import { logSshUse, readSshUse, sshUseBetween } from "./harness/sshd-log.ts"
import { each, THREE } from "./harness/three.ts"

// inventory/openstack-services.yaml on three Debian 12 nodes that hold the packages: the data services, beside pacemaker, haproxy and a VIP.

let lab: Lab
/** What the tests change about the example. */
let changes: InventoryOverrides = {}

const ENV = { HAOPS_ERLANG_COOKIE: "haops-0f1e2d3c4b5a", HAOPS_RABBITMQ_PASSWORD: "rabbitPw-7d1c" }
const nodes = () => THREE.map((name) => lab.node(name))

beforeAll(async () => {
  lab = await startLab({ services: true })
  // One that has still to be given a package: installed, it must not run before it is configured.
  await lab.node("controller3").must("dpkg --purge memcached")
})
afterAll(async () => await lab?.[Symbol.asyncDispose]())

test("up brings up all services of the example", async () => {
  await up()
  expect(await everywhere(nodes(), "systemctl is-active memcached; systemctl is-enabled memcached")).toEqual(
    each("active\nenabled"),
  )
  const verified = await haops("verify")
  expect(verified.code, verified.stdout).toBe(0)
  expect(verified.stdout).toContain("memcached answers on every one of its hosts")
})

test("a second up has nothing to do, by one connection and one command a host", async () => {
  await logSshUse(nodes())
  const before = await readSshUse(nodes())
  await up()
  expect(sshUseBetween(before, await readSshUse(nodes()))).toEqual(each({ connections: 1, commands: 1 }))
  expect((await haops("plan")).code).toBe(0)
})

test("memcached takes the inventory's options on the node's own address, and is seen where it is stopped", async () => {
  const options = "tr '\\0' ' ' </proc/$(systemctl show -p MainPID --value memcached)/cmdline"
  const wanted = nodes().map(({ name, address }) => [
    name,
    expect.stringContaining(`-l ${address} -p 11211 -m 512 -c 4096`),
  ])
  expect(await everywhere(nodes(), options)).toEqual(Object.fromEntries(wanted))
  await lab.node("controller2").must("systemctl stop memcached")
  const { stdout } = await haops("status")
  expect(stdout).toMatch(/controller2 +stopped/)
  expect((await haops("verify")).code).toBe(1)
  changes = { memcached: { connections: 2048 } }
  await up()
  expect(await everywhere(nodes(), `${options} | grep -c -- '-c 2048'`)).toEqual(each("1"))
  expect((await haops("verify")).code).toBe(0)
})

async function haops(...words: readonly string[]) {
  const [one, two, three] = nodes()
  const path = await exampleInventory(lab, "openstack-services.yaml", {
    places: {
      "10.0.0.12": one!.address,
      "10.0.0.13": two!.address,
      "10.0.0.14": three!.address,
      "10.0.0.11": lab.vip,
    },
    overrides: {
      pacemaker: { totem: { token: 1000, tokenCoefficient: 100 } },
      ...changes,
    },
  })
  return await lab.haops([...words, "-i", path], { env: { ...ENV, HAOPS_HACLUSTER_PASSWORD: lab.password } })
}

async function up(): Promise<void> {
  const { code, stdout, stderr } = await haops("up", "--yes")
  expect(code, `${stdout}\n${stderr}`).toBe(0)
}
