import { describe, expect, test } from "vitest"
import { ended } from "./harness/ended.ts"
import type { HaopsResult } from "./harness/haops.ts"
import { haproxyAsked } from "./harness/haproxy-asked.ts"
import type { InventoryOverrides } from "./harness/inventory.ts"
import { killedAt } from "./harness/killed-at.ts"
import type { Lab } from "./harness/lab.ts"
import { everywhere } from "./harness/observe.ts"
import { endRows, writeRows } from "./harness/row-writer.ts"
import { watchSecrets } from "./harness/secret-watcher.ts"
import { each, THREE } from "./harness/three.ts"
import { until } from "./harness/until.ts"

/** What these tests work with: a lab whose services are up. */
interface Services {
  lab: () => Lab
  haops(...words: readonly string[]): Promise<HaopsResult>
  up(): Promise<void>
  /** Of the database's user. */
  password: string
  /** Of haops. */
  env(): Readonly<Record<string, string>>
  /** From now on the inventory says this. */
  change(overrides: InventoryOverrides): void
}

const SYNCED =
  "mariadb -NB -e \"select variable_value from information_schema.global_status where variable_name in ('wsrep_local_state_comment', 'wsrep_cluster_size') order by variable_name\" | xargs"
/** SQL: what was acknowledged by another member is there before it is asked for. */
const CURRENT = "set session wsrep_sync_wait = 1;"
/** Where MariaDB of Debian 12 looks for whether it is to found a cluster. */
const FLAG = "/run/mariadb-wsrep-new-cluster"
const STARTED = "systemctl show -p ActiveEnterTimestampMonotonic --value mariadb"

