import { afterAll, beforeAll, expect, test } from "vitest"
import { amqp, consume as consumeAt, publish as publishAt } from "./harness/amqp.ts"
import { ended } from "./harness/ended.ts"
import { exampleInventory } from "./harness/example.ts"
import { type InventoryOverrides, merge } from "./harness/inventory.ts"
import { killedAt } from "./harness/killed-at.ts"
import { type Lab, startLab } from "./harness/lab.ts"
import { everywhere } from "./harness/observe.ts"
import { rabbitEval } from "./harness/rabbit-eval.ts"
import { watchSecrets } from "./harness/secret-watcher.ts"
import { logSshUse, readSshUse, sshUseBetween } from "./harness/sshd-log.ts"
import { each, THREE } from "./harness/three.ts"
import { until } from "./harness/until.ts"
import { drillTests } from "./services-drill.ts"
import { galeraTests } from "./services-galera.ts"
import { keystoneTests } from "./services-keystone.ts"
import { nodeTests } from "./services-nodes.ts"
import { powerTests } from "./services-power.ts"
import { refusalTests } from "./services-refusals.ts"

// inventory/openstack-services.yaml on three Debian 12 nodes that hold the packages: the data services, beside pacemaker, haproxy and a VIP.

let lab: Lab
/** What the tests change about the example. */
let changes: InventoryOverrides = {}

const ENV = {
  HAOPS_ERLANG_COOKIE: "haops-0f1e2d3c4b5a",
  HAOPS_RABBITMQ_PASSWORD: "rabbitPw-7d1c",
  HAOPS_KEYSTONE_DB_PASSWORD: "keystonePw-3f9a",
  HAOPS_KEYSTONE_ADMIN_PASSWORD: "adminPw-58ce",
}
const env = () => ({ ...ENV, HAOPS_HACLUSTER_PASSWORD: lab.password })
const nodes = () => THREE.map((name) => lab.node(name))

beforeAll(async () => {
  lab = await startLab({ services: true })
  // One that has still to be given a package: installed, it must not run before it is configured.
  await lab.node("controller3").must("dpkg --purge memcached")
})
afterAll(async () => await lab?.[Symbol.asyncDispose]())

test("haops is killed as it founds and joins", async () => {
  for (const action of ["galera_new_cluster", "start mariadb, and wait", "rabbitmqctl join_cluster"])
    await killedAt(killable(), action, ["up", "--yes", "-i", await inventory()])
})

test("up brings up all services of the example from there, and their secrets into no command line", async () => {
  const watcher = await watchSecrets(nodes(), Object.values(ENV))
  await up()
  expect((await watcher.stop()).sightings).toEqual([])
  expect(await everywhere(nodes(), "systemctl is-active memcached; systemctl is-enabled memcached")).toEqual(
    each("active\nenabled"),
  )
  const verified = await haops("verify")
  expect(verified.code, verified.stdout).toBe(0)
  expect(verified.stdout).toContain("memcached answers on every one of its hosts")
  expect(verified.stdout).toContain("Keystone answers on every one of its hosts")
})

test("a second up has nothing to do, by one connection and one command a host", async () => {
  await logSshUse(nodes())
  const before = await readSshUse(nodes())
  await up()
  expect(sshUseBetween(before, await readSshUse(nodes()))).toEqual(each({ connections: 1, commands: 1 }))
  await ended(haops("plan"))
})

test("memcached takes the inventory's options on the node's own address, and is seen where it is stopped", async () => {
  const options = "tr '\\0' ' ' </proc/$(systemctl show -p MainPID --value memcached)/cmdline"
  const wanted = nodes().map(({ name, address }) => [
    name,
    expect.stringContaining(`-l ${address} -p 11211 -m 512 -c 4096`),
  ])
  expect(await everywhere(nodes(), options)).toEqual(Object.fromEntries(wanted))
  await lab.node("controller2").must("systemctl stop memcached")
  const [status, verified] = await Promise.all([haops("status"), haops("verify")])
  expect(status.stdout).toMatch(/controller2 +stopped/)
  expect(verified.code, verified.stdout).toBe(1)
  changes = { memcached: { connections: 2048 } }
  await up()
  expect(await everywhere(nodes(), `${options} | grep -c -- '-c 2048'`)).toEqual(each("1"))
  await ended(haops("verify"))
})

