import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { consume, publish } from "./harness/amqp.ts"
import { exampleInventory } from "./harness/example.ts"
import type { InventoryOverrides } from "./harness/inventory.ts"
import { keystoneAt } from "./harness/keystone-api.ts"
import type { Lab } from "./harness/lab.ts"
import { everywhere } from "./harness/observe.ts"
import { rabbitEval } from "./harness/rabbit-eval.ts"
import { logSshUse, readSshUse, sshUseBetween } from "./harness/sshd-log.ts"
import { each, THREE } from "./harness/three.ts"

/** What Debian's release has of each service. */
interface Versions {
  release: string
  /** Three nodes of it, that hold its packages of the services. */
  start(): Promise<Lab>
  mariadb: string
  rabbitmq: string
  /** Where its MariaDB keeps the flag by which it founds a cluster: shell that leaves one behind, and that exits 0 where there is none. */
  flag: { leave: string; gone: string }
}

const ENV = {
  HAOPS_ERLANG_COOKIE: "haops-0f1e2d3c4b5a",
  HAOPS_RABBITMQ_PASSWORD: "rabbitPw-7d1c",
  HAOPS_KEYSTONE_DB_PASSWORD: "keystonePw-3f9a",
  HAOPS_KEYSTONE_ADMIN_PASSWORD: "adminPw-58ce",
}

const SYNCED =
  "mariadb -NB -e \"select variable_value from information_schema.global_status where variable_name in ('wsrep_local_state_comment', 'wsrep_cluster_size') order by variable_name\" | xargs"
/** What was acknowledged by another member is there before it is asked for. */
const ROWS =
  "mariadb -NB -e 'set session wsrep_sync_wait = 1; select group_concat(id order by id) from keystone.entries'"
const RUNNING =
  "rabbitmqctl -q cluster_status --formatter json | tr -d ' \\n' | grep -o '\"running_nodes\":[^]]*]' | grep -o 'rabbit@' | wc -l"

