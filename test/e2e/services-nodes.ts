import { describe, expect, test } from "vitest"
import type { InventoryOverrides } from "./harness/inventory.ts"
import { keystoneAt } from "./harness/keystone-api.ts"
import { killedAt } from "./harness/killed-at.ts"
import type { Lab } from "./harness/lab.ts"
import { everywhere } from "./harness/observe.ts"
import { endRows, writeRows } from "./harness/row-writer.ts"
import { THREE } from "./harness/three.ts"

/** What these tests work with: a lab whose services are up. */
interface Services {
  lab: () => Lab
  /** Writes the inventory and returns its path. */
  inventory(): Promise<string>
  /** From now on the inventory says this. */
  change(overrides: InventoryOverrides): void
  /** Of haops. */
  env(): Readonly<Record<string, string>>
  /** Of the database's user, and of Keystone's user admin. */
  database: string
  admin: string
}

const SIZE =
  "mariadb -NB -e \"select variable_value from information_schema.global_status where variable_name = 'wsrep_cluster_size'\""
const MEMBERS =
  "rabbitmqctl -q cluster_status --formatter json | tr -d ' \\n' | grep -o '\"running_nodes\":[^]]*]' | grep -o 'rabbit@' | wc -l"

/** For four runs of haops on a machine that is busy: 7 minutes were seen, with ten times its work to do. */
const LONG_MS = 900_000

/** Nodes come and go with the services on them. */
export function nodeTests({ lab, inventory, change, env, database, admin }: Services): void {
  const node = (name: string) => lab().node(name)
  const [first, second, third] = THREE

  describe("a node with services", () => {
    test(
      "leaves and comes back under a client that writes through the VIP, though haops is killed as it joins: no row is lost",
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
        const leaving = node(third!)
        await node(first!).must("mariadb -e 'create table keystone.load_rows (id int auto_increment primary key)'")
        const insert = `MYSQL_PWD=${database} mariadb --connect-timeout=3 -NB -h ${lab().vip} -u keystone keystone -e "insert into load_rows values (); select last_insert_id()"`
        await writeRows(node(first!), insert)
        await run("remove-node", third!)
        const others = [node(first!), node(second!)]
        expect(await everywhere(others, SIZE)).toEqual({ [first!]: "2", [second!]: "2" })
        expect(await everywhere(others, MEMBERS)).toEqual({ [first!]: "2", [second!]: "2" })
        expect(
          await leaving.must(
            "systemctl is-active mariadb rabbitmq-server memcached keystone haops-dbcheck.socket; ls /etc/keystone/fernet-keys; true",
          ),
        ).toBe("inactive\n".repeat(5))
        const add = ["add-node", third!, "--address", leaving.address, "--yes", "-i", path]
        await killedAt(killable, "start mariadb, and wait", add)
        await killedAt(killable, "rabbitmqctl join_cluster", ["add-node", third!, "--yes", "-i", path])
        await run("add-node", third!)
        const all = THREE.map(node)
        const three = Object.fromEntries(THREE.map((name) => [name, "3"]))
        expect(await everywhere(all, SIZE)).toEqual(three)
        expect(await everywhere(all, MEMBERS)).toEqual(three)
        const status = await leaving.must("rabbitmq-queues -q quorum_status haops-test")
        expect(new Set(status.match(/rabbit@controller\d/g))).toHaveLength(3)
        await keystoneAt(leaving.address, admin).token()
        const { acknowledged, lost } = await endRows(node(first!), "keystone.load_rows")
        expect(acknowledged).toBeGreaterThan(0)
        expect(lost).toBe("")
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