test("RabbitMQ is one cluster of all, and what is published to one node is consumed at another", async () => {
  const listed = "rabbitmqctl -q cluster_status --formatter json | tr -d ' \\n' | grep -o '\"running_nodes\":[^]]*]'"
  const [first, ...rest] = Object.values(await everywhere(nodes(), listed)).map((text) => text.split(",").sort())
  expect(first).toHaveLength(3)
  expect(rest.map((names) => names.length)).toEqual([3, 3])
  expect(await lab.node("controller1").must("rabbitmqctl -q list_users --no-table-headers")).toBe(
    "openstack\t[monitoring]\n",
  )
  expect(await lab.node("controller2").must("stat -c '%a %U' /var/lib/rabbitmq/.erlang.cookie")).toBe("400 rabbitmq\n")
  await publish("controller1", "one")
  expect(await consume("controller2")).toBe("one")
})

test("a member that was wiped is forgotten and joins anew, with its copy of the queue", async () => {
  const node = lab.node("controller3")
  await node.must(
    "systemctl kill -s KILL rabbitmq-server; systemctl stop rabbitmq-server; rm -rf /var/lib/rabbitmq/mnesia",
  )
  await publish("controller1", "two")
  const verified = await haops("verify")
  expect(verified.code).toBe(1)
  expect(verified.stdout).toContain("controller3: RabbitMQ is stopped")
  await up()
  await ended(haops("verify"))
  const status = await node.must("rabbitmq-queues -q quorum_status haops-test")
  expect(new Set(status.match(/rabbit@controller\d/g))).toHaveLength(3)
  expect(await consume("controller3")).toBe("two")
})

test("a member without its copy of a queue, or with one that does not run, has it from the next run on", async () => {
  const node = lab.node("controller3")
  await amqp(
    lab.node("controller1"),
    ENV.HAOPS_RABBITMQ_PASSWORD,
    `channel.queue_declare("haops-other", durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})`,
  )
  await node.must("rabbitmq-queues delete_member haops-test rabbit@controller3")
  const copy = "{'%2F_haops-other', node()}"
  await lab.node("controller2").must(rabbitEval(`ra:stop_server(quorum_queues, ${copy}).`))
  const { stdout } = await haops("verify")
  expect(stdout).toContain("controller3 lacks a copy of 1 quorum queue")
  expect(stdout).toContain("controller2 has a copy of 1 quorum queue that does not run")
  await up()
  for (const queue of ["haops-test", "haops-other"]) {
    const status = await node.must(`rabbitmq-queues -q quorum_status ${queue}`)
    expect(new Set(status.match(/rabbit@controller\d/g))).toHaveLength(3)
    expect(status).not.toContain("noproc")
  }
  await node.must("rabbitmqctl -q delete_queue haops-other")
})

test("all are killed together, and up starts them together", async () => {
  await publish("controller2", "three")
  // By its own doing RabbitMQ loses what it has not written down yet, such as who has got a copy of a queue just now.
  await everywhere(nodes(), rabbitEval("mnesia:sync_log()."))
  await Promise.all(nodes().map(async (node) => await node.must("systemctl kill -s KILL rabbitmq-server")))
  await up()
  await ended(haops("verify"))
  expect(await consume("controller1")).toBe("three")
})

