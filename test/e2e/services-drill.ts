import { describe, expect, test } from "vitest"
import type { DrillReport } from "../../src/drill/report.ts"
import type { HaopsResult } from "./harness/haops.ts"
import type { Lab } from "./harness/lab.ts"
import { everywhere } from "./harness/observe.ts"
import { watchSecrets } from "./harness/secret-watcher.ts"
import { each, THREE } from "./harness/three.ts"

/** What these tests work with: a lab whose services are up. */
interface Services {
  lab: () => Lab
  haops(...words: readonly string[]): Promise<HaopsResult>
  /** Secrets that no process list may show. */
  secrets: readonly string[]
}

/** What clients of the services notice when one of them fails, its figures printed. */
export function drillTests({ lab, haops, secrets }: Services): void {
  const nodes = () => THREE.map((name) => lab().node(name))
  const drill = async (kind: string): Promise<DrillReport> => {
    const watcher = await watchSecrets(nodes(), secrets)
    const { code, stdout, stderr } = await haops(
      "drill",
      kind,
      "--yes",
      "--json",
      "--max-outage",
      "2min",
      "--recovery",
      "5min",
    )
    expect((await watcher.stop()).sightings).toEqual([])
    expect(code, `${stdout}\n${stderr}`).toBe(0)
    const report = JSON.parse(stdout).details as DrillReport
    const { outageMs, requests, healthyMs, kept } = report
    process.stdout.write(
      `drill ${kind}: outage ${outageMs} ms, ${requests.failed} of ${requests.sent} failed, ${kept?.acknowledged} ${kept?.what} acknowledged, ${kept?.lost} lost, healthy after ${healthyMs} ms\n`,
    )
    expect(await everywhere(nodes(), "ls -d /run/haops/drill* /run/haops-drill* 2>/dev/null; true")).toEqual(each(""))
    return report
  }

  describe("a drill of a service", () => {
    test("galera-kill: the writer is killed, no row that was acknowledged is lost, and it comes back by itself", async () => {
      const { kept, restored, requests } = await drill("galera-kill")
      expect(kept).toMatchObject({ what: "rows", lost: 0 })
      expect(kept?.acknowledged).toBeGreaterThan(0)
      expect(requests.failed).toBeGreaterThan(0)
      expect(restored).toBe("mended")
      expect(await everywhere(nodes(), "mariadb -NB -e 'show tables in keystone like \"haops_drill\"'")).toEqual(
        each(""),
      )
    })

    test("galera-freeze: the writer hangs until others serve, and no row is lost", async () => {
      const { kept, restored, requests } = await drill("galera-freeze")
      expect(kept).toMatchObject({ lost: 0 })
      expect(requests.failed).toBeGreaterThan(0)
      expect(restored).toBe("lifted")
    })

    test("rabbitmq-kill: the client goes to another member, and no message is lost", async () => {
      const { kept, restored, requests } = await drill("rabbitmq-kill")
      expect(kept).toMatchObject({ what: "messages", lost: 0 })
      expect(requests.failed).toBeGreaterThan(0)
      expect(restored).toBe("mended")
      expect((await lab().node("controller2").must("rabbitmqctl -q list_queues name")).split("\n")).not.toContain(
        "haops-drill",
      )
    })

    test("is refused where a member is down", async () => {
      await lab().node("controller3").must("systemctl stop memcached")
      const { code, stderr } = await haops("drill", "galera-kill", "--yes")
      await lab().node("controller3").must("systemctl start memcached")
      expect(code).toBe(1)
      expect(stderr.replace(/\s+/g, " ")).toContain("haops verify fails: memcached answers on every one of its hosts")
    })
  })
}
