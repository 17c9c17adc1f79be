import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"

const CLI = join(import.meta.dirname, "../../../src/cli.ts")
let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "haops-"))
})
afterEach(() => rmSync(directory, { recursive: true }))

const HEAD = "name: x\ncontrollers: { c1: 10.0.0.1, c2: 10.0.0.2 }\n"
const SERVICES = `memcached: {}
rabbitmq:
  cookie: { env: HAOPS_NO_SUCH }
  users:
    nova@dc: { password: { file: pw }, permissions: { /: { configure: a, write: b, read: c }, /nova: { configure: a, write: b, read: c } } }
    idle: { password: { env: HAOPS_NO_SUCH } }
`

/** In the inventory's directory: how long the name of that is must not tell where a message's lines break. */
function haops(text: string, ...words: string[]) {
  writeFileSync(join(directory, "i.yaml"), text)
  const env = { ...process.env, NO_COLOR: "1" }
  const args = ["--import", import.meta.resolve("tsx"), CLI, "connections", "-i", "i.yaml", ...words]
  return spawnSync(process.execPath, args, { encoding: "utf8", env, input: "", cwd: directory })
}

const LINES = (login: string) => `# rabbitmq: nova@dc in /
transport_url = rabbit://${login}@10.0.0.1:5672,${login}@10.0.0.2:5672/
# rabbitmq: nova@dc in /nova
transport_url = rabbit://${login}@10.0.0.1:5672,${login}@10.0.0.2:5672/%2Fnova
# memcached
memcached_servers = 10.0.0.1:11211,10.0.0.2:11211
`

test("the lines name every server; passwords are masked and need not be there", () => {
  const { status, stdout, stderr } = haops(HEAD + SERVICES)
  expect(stderr).toBe("")
  expect(status).toBe(0)
  expect(stdout).toBe(LINES("nova%40dc:[secret]"))
})

test("with --reveal they hold the passwords, as a URL can hold them; as JSON as well", () => {
  writeFileSync(join(directory, "pw"), "a/b@c\n", { mode: 0o600 })
  expect(haops(HEAD + SERVICES, "--reveal").stdout).toBe(LINES("nova%40dc:a%2Fb%40c"))
  const { outcome, exit, connections } = JSON.parse(haops(HEAD + SERVICES, "--reveal", "--json").stdout)
  expect({ outcome, exit }).toEqual({ outcome: "done", exit: 0 })
  expect(connections).toHaveLength(3)
  expect(connections[2]).toEqual({
    component: "memcached",
    name: "memcached_servers",
    value: "10.0.0.1:11211,10.0.0.2:11211",
  })
})

test("a database is reached at the VIP that haproxy has for it, and nowhere where there is none", () => {
  const database =
    "galera: { quorum: first, databases: { shop: { user: shop-1, password: { env: HAOPS_NO_SUCH } } } }\n"
  const service = (more = "") =>
    `vips: { vip: { address: 10.0.0.9/24, manager: keepalived, virtualRouterId: 50 } }\nhaproxy: { services: [{ preset: galera${more} }] }\n`
  const line = (place: string) =>
    `# galera: shop's database\nconnection = mysql+pymysql://shop-1:[secret]@${place}/shop?charset=utf8mb4\n`
  expect(haops(HEAD + database + service()).stdout).toBe(line("10.0.0.9"))
  const other = service(", override: { galera_cluster: { port: 3307, backendPort: 3306 } }")
  expect(haops(HEAD + database + other).stdout).toBe(line("10.0.0.9:3307"))
  expect(haops(HEAD + database).stderr).toContain("has no service that others are to be told of")
})

test("a password that is not there is told, and so is an inventory without any such service", () => {
  const missing = haops(HEAD + SERVICES, "--reveal")
  expect(missing.status).toBe(65)
  expect(missing.stdout).toBe("")
  expect(missing.stderr.replaceAll(/\s+/g, " ")).toContain("pw is not there")
  const none = haops(HEAD)
  expect(none.status).toBe(65)
  expect(none.stderr).toContain("has no service that others are to be told of")
})

test("its documentation shows what the example's services are reached by", () => {
  const readme = readFileSync(join(import.meta.dirname, "../../../inventory/README.md"), "utf8")
  const shown = /\$ npx haops (connections -i (\S+))\n(.*?)```/s.exec(readme)!
  const file = join(import.meta.dirname, "../../..", shown[2]!)
  expect(haops(readFileSync(file, "utf8")).stdout).toBe(shown[3])
})
