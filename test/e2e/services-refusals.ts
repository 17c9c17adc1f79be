import { describe, expect, test } from "vitest"
import type { HaopsResult } from "./harness/haops.ts"
import type { InventoryOverrides } from "./harness/inventory.ts"
import type { Lab } from "./harness/lab.ts"
import { everywhere } from "./harness/observe.ts"
import { THREE } from "./harness/three.ts"

/** What these tests work with: a lab whose services are up. */
interface Services {
  lab: () => Lab
  haops(...words: readonly string[]): Promise<HaopsResult>
  up(): Promise<void>
  /** From now on the inventory says this. */
  change(overrides: InventoryOverrides): void
}

const KEYS = "/etc/keystone/fernet-keys"

/** What cannot go well, or would lose something, is refused, and nothing is touched. */
export function refusalTests({ lab, haops, up, change }: Services): void {
  const nodes = () => THREE.map((name) => lab().node(name))
  const node = (name: string) => lab().node(name)
  const refused = async (code: number, message: RegExp, ...words: readonly string[]) => {
    const result = await haops(...words)
    expect(result.code, `${result.stdout}\n${result.stderr}`).toBe(code)
    expect(result.stderr.replace(/\s+/g, " ")).toMatch(message)
  }

  describe("what is refused", () => {
    test("RabbitMQ 4 with mirrored queues while the inventory is read, and in place of 3.10 before anything runs", async () => {
      const started = "systemctl show -p ExecMainStartTimestampMonotonic rabbitmq-server"
      const before = await everywhere(nodes(), started)
      change({ rabbitmq: { version: 4 } })
      await refused(65, /RabbitMQ 4 has no mirrored queues/, "plan")
      change({ rabbitmq: { version: 4, policies: null } })
      await refused(1, /RabbitMQ 3\.10\.8 cannot become 4\.x in place/, "up", "--yes")
      change({ rabbitmq: {} })
      expect(await everywhere(nodes(), started)).toEqual(before)
    })

    test("keys from a run that is limited, or from a host that has none", async () => {
      const keys = () => everywhere(nodes(), `cd ${KEYS} && sha256sum * 2>/dev/null; true`)
      const before = await keys()
      await node("controller1").must(`rm ${KEYS}/*`)
      const limited = await haops("up", "--yes", "--limit", "controller1")
      expect(limited.stderr.replace(/\s+/g, " ")).toMatch(/left out by --limit: this needs every member/)
      expect(await keys()).toEqual({ ...before, controller1: "" })
      await up()
      expect(await keys()).toEqual(before)
    })

    test("a member with data of another cluster", async () => {
      const grastate = "/var/lib/mysql/grastate.dat"
      const gone = node("controller3")
      await gone.must(
        `systemctl stop mariadb; cp -a ${grastate} /root/; sed -i 's/^uuid: *......../uuid: 11111111/' ${grastate}`,
      )
      await refused(1, /data of different clusters|data of another cluster/, "up", "--yes")
      await gone.must(`! pgrep -x mariadbd; mv /root/grastate.dat ${grastate}`)
      await up()
    })
  })
}