test("members that were cut off from each other and went on are told by verify, and the smaller part is mended", async () => {
  const started = "systemctl show -p ExecMainStartTimestampMonotonic rabbitmq-server"
  const before = await everywhere(nodes(), started)
  const handling = (how: string) => rabbitEval(`application:set_env(rabbit, cluster_partition_handling, ${how}).`)
  // By the inventory's pause_minority there would be no second part.
  await everywhere(nodes(), handling("ignore"))
  const third = lab.node("controller3")
  await third.must(rabbitEval("[begin erlang:set_cookie(N, other), erlang:disconnect_node(N) end || N <- nodes()]."))
  const seen = async () =>
    Object.values(await everywhere(nodes(), rabbitEval("length(rabbit_mnesia:cluster_nodes(running)).")))
  await until(async () => (await seen()).join(" ") === "2 2 1", { what: "two parts" })
  await third.must(
    rabbitEval("[erlang:set_cookie(N, erlang:get_cookie()) || N <- rabbit_mnesia:cluster_nodes(all), N =/= node()]."),
  )
  const noted = async () => Object.values(await everywhere(nodes(), rabbitEval("rabbit_node_monitor:partitions().")))
  await until(async () => (await noted()).every((parts) => parts !== "[]"), { what: "the partition to be noted" })
  const told = await haops("verify")
  expect(told.code, told.stdout).toBe(1)
  expect(told.stdout).toContain("controller3 was cut off from controller1 and controller2")
  await up()
  await ended(haops("verify"))
  const after = await everywhere(nodes(), started)
  expect(THREE.filter((name) => before[name] !== after[name])).toEqual(["controller3"])
  await everywhere(nodes(), handling("pause_minority"))
})

test("a file that differs on one member restarts that member alone, though haops is killed at it; a user of somebody else is left alone and told", async () => {
  const started = "systemctl show -p ExecMainStartTimestampMonotonic rabbitmq-server"
  const before = await everywhere(nodes(), started)
  await lab.node("controller2").must("echo >>/etc/rabbitmq/rabbitmq.conf; rabbitmqctl -q add_user foreign abcdef")
  const { stdout } = await haops("plan")
  expect(stdout).toContain("not in the inventory, left alone: user foreign")
  // Killed where it has handed its queues over and is still to restart.
  await killedAt(killable(), "hand over what it leads", ["up", "--yes", "-i", await inventory()])
  await up()
  const after = await everywhere(nodes(), started)
  expect(THREE.filter((name) => before[name] !== after[name])).toEqual(["controller2"])
  expect(await lab.node("controller1").must("rabbitmqctl -q list_users")).toContain("foreign")
  await ended(haops("verify"))
})

const change = (more: InventoryOverrides) => {
  changes = { ...changes, ...more }
}

keystoneTests({ lab: () => lab, haops, up, password: ENV.HAOPS_KEYSTONE_ADMIN_PASSWORD, env, change })

galeraTests({
  lab: () => lab,
  haops,
  up,
  password: ENV.HAOPS_KEYSTONE_DB_PASSWORD,
  env,
  change,
})

powerTests({ lab: () => lab, haops, up, password: ENV.HAOPS_KEYSTONE_DB_PASSWORD })

refusalTests({ lab: () => lab, haops, up, change })

drillTests({ lab: () => lab, haops, secrets: Object.values(ENV) })

nodeTests({
  ...{ lab: () => lab, inventory, change, env },
  database: ENV.HAOPS_KEYSTONE_DB_PASSWORD,
  admin: ENV.HAOPS_KEYSTONE_ADMIN_PASSWORD,
  rabbit: ENV.HAOPS_RABBITMQ_PASSWORD,
})

function killable(): Pick<Lab, "spawnHaops"> {
  return { spawnHaops: (args, options) => lab.spawnHaops(args, { ...options, env: env() }) }
}

const publish = (node: string, text: string) => publishAt(lab.node(node), ENV.HAOPS_RABBITMQ_PASSWORD, text)
const consume = (node: string) => consumeAt(lab.node(node), ENV.HAOPS_RABBITMQ_PASSWORD)

async function haops(...words: readonly string[]) {
  return await lab.haops([...words, "-i", await inventory()], { env: env() })
}

async function inventory(): Promise<string> {
  const [one, two, three] = nodes()
  return await exampleInventory(lab, "openstack-services.yaml", {
    places: {
      "10.0.0.12": one!.address,
      "10.0.0.13": two!.address,
      "10.0.0.14": three!.address,
      "10.0.0.11": lab.vip,
    },
    overrides: {
      pacemaker: { totem: { token: 1000, tokenCoefficient: 100 } },
      ...changes,
      // The other releases bring up the example's own mariabackup, which sleeps for 10 s of each transfer.
      galera: merge({ sst: { method: "rsync" } }, changes.galera ?? {}),
    },
  })
}

async function up(): Promise<void> {
  const { code, stdout, stderr } = await haops("up", "--yes")
  expect(code, `${stdout}\n${stderr}`).toBe(0)
}
