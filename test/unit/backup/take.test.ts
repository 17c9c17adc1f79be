import { execFileSync } from "node:child_process"
import { chmodSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { keptPaths, restoredPaths } from "../../../src/backup/kept.ts"
import { parseTaken, takeScript } from "../../../src/backup/take.ts"
import { parseInventory } from "../parse-inventory.ts"
import { SHELLS, sandbox } from "../step-harness.ts"

test.each(SHELLS)("%s reads what is there, byte for byte, and passes what is not", (shell) => {
  using root = sandbox()
  const key = join(root.path, "a key")
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
  writeFileSync(key, bytes)
  chmodSync(key, 0o400)
  writeFileSync(join(root.path, "empty"), "")
  mkdirSync(join(root.path, "keys"))
  writeFileSync(join(root.path, "large"), Buffer.alloc(4 * 1024 * 1024 + 1))
  const paths = ["absent", "a key", "empty", "keys", "large"].map((name) => join(root.path, name))
  const { files, left } = parseTaken(execFileSync(shell, ["-s"], { input: takeScript(paths) }).toString(), "h1")
  expect(files.map(({ path, content }) => [path.slice(root.path.length), content])).toEqual([
    ["/a key", bytes],
    ["/empty", Buffer.alloc(0)],
  ])
  expect(files[0]).toMatchObject({ host: "h1", mode: "0400", owner: expect.stringMatching(/^\S+:\S+$/) })
  expect(left).toEqual([join(root.path, "large")])
})

test("an answer of another form is refused", () => {
  expect(() => parseTaken("file 644 root:root AAAA", "h1")).toThrow("not that of a backup")
})

test("takes what up writes and what no inventory says; puts back the latter alone", async () => {
  const inventory = parseInventory(
    `name: lab
controllers: { c1: 10.0.0.1, c2: 10.0.0.2, c3: 10.0.0.3 }
loadbalancers: { l1: 10.0.0.4 }
pacemaker: { password: { env: A } }
vips: { vip: { address: 10.0.0.9/24, on: controllers } }
haproxy: { services: [{ name: web, port: 80, vip: vip }] }
`,
    "i.yaml",
  )
  const [member, , , balancer] = inventory.hosts
  const own = [
    "/etc/corosync/authkey",
    "/etc/corosync/corosync.conf",
    "/var/lib/pacemaker/cib/cib.xml",
    "/var/lib/haops/last-applied.json",
    "/etc/pacemaker/authkey",
  ]
  expect([...restoredPaths(inventory, member!)].sort()).toEqual([...own].sort())
  expect(restoredPaths(inventory, balancer!)).toEqual([])
  const all = await keptPaths(inventory, member!)
  expect(all).toEqual(expect.arrayContaining([...own, "/etc/haproxy/haproxy.cfg", "/etc/hosts"]))
  expect(new Set(all).size).toBe(all.length)
})