/** inventory/openstack-services.yaml on nodes of another release than that of services.test.ts. */
export function releaseTests({ release, start, mariadb, rabbitmq, flag }: Versions): void {
  let lab: Lab
  const nodes = () => THREE.map((name) => lab.node(name))
  const mirrored = rabbitmq.startsWith("3.")
  const haops = async (words: readonly string[], overrides: InventoryOverrides) => {
    const [one, two, three] = nodes().map(({ address }) => address)
    const places = { "10.0.0.12": one!, "10.0.0.13": two!, "10.0.0.14": three!, "10.0.0.11": lab.vip }
    // Another lab may be up beside it: the cluster's own times are not what is looked at.
    const totem = { token: 10_000 }
    const path = await exampleInventory(lab, "openstack-services.yaml", {
      places,
      overrides: { pacemaker: { totem }, ...overrides },
    })
    return await lab.haops([...words, "-i", path], { env: { ...ENV, HAOPS_HACLUSTER_PASSWORD: lab.password } })
  }
  const wanted: InventoryOverrides = mirrored ? {} : { rabbitmq: { policies: null } }
  const done = async (...words: readonly string[]) => {
    const { code, stdout, stderr } = await haops(words, wanted)
    expect(code, `${stdout}\n${stderr}`).toBe(0)
    return stdout
  }

  beforeAll(async () => {
    lab = await start()
  })
  afterAll(async () => await lab?.[Symbol.asyncDispose]())

  describe(`the data services of ${release}`, () => {
    // A test that is there and does not run counts as a failure.
    if (!mirrored) {
      test("mirrored queues are refused before anything is done, since its RabbitMQ has none", async () => {
        const { code, stderr } = await haops(["up", "--yes"], {})
        expect(code, stderr).toBe(1)
        expect(stderr.replace(/\s+/g, " ")).toContain(
          "RabbitMQ 4 does not boot with mirrored queues, which the policy ha-all asks for",
        )
        expect(await everywhere(nodes(), "systemctl is-active mariadb rabbitmq-server memcached; true")).toEqual(
          each("inactive\ninactive\ninactive"),
        )
      })
    }

    test("are brought up on three nodes: one database, one RabbitMQ, whose messages are consumed at another member, tokens through the VIP", async () => {
      await done("up", "--yes")
      expect(await everywhere(nodes(), "mariadb -NB -e 'select version()'")).toEqual(
        each(expect.stringMatching(`^${mariadb}`)),
      )
      expect(await everywhere(nodes(), SYNCED)).toEqual(each("3 Synced"))
      expect(await everywhere(nodes(), "rabbitmqctl -q version")).toEqual(each(expect.stringMatching(`^${rabbitmq}`)))
      expect(await everywhere(nodes(), RUNNING)).toEqual(each("3"))
      const rabbit = ENV.HAOPS_RABBITMQ_PASSWORD
      await publish(nodes()[0]!, rabbit, "one")
      expect(await consume(nodes()[2]!, rabbit)).toBe("one")
      const viaVip = `MYSQL_PWD=${ENV.HAOPS_KEYSTONE_DB_PASSWORD} mariadb -h ${lab.vip} -u keystone keystone`
      await nodes()[1]!.must(`${viaVip} -e 'create table entries (id int primary key); insert into entries values (7)'`)
      expect(
        await everywhere(nodes(), "mariadb -NB -e 'set session wsrep_sync_wait = 1; select id from keystone.entries'"),
      ).toEqual(each("7"))
      const password = ENV.HAOPS_KEYSTONE_ADMIN_PASSWORD
      const token = await keystoneAt(lab.vip, password).token()
      for (const { address } of nodes()) expect(await keystoneAt(address, password).check(token)).toBe(200)
      await done("verify")
    })

    test("a second up has nothing to do, by one connection and one command a host", async () => {
      await logSshUse(nodes())
      const before = await readSshUse(nodes())
      await done("up", "--yes")
      expect(sshUseBetween(before, await readSshUse(nodes()))).toEqual(each({ connections: 1, commands: 1 }))
      await done("plan")
    })

    test("come back after all members of the database and of RabbitMQ were killed at once, with every row and message", async () => {
      const rabbit = ENV.HAOPS_RABBITMQ_PASSWORD
      await nodes()[2]!.must("mariadb -e 'insert into keystone.entries values (8)'")
      await publish(nodes()[1]!, rabbit, "two")
      // By its own doing RabbitMQ loses what it has not written down yet, such as who has got a copy of a queue just now.
      await everywhere(nodes(), rabbitEval("mnesia:sync_log()."))
      await Promise.all(
        nodes().map((one) => one.must("pkill -KILL -x mariadbd; systemctl kill -s KILL rabbitmq-server")),
      )
      await done("up", "--yes")
      expect(await everywhere(nodes(), SYNCED)).toEqual(each("3 Synced"))
      expect(await everywhere(nodes(), ROWS)).toEqual(each("7,8"))
      expect(await consume(nodes()[0]!, rabbit)).toBe("two")
    })

    test("have the database founded on the member that is ahead where all were stopped one after the other, when that has been agreed to", async () => {
      const [one, two, three] = nodes()
      await one!.must("systemctl stop mariadb")
      await two!.must("mariadb -e 'insert into keystone.entries values (9)'")
      await three!.must("systemctl stop mariadb")
      await two!.must("mariadb -e 'insert into keystone.entries values (10)'; systemctl stop mariadb")
      const ahead = /controller2 is ahead: seqno \d+, controller1 \d+, controller3 \d+/
      // Who is ahead is found out on the way: nobody has agreed to it.
      const found = await haops(["up", "--yes"], wanted)
      expect(found.code, found.stdout).toBe(1)
      expect(found.stderr.replace(/\s+/g, " ")).toMatch(ahead)
      expect(await everywhere(nodes(), "pgrep -c -x mariadbd; true")).toEqual(each("0"))
      const plan = await haops(["plan"], wanted)
      expect(plan.code, plan.stderr).toBe(2)
      expect(plan.stdout.replace(/\s+/g, " ")).toMatch(ahead)
      await done("up", "--yes")
      expect(await everywhere(nodes(), SYNCED)).toEqual(each("3 Synced"))
      expect(await everywhere(nodes(), ROWS)).toEqual(each("7,8,9,10"))
    })

    test("have Keystone's keys rotated on all nodes, and tokens of before still hold", async () => {
      const password = ENV.HAOPS_KEYSTONE_ADMIN_PASSWORD
      const token = await keystoneAt(lab.vip, password).token()
      const sums = () => everywhere(nodes(), "cat /etc/keystone/fernet-keys/* | sha256sum")
      const before = await sums()
      await done("keystone", "rotate", "--yes")
      const after = Object.values(await sums())
      expect(new Set(after).size).toBe(1)
      expect(after[0]).not.toBe(before.controller1)
      for (const { address } of nodes()) expect(await keystoneAt(address, password).check(token)).toBe(200)
    })

    test("a flag for founding that was left behind is told and cleared", async () => {
      const node = lab.node("controller2")
      await node.must(flag.leave)
      expect((await haops(["verify"], wanted)).stdout).toContain("flag for founding a cluster")
      await done("up", "--yes")
      await node.must(flag.gone)
    })
  })
}
