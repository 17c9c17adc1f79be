import { describe, expect, test } from "vitest"
import { ended } from "./harness/ended.ts"
import type { HaopsResult } from "./harness/haops.ts"
import type { Lab } from "./harness/lab.ts"
import type { LabNode } from "./harness/node.ts"
import { everywhere } from "./harness/observe.ts"
import { rabbitEval } from "./harness/rabbit-eval.ts"
import { endRows, writeRows } from "./harness/row-writer.ts"
import { THREE } from "./harness/three.ts"
import { until } from "./harness/until.ts"

/** What these tests work with: a lab whose services are up. */
interface Services {
  lab: () => Lab
  haops(...words: readonly string[]): Promise<HaopsResult>
  up(): Promise<void>
  /** Of the database's user. */
  password: string
}

/** All that clients need, as the node itself says: what takes it longest first. */
const BACK = `test "$(mariadb -NB -e "select group_concat(variable_value order by variable_name) from information_schema.global_status where variable_name in ('wsrep_cluster_size', 'wsrep_local_state_comment')")" = 3,Synced &&
test "$(${rabbitEval("length(rabbit_mnesia:cluster_nodes(running)).")})" = 3 &&
systemctl is-active --quiet memcached keystone haproxy pacemaker && echo back; true`

/** Nodes lose their power. */
export function powerTests({ lab, haops, up, password }: Services): void {
  const nodes = () => THREE.map((name) => lab().node(name))

  describe("a node that loses its power", () => {
    test("each in turn, under a client that writes through the VIP: no row is lost, and it comes back by itself", async () => {
      const insert = `MYSQL_PWD=${password} mariadb --connect-timeout=1 -NB -h ${lab().vip} -u keystone keystone -e "insert into power_rows values (); select last_insert_id()"`
      await nodes()[0]!.must("mariadb -e 'create table keystone.power_rows (id int auto_increment primary key)'")
      const count = async (client: LabNode) => Number(await client.must("wc -l </root/acknowledged"))
      for (const [at, node] of nodes().entries()) {
        const client = nodes()[(at + 1) % THREE.length]!
        await writeRows(client, insert)
        const since = Date.now()
        await node.kill()
        const before = await count(client)
        // The first may have been on its way.
        await until(async () => (await count(client)) > before + 1, { what: `rows without ${node.name}`, everyMs: 50 })
        const outage = Date.now() - since
        await node.start()
        const back = async () => Object.values(await everywhere(nodes(), BACK)).every((is) => is === "back")
        await until(back, { what: `${node.name} back`, timeoutMs: 300_000 })
        process.stdout.write(
          `power of ${node.name}: rows again after ${outage} ms, all back after ${Date.now() - since} ms\n`,
        )
        const { acknowledged, lost } = await endRows(client, "keystone.power_rows")
        expect(acknowledged).toBeGreaterThan(before)
        expect(lost).toBe("")
      }
      await up()
      await ended(haops("verify"))
    })
  })
}
