import { describe, expect, test } from "vitest"
import { ended } from "./harness/ended.ts"
import type { HaopsResult } from "./harness/haops.ts"
import type { InventoryOverrides } from "./harness/inventory.ts"
import { keystoneAt } from "./harness/keystone-api.ts"
import { killedAt } from "./harness/killed-at.ts"
import type { Lab } from "./harness/lab.ts"
import { everywhere } from "./harness/observe.ts"
import { watchSecrets } from "./harness/secret-watcher.ts"
import { each, THREE } from "./harness/three.ts"
import { until } from "./harness/until.ts"

/** What these tests work with: a lab whose services are up. */
interface Services {
  lab: () => Lab
  haops(...words: readonly string[]): Promise<HaopsResult>
  up(): Promise<void>
  /** Of Keystone's user admin. */
  password: string
  /** Of haops. */
  env(): Readonly<Record<string, string>>
  /** From now on the inventory says this. */
  change(overrides: InventoryOverrides): void
}

const CONFIG = "/etc/keystone/keystone.conf.d/60-haops.conf"
const KEYS = "/etc/keystone/fernet-keys"
const ELSEWHERE = "http://10.9.9.9"

/** Keystone behind the VIP. */
export function keystoneTests({ lab, haops, up, password, env, change }: Services): void {
  const nodes = () => THREE.map((name) => lab().node(name))
  const node = (name: string) => lab().node(name)
  const atVip = () => keystoneAt(lab().vip, password)
  /** What each host says of a token. */
  const checked = async (token: string) => {
    const each = nodes().map(async ({ name, address }) => [name, await keystoneAt(address, password).check(token)])
    return Object.fromEntries(await Promise.all(each))
  }
  /** systemd calls it started before it has opened its port. */
  const memcachedListens = async () => {
    const listening = Object.values(await everywhere(nodes(), "ss -Htln 'sport = 11211' | wc -l"))
    return listening.every((lines) => Number(lines) > 0)
  }
  /** Without the caches, which the hosts share: each reads a token by its own keys. */
  const uncached = async (work: () => Promise<void>) => {
    await everywhere(nodes(), "systemctl stop memcached")
    await work()
    await everywhere(nodes(), "systemctl start memcached")
    await until(memcachedListens, { what: "memcached" })
  }
  const keys = () => everywhere(nodes(), `cd ${KEYS} && sha256sum *`)
  /** Of the first host, the staged one first. */
  const sums = (all: Readonly<Record<string, string>>) => all.controller1!.split("\n").map((line) => line.split(" ")[0])
  const catalogue = (of: Readonly<Record<string, string>>) =>
    Object.entries(of)
      .flatMap(([type, at]) => ["public", "internal", "admin"].map((one) => `${type} ${one} http://${lab().vip}:${at}`))
      .sort()
  const wanted = () => catalogue({ identity: "5000/v3/", image: "9292", network: "9696" })

  describe("Keystone", () => {
    test("gives a token through the VIP that is valid on every host, and has all endpoints at the VIP", async () => {
      await uncached(async () => expect(await checked(await atVip().token())).toEqual(each(200)))
      expect(await atVip().endpoints()).toEqual(wanted())
      expect(new Set(Object.values(await keys())).size).toBe(1)
      expect(await everywhere(nodes(), `stat -c '%a %U:%G' ${CONFIG} ${KEYS}/* | sort -u | xargs`)).toEqual(
        each("600 keystone:keystone 640 root:keystone"),
      )
      const { stdout } = await haops("verify")
      expect(stdout).toContain("Keystone's Fernet keys are the same on all hosts")
    })

    test("has its keys rotated on all hosts while tokens are checked, and no host refuses one", async () => {
      const before = sums(await keys())
      await uncached(async () => {
        const old = await atVip().token()
        const checking = keepChecking(async () => [await checked(old), await checked(await atVip().token())])
        const { code, stderr } = await haops("keystone", "rotate", "--yes")
        const seen = await checking.stop()
        expect(code, stderr).toBe(0)
        expect(seen).toEqual(seen.map(() => each(200)))
        expect(await checked(old)).toEqual(each(200))
      })
      const after = await keys()
      expect(new Set(Object.values(after)).size).toBe(1)
      const now = sums(after)
      expect(now).toHaveLength(3)
      expect(now.slice(1)).toEqual([before[1], before[0]])
      // One more would drop the key that the first tokens were made by.
      const refused = await haops("keystone", "rotate", "--yes")
      expect(refused.code).not.toBe(0)
      expect(refused.stderr).toMatch(/drops key 1, by which tokens were made until .*they are good for 49 h/s)
      expect(await keys()).toEqual(after)
    })

    test("has the same keys on all hosts from the next run on, where haops was killed between rotating them and copying them", async () => {
      const before = sums(await keys())
      const killable: Pick<Lab, "spawnHaops"> = {
        spawnHaops: (args, options) => lab().spawnHaops(args, { ...options, env: env() }),
      }
      // By the operator's word, since one more drops a key by which tokens were made.
      await killedAt(killable, "take over the Fernet keys", ["keystone", "rotate", "--force", "--yes"])
      await up()
      const after = await keys()
      expect(new Set(Object.values(after)).size).toBe(1)
      // Once: what was staged makes the tokens now.
      const now = sums(after)
      expect(now).toHaveLength(3)
      expect(now.slice(1)).toEqual([before[2], before[0]])
      const token = await atVip().token()
      await uncached(async () => expect(await checked(token)).toEqual(each(200)))
    })

    test("has the admin's password of the inventory where that is another one, told to nobody", async () => {
      const secret = "otherAdminPw-91be"
      change({ keystone: { admin: { password: { env: null, command: `printf ${secret}` } } } })
      const watcher = await watchSecrets(nodes(), [secret])
      await up()
      expect((await watcher.stop()).sightings).toEqual([])
      await keystoneAt(lab().vip, secret).token()
      await expect(atVip().token()).rejects.toThrow()
      await ended(haops("plan"))
      change({ keystone: {} })
      await up()
      await atVip().token()
    })

    test("has the keys of the others again, seen by nobody, and its file, where a host has lost both; and an endpoint that points elsewhere put back at the VIP, those of somebody else left alone and told", async () => {
      const foreign = "'foreign', 'public', 'RegionOne', 'foreign'"
      await node("controller1").must(`mariadb keystone <<'SQL'
update endpoint set url = '${ELSEWHERE}:9292' where interface = 'internal' and service_id in (select id from service where type = 'image');
insert into service (id, type, enabled, extra) values ('foreign', 'metering', 1, '{"name": "ceilometer"}');
insert into endpoint (id, interface, region_id, service_id, url, enabled, extra) values (${foreign}, '${ELSEWHERE}:8777', 1, '{}');
SQL`)
      const token = await atVip().token()
      const before = await keys()
      const secrets = (await node("controller1").must(`for key in ${KEYS}/*; do cat $key; echo; done`))
        .trim()
        .split("\n")
      await node("controller2").must(`rm ${KEYS}/*; echo >>${CONFIG}`)
      const verified = await haops("verify")
      expect(verified.code).toBe(1)
      expect(verified.stdout).toContain("controller2: none")
      expect(verified.stdout).toContain(`internal endpoint of image: ${ELSEWHERE}:9292`)
      const watcher = await watchSecrets(nodes(), secrets.flatMap(everyForm))
      await up()
      expect((await watcher.stop()).sightings).toEqual([])
      expect(await keys()).toEqual(before)
      await node("controller2").must(`! tail -c 2 ${CONFIG} | grep -qx ''`)
      await uncached(async () => expect(await checked(token)).toEqual(each(200)))
      expect(await atVip().endpoints()).toEqual([...wanted(), `metering public ${ELSEWHERE}:8777`].sort())
      const [, status] = await Promise.all([ended(haops("verify")), haops("status")])
      expect(status.stdout).toContain(`at no VIP: public endpoint of metering, ${ELSEWHERE}:8777`)
    })
  })
}

/** Does `check` again and again until it is stopped, and returns all of its results; the last one has begun after nothing else did. */
function keepChecking<Result>(check: () => Promise<readonly Result[]>) {
  const results: Result[] = []
  let stopped = false
  const work = (async () => {
    do results.push(...(await check()))
    while (!stopped)
  })()
  // Told where it is stopped.
  work.catch(() => {})
  return {
    async stop(): Promise<readonly Result[]> {
      stopped = true
      await work
      return results
    },
  }
}

/** A key as it is, and as base64 has it, wherever in a text it begins: keys travel in an archive. */
function everyForm(key: string): readonly string[] {
  const forms = [0, 1, 2].map((at) => Buffer.concat([Buffer.alloc(at), Buffer.from(key)]).toString("base64"))
  return [key, ...forms.map((text) => text.slice(4, -4))]
}
