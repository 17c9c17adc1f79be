import { describe, expect, test } from "vitest"
import type { InventoryOverrides } from "./harness/inventory.ts"
import { keystoneAt } from "./harness/keystone-api.ts"
import { killedAt } from "./harness/killed-at.ts"
import type { Lab } from "./harness/lab.ts"
import { everywhere } from "./harness/observe.ts"
import { rabbitEval } from "./harness/rabbit-eval.ts"
import { THREE } from "./harness/three.ts"
import { endVipClients, startVipClients } from "./harness/vip-clients.ts"

/** What these tests work with: a lab whose services are up. */
interface Services {
  lab: () => Lab
  /** Writes the inventory and returns its path. */
  inventory(): Promise<string>
  /** From now on the inventory says this. */
  change(overrides: InventoryOverrides): void
  /** Of haops. */
  env(): Readonly<Record<string, string>>
  /** Of the database's user, of Keystone's user admin, and of RabbitMQ's user openstack. */
  database: string
  admin: string
  rabbit: string
}

const SIZE =
  "mariadb -NB -e \"select variable_value from information_schema.global_status where variable_name = 'wsrep_cluster_size'\""
const MEMBERS = rabbitEval("length(rabbit_mnesia:cluster_nodes(running)).")

/** For four runs of haops on a machine that is busy: 7 minutes were seen, with ten times its work to do. */
const LONG_MS = 900_000

/** Nodes come and go with the services on them. */
export function nodeTests({ lab, inventory, change, env, database, admin, rabbit }: Services): void {
  const node = (name: string) => lab().node(name)
  const [first] = THREE

  describe("a node with services", () => {
    test(
      "that all write to leaves and comes back under clients of the VIP, though haops is killed as it leaves and joins: none of their requests fails, no row is lost",
      async () => {
        // Two members take a word on quorum.
        change({ galera: { quorum: "stop" } })
        const path = await inventory()
        change({ galera: {} })
        const run = async (...words: readonly string[]) => {
          const { code, stdout, stderr } = await lab().haops([...words, "--yes", "-i", path], { env: env() })
          expect(code, `${stdout}\n${stderr}`).toBe(0)
        }
        const killable: Pick<Lab, "spawnHaops"> = {
          spawnHaops: (args, options) => lab().spawnHaops(args, { ...options, env: env() }),
        }
        const writer = `MYSQL_PWD=${database} mariadb -NB -h ${lab().vip} -u keystone keystone -e 'select @@hostname'`
        const leaving = node((await node(first!).must(writer)).trim())
        const others = THREE.filter((name) => name !== leaving.name).map(node)
        const [client] = others
        const hosts = [leaving, ...others].map(({ address }) => address)
        await startVipClients(client!, { vip: lab().vip, database, admin, rabbit, hosts })
        await killedAt(killable, "rabbitmqctl stop_app", ["remove-node", leaving.name, "--yes", "-i", path])
        await run("remove-node", leaving.name)
        const two = Object.fromEntries(others.map(({ name }) => [name, "2"]))
        expect(await everywhere(others, SIZE)).toEqual(two)
        expect(await everywhere(others, MEMBERS)).toEqual(two)
        expect(
          await leaving.must(
            "systemctl is-active mariadb rabbitmq-server memcached keystone haops-dbcheck.socket; ls /etc/keystone/fernet-keys; true",
          ),
        ).toBe("inactive\n".repeat(5))
        const add = ["add-node", leaving.name, "--address", leaving.address, "--yes", "-i", path]
        await killedAt(killable, "start mariadb, and wait", add)
        await killedAt(killable, "rabbitmqctl join_cluster", ["add-node", leaving.name, "--yes", "-i", path])
        await run("add-node", leaving.name)
        const all = THREE.map(node)
        const three = Object.fromEntries(THREE.map((name) => [name, "3"]))
        expect(await everywhere(all, SIZE)).toEqual(three)
        expect(await everywhere(all, MEMBERS)).toEqual(three)
        const status = await leaving.must("rabbitmq-queues -q quorum_status haops-test")
        expect(new Set(status.match(/rabbit@controller\d/g))).toHaveLength(3)
        await keystoneAt(leaving.address, admin).token()
        const { clients, lost } = await endVipClients(client!)
        process.stdout.write(`while ${leaving.name}, the writer, left and came back: ${JSON.stringify(clients)}\n`)
        expect(lost).toBe(0)
        expect(clients.row.failed).toEqual([])
        expect(clients.token.failed).toEqual([])
        expect(clients.message.failed).toEqual([])
        // A connection that is kept goes with the VIP, where that moves, and one statement may be under way in it.
        expect(clients.kept.failed.length, clients.kept.failed.join("\n")).toBeLessThanOrEqual(1)
        const verified = await lab().haops(["verify", "-i", path], { env: env() })
        expect(verified.code, verified.stdout).toBe(0)
        await run("up")
        const plan = await lab().haops(["plan", "-i", path], { env: env() })
        expect(plan.code, plan.stdout).toBe(0)
      },
      LONG_MS,
    )
  })
}