/** The database behind the VIP. */
export function galeraTests({ lab, haops, up, password, env, change }: Services): void {
  const nodes = () => THREE.map((name) => lab().node(name))
  const node = (name: string) => lab().node(name)
  const viaVip = (sql: string) =>
    `MYSQL_PWD=${password} mariadb --connect-timeout=3 -NB -h ${lab().vip} -u keystone keystone -e "${sql}"`
  /** The member that a new client comes to. */
  const writer = async () => (await node("controller3").must(viaVip("select @@hostname"))).trim()
  /** Clients leave that member by the operator's word, and it may serve again. */
  const sendAway = async (from: string) => {
    await ended(haops("lb", "drain", `galera_cluster/${from}`))
    await writer()
    await ended(haops("lb", "ready", `galera_cluster/${from}`))
  }
  const rows = () => everywhere(nodes(), `mariadb -NB -e '${CURRENT} select count(*) from keystone.entries' ; true`)
  const allSynced = async () => {
    const states = async () => Object.values(await everywhere(nodes(), SYNCED))
    // One that sent its data is Synced a moment after the one that got it.
    await until(async () => (await states()).every((state) => state === "3 Synced"), { what: "all members Synced" })
  }
  /** How many members each haproxy is told to send nobody to, as `8` in the column of administrative states tells. */
  const drained = async () => {
    const asked = nodes().map(async (one) => {
      const states = await haproxyAsked(one, "show servers state galera_cluster")
      return [one.name, String(states.match(/^\d+ galera_cluster \d+ \S+ \S+ \d+ 8 /gm)?.length ?? 0)]
    })
    return Object.fromEntries(await Promise.all(asked))
  }
  /** Every haproxy has the first member in service. */
  const firstServes = async () => {
    const said = await Promise.all(nodes().map((one) => haproxyAsked(one, "show stat")))
    return said.every((stat) => /^galera_cluster,controller1,(?:[^,]*,){15}UP,/m.test(stat))
  }

  describe("the database", () => {
    test("has a row that was written through the VIP on every member, and each says that it can serve", async () => {
      await allSynced()
      await node("controller2").must(
        viaVip("create table entries (id int auto_increment primary key); insert into entries values ()"),
      )
      expect(await rows()).toEqual(each("1"))
      for (const { address } of nodes()) expect((await fetch(`http://${address}:9200/`)).status).toBe(200)
      expect(await everywhere(nodes(), "stat -c '%a %U:%G' /etc/mysql/mariadb.conf.d/60-haops.cnf")).toEqual(
        each("640 root:mysql"),
      )
      const { stdout, code } = await haops("verify")
      expect(code, stdout).toBe(0)
      expect(stdout).toContain("3 members of galera Synced, in one cluster")
    })

    test("has a new password where the inventory has one, told to nobody, and a database of somebody else left alone", async () => {
      await node("controller1").must("mariadb -e 'create database shop'")
      const secret = "anotherPw-77c0"
      // Keystone would restart on each host, once for either password: it is left out meanwhile.
      change({
        galera: { databases: { keystone: { password: { env: null, command: `printf ${secret}` } } } },
        keystone: null,
      })
      const watcher = await watchSecrets(nodes(), [secret])
      await up()
      expect((await watcher.stop()).sightings).toEqual([])
      expect((await node("controller1").exec(viaVip("select 1"))).code).not.toBe(0)
      expect((await haops("verify")).stdout).toContain("not of the inventory, and left alone: shop")
    })

    test("has the password of before again, loses a flag for founding that was left behind, and takes up settings live where it can, and by restarts one by one, the writer last", async () => {
      const before = await everywhere(nodes(), STARTED)
      await node("controller2").must(`echo _WSREP_NEW_CLUSTER=--wsrep-new-cluster >${FLAG}`)
      expect((await haops("verify")).stdout).toContain("flag for founding a cluster")
      change({ galera: { settings: { max_connections: 900 } }, keystone: {} })
      await up()
      await node("controller2").must(`! test -e ${FLAG}`)
      await node("controller1").must(viaVip("select 1"))
      expect(await everywhere(nodes(), STARTED)).toEqual(before)
      expect(await everywhere(nodes(), "mariadb -NB -e 'select @@global.max_connections'")).toEqual(each("900"))
      // Clients are at the first: that is the one they would go back to by themselves.
      const first = "controller1"
      await until(firstServes, { what: "every haproxy to have the first in service" })
      const now = await writer()
      if (now !== first) await sendAway(now)
      expect(await writer()).toBe(first)
      await node("controller3").must(
        `systemd-run --quiet --unit=lab-client sh -c '${viaVip("select @@hostname, sleep(900)")}'`,
      )
      const clients =
        "mariadb -NB -e \"select count(*) from information_schema.processlist where user = 'keystone' and info like '%sleep(900)'\""
      const at = await until(
        async () => Object.entries(await everywhere(nodes(), clients)).find(([, n]) => n === "1")?.[0],
        { what: "the client" },
      )
      expect(at).toBe(first)
      // It waits as long as it takes: a machine that is busy is not what is looked at.
      const insert = viaVip("insert into entries values (); select last_insert_id()").replace("timeout=3", "timeout=60")
      await writeRows(node("controller2"), insert)
      change({ galera: { settings: { max_connections: 900, back_log: 100 } } })
      expect((await haops("plan")).code).toBe(2)
      // Killed while a member is out of service: the next run brings it back, and goes on with the others.
      const killable: Pick<Lab, "spawnHaops"> = {
        spawnHaops: (args, options) => lab().spawnHaops(args, { ...options, env: env() }),
      }
      await killedAt(killable, "restart mariadb", ["up", "--yes"])
      expect(await drained()).toEqual(each("1"))
      expect((await haops("plan")).stdout.replace(/\s+/g, " ")).toMatch(
        /galera_cluster\/controller[23]:? drained by a run that was cut short/,
      )
      await up()
      expect(await drained()).toEqual(each("0"))
      const started = Object.entries(await everywhere(nodes(), STARTED)).map(
        ([name, at]) => [Number(at), name] as const,
      )
      expect(started.sort(([one], [other]) => one - other).at(-1)?.[1]).toBe(first)
      expect(await everywhere(nodes(), "mariadb -NB -e 'select @@global.back_log'")).toEqual(each("100"))
      await allSynced()
      const { acknowledged, lost, refused } = await endRows(node("controller2"), "keystone.entries")
      expect(acknowledged).toBeGreaterThan(0)
      expect(lost).toBe("")
      expect(refused).toBe("")
    })

    test("has its clients stay with the member that they have gone to, though the first is back and haproxy is reloaded, until they are sent away", async () => {
      await until(firstServes, { what: "every haproxy to have the first in service" })
      expect(await writer()).toBe("controller2")
      const pids = async () =>
        Promise.all(nodes().map(async (one) => /^Pid: \d+$/m.exec(await haproxyAsked(one, "show info"))?.[0]))
      const knows = async () => {
        const said = await Promise.all(nodes().map((one) => haproxyAsked(one, "show table galera_cluster")))
        return said.map((table) => / used:[1-9]/.test(table))
      }
      const before = await pids()
      const knew = await knows()
      expect(knew).toContain(true)
      await everywhere(nodes(), "systemctl reload haproxy")
      await until(async () => (await pids()).every((pid, index) => pid !== undefined && pid !== before[index]), {
        what: "new processes of haproxy",
      })
      // It comes a moment later, and who connects before it does chooses anew.
      const know = async () => (await knows()).every((does, index) => does || !knew[index])
      await until(know, { what: "what the old processes knew" })
      expect(await writer()).toBe("controller2")
      await sendAway("controller2")
      expect(await writer()).toBe("controller1")
    })

    test("comes back after all members were killed under writes and haops in the middle of it, with every row that was acknowledged", async () => {
      await writeRows(node("controller2"), viaVip("insert into entries values (); select last_insert_id()"))
      await Promise.all(nodes().map((one) => one.must("pkill -KILL -x mariadbd")))
      const killable: Pick<Lab, "spawnHaops"> = {
        spawnHaops: (args, options) => lab().spawnHaops(args, { ...options, env: env() }),
      }
      await killedAt(killable, "start mariadb along", ["up", "--yes"])
      await up()
      await allSynced()
      const { acknowledged, last, lost } = await endRows(node("controller2"), "keystone.entries")
      expect(acknowledged).toBeGreaterThan(0)
      expect(lost).toBe("")
      expect(
        await everywhere(
          nodes(),
          `mariadb -NB -e '${CURRENT} select count(*) from keystone.entries where id = ${last}'`,
        ),
      ).toEqual(each("1"))
    })

    test("waits for all data that is on its way to a member which somebody else has started, and ends nothing", async () => {
      const [joiner, ...senders] = [node("controller2"), node("controller1"), node("controller3")]
      // Whichever is asked to send stands still as soon as it copies.
      const copying = "-x rsync"
      for (const one of senders)
        await one.must(
          `systemd-run --quiet --unit=lab-freeze sh -c 'until pkill -STOP ${copying}; do sleep 0.05; done'`,
        )
      // Data of its own without a position, as after an installation: it has to get all.
      await joiner!.must(
        "systemctl stop mariadb; find /var/lib/mysql -mindepth 1 -delete; mariadb-install-db --user=mysql --skip-test-db >/dev/null; systemctl start --no-block mariadb",
      )
      const frozen = async () => {
        const found = await everywhere(senders, "ps -o stat= -C rsync | grep -c T; true")
        return Object.values(found).some((count) => count !== "0")
      }
      await until(frozen, { what: "a member that stands still as it sends its data" })
      const process = async () => (await joiner!.must("systemctl show -p MainPID --value mariadb")).trim()
      const before = await process()
      const plan = await haops("plan")
      expect(plan.code, plan.stderr).toBe(2)
      let said = ""
      const run = lab().spawnHaops(["up", "--yes", "--json"], {
        env: env(),
        onStderr: (chunk) => {
          said += chunk
        },
      })
      const waits = () =>
        /"type":"action-started".*"action":"(wait until mariadb is Synced|start mariadb, and wait)/.test(said)
      await until(async () => waits(), { what: `haops to wait for the transfer; the plan:\n${plan.stdout}` })
      // Somebody else's copy goes on.
      for (const one of senders) await one.must(`systemctl stop lab-freeze; pkill -CONT ${copying} || [ $? -eq 1 ]`)
      const { code, stderr } = await run.done
      expect(code, stderr).toBe(0)
      expect(await process()).toBe(before)
      await allSynced()
      expect(new Set(Object.values(await rows())).size).toBe(1)
    })

    test("is founded anew without a member only by the operator's word, on the one that is ahead, and not while a position is unknown", async () => {
      const gone = node("controller3")
      await gone.must("systemctl stop mariadb ssh")
      await node("controller1").must("mariadb -e 'insert into keystone.entries values ()'")
      // One is behind by a row: stopped before the last one is written.
      await node("controller2").must("systemctl stop mariadb")
      await node("controller1").must(
        "mariadb -e 'insert into keystone.entries values ()'; pkill -KILL -x mariadbd; systemctl stop mariadb",
      )
      const refused = await haops("up", "--yes")
      expect(refused.code).not.toBe(0)
      expect(refused.stderr).toContain("haops galera recover --without controller3")
      expect(await everywhere([node("controller1"), node("controller2")], "pgrep -c -x mariadbd; true")).toEqual({
        controller1: "0",
        controller2: "0",
      })
      const ahead = await haops("galera", "recover", "--without", "controller3", "--without", "controller1", "--yes")
      expect(ahead.code).not.toBe(0)
      expect(ahead.stderr).toMatch(/controller1 answers and is ahead \(controller1 \d+; controller2 \d+\)/)
      const recovery = "/usr/bin/galera_recovery"
      await node("controller1").must(`mv ${recovery} ${recovery}.away`)
      const unknown = await haops("galera", "recover", "--without", "controller3", "--yes")
      await node("controller1").must(`mv ${recovery}.away ${recovery}`)
      expect(unknown.code).not.toBe(0)
      expect(unknown.stderr.replace(/\s+/g, " ")).toContain("the position of controller1 is not known")
      const recovered = await haops("galera", "recover", "--without", "controller3", "--yes")
      expect(recovered.code, recovered.stderr).toBe(0)
      expect(recovered.stderr).toMatch(/controller1 is ahead: seqno \d+, controller2 \d+/)
      await gone.must("systemctl start ssh")
      await up()
      await allSynced()
      const counted = Object.values(await rows())
      expect(new Set(counted).size).toBe(1)
    })
  })
}
