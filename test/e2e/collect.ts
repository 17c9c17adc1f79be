import { execFileSync, spawnSync } from "node:child_process"
import { mkdir, readFile, stat } from "node:fs/promises"
import { join } from "node:path"
import { expect } from "vitest"
import type { PostMortem } from "../../src/output/report/post-mortem.ts"
import type { LabTest } from "./harness/lab-test.ts"
import { everywhere } from "./harness/observe.ts"

/** Of a cluster that has just lost controller3. `secret` it had, and knows no more; its history does. */
export function collectTests(test: LabTest, secret: string): void {
  test("collect takes what the others have of it in one file, without a secret, and touches nothing", async ({
    lab,
    haops,
  }) => {
    const living = lab.nodes.slice(0, 2)
    // Not what pacemaker itself writes, which has just lost a member.
    const places = "find /etc/corosync /etc/haproxy /var/lib/haops -type f | xargs sha256sum"
    const before = await everywhere(living, places)
    const { code, stdout, stderr } = await haops("collect", "--since", "1h", "-o", "night.tar.gz")
    expect(code, `${stdout}\n${stderr}`).toBe(3)
    expect(await everywhere(living, places)).toEqual(before)
    const archive = join(lab.directory, "night.tar.gz")
    expect((await stat(archive)).mode & 0o777).toBe(0o600)
    await mkdir(join(lab.directory, "night"))
    execFileSync("tar", ["-xzf", archive, "-C", lab.directory])
    const read = (path: string) => readFile(join(lab.directory, "night", path), "utf8")

    const { hosts, events } = JSON.parse(await read("collected.json")) as PostMortem
    expect(hosts).toMatchObject([{ host: "controller1" }, { host: "controller2" }, { host: "controller3", error: /./ }])
    const told = events.map(({ kind, words }) => `${kind} ${words}`)
    expect(told, stdout).toContain("left membership: controller3 left")
    expect(told).toContain("left controller3 is lost")
    expect(told.join("\n")).toMatch(/^moved vip started on controller/m)
    expect(told.join("\n")).toMatch(/^done haops: up by /m)
    expect(await read("timeline.html")).toContain("membership: controller3 left")
    for (const { name } of living) {
      expect(await read(`${name}/cib.xml`)).toContain("<cib ")
      expect(await read(`${name}/crm_mon.txt`)).toContain("controller3")
      expect(await read(`${name}/haproxy.txt`)).toContain("@@answer show stat")
      expect(await read(`${name}/var/log/pacemaker/pacemaker.log`)).toContain("controller3")
      expect(await read(`${name}/var/log/corosync/corosync.log`)).toContain("TOTEM")
    }
    const paths = execFileSync("tar", ["-tzf", archive], { encoding: "utf8" })
    expect(paths).toMatch(/\/cib-\d+\.raw$/m)
    expect(paths).toMatch(/\/pe-input-\d+$/m)
    expect(paths).not.toContain("authkey")
    // The fencing device's password stands in what the cluster was earlier; the cluster's own in this inventory.
    const masked = spawnSync("grep", ["-rlF", "[secret]", join(lab.directory, "night")], { encoding: "utf8" })
    expect(masked.stdout).toMatch(/cib-\d+\.raw|pe-input/)
    const leaks = spawnSync("grep", ["-rlF", secret, join(lab.directory, "night")], { encoding: "utf8" })
    expect(leaks).toMatchObject({ status: 1, stdout: "" })
  })
}
