import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test, vi } from "vitest"

const ROOT = join(import.meta.dirname, "../../..")
const CLI = join(ROOT, "src/cli.ts")
// Several processes in a test.
vi.setConfig({ testTimeout: 120_000 })
let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "haops-"))
})
afterEach(() => rmSync(directory, { recursive: true }))

const INVENTORY = `name: x
controllers: { c1: 10.0.0.1, c2: 10.0.0.2, c3: 10.0.0.3 }
pacemaker: { password: { env: HAOPS_NO_SUCH } }
vips: { vip: 10.0.0.9/24 }
haproxy:
  stats: { user: ops, password: { file: stats-pw } }
  services: [{ name: web, port: 443, tls: { certificate: { env: HAOPS_NO_SUCH_EITHER } } }]
galera: { sst: { password: { file: sst-pw } } }
memcached: {}
`
const MEMCACHED = `name: x
controllers: { c1: 10.0.0.1, c2: 10.0.0.2 }
loadbalancers: { lb: 10.0.0.3 }
memcached: {}
`

/** In the inventory's directory: how long the name of that is must not tell where a message's lines break. */
function haops(text: string, ...words: string[]) {
  writeFileSync(join(directory, "i.yaml"), text)
  const env = { ...process.env, NO_COLOR: "1" }
  const args = ["--import", import.meta.resolve("tsx"), CLI, "render", "-i", "i.yaml", ...words]
  return spawnSync(process.execPath, args, { encoding: "utf8", env, input: "", cwd: directory })
}

test("each file is there once, under the hosts that have it so; secrets are masked and need not be there", () => {
  const { status, stdout, stderr } = haops(INVENTORY)
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
  expect(stdout).toContain("==> c1, c2, c3: /etc/haproxy/haproxy.cfg (0640 root:haproxy) <==\n")
  expect(stdout).toContain("  stats auth ops:[secret]\n")
  expect(stdout).toContain("wsrep_sst_auth = haops_sst:[secret]\n")
  expect(stdout).toContain("==> c1, c2, c3: /etc/haproxy/certificates/web.pem (0600 root:root) <==\n[secret]\n")
  expect(stdout).toContain("==> c2: /etc/memcached.conf (0644 root:root) <==\n")
  expect(stdout).toMatch(/==> c1, c2, c3: \/var\/lib\/haops\/last-applied\.json \(0600 root:root\) <==\n\(.*\)\n\n==>/)
  expect(stdout).not.toContain("masked")
})

const HOSTS = `==> c1: /etc/hosts (0644 root:root) <==
(this block alone: the file's other lines, mode and owner stay as they are)
# BEGIN haops x
10.0.0.1\tc1
10.0.0.2\tc2
10.0.0.3\tlb
# END haops x
`

test("by name, path and host; one that is not there is told, with the nearest", () => {
  expect(haops(MEMCACHED, "hosts", "--host", "c1").stdout).toBe(HOSTS)
  expect(haops(MEMCACHED, "/etc/hosts", "--host", "c1").stdout).toBe(HOSTS)
  const unknown = haops(MEMCACHED, "memcahed")
  expect(unknown.status).toBe(65)
  expect(unknown.stdout).toBe("")
  const said = unknown.stderr.replaceAll(/\s+/g, " ")
  expect(said).toContain(
    'i.yaml has no file called "memcahed" written; did you mean "memcached"? Next: There are: memcached, hosts.',
  )
  expect(haops(MEMCACHED, "--host", "lx").stderr).toContain('--host: no host or group is called "lx"')
})

test("with --reveal they hold the secrets; all that are missing are told at once, where the inventory has them", () => {
  const missing = haops(INVENTORY, "--reveal")
  expect(missing.status).toBe(65)
  expect(missing.stdout).toBe("")
  for (const [place, what] of [
    ["3:", "pacemaker.password: the environment variable HAOPS_NO_SUCH is not set"],
    ["6:", "stats-pw is not there"],
    ["7:", "HAOPS_NO_SUCH_EITHER is not set"],
    ["8:", "sst-pw is not there"],
  ] as const) {
    expect(missing.stderr).toMatch(new RegExp(`i\\.yaml:${place}.*${what}`))
  }
  writeFileSync(join(directory, "stats-pw"), "st%ts\n", { mode: 0o600 })
  writeFileSync(join(directory, "sst-pw"), "sst-word\n", { mode: 0o600 })
  // Of what is not asked for nothing has to be there.
  const names = ["/etc/haproxy/haproxy.cfg", "galera", "--reveal"]
  const { stdout, stderr } = haops(INVENTORY, ...names)
  expect(stderr).toBe("")
  expect(stdout).toContain("stats auth ops:st%ts\n")
  expect(stdout).toContain("wsrep_sst_auth = haops_sst:sst-word\n")
})

test("-o writes a directory for each host; for nobody else what holds secrets, and over no link", () => {
  const out = join(directory, "out")
  const write = () => haops(INVENTORY, "-o", out)
  expect(write().status).toBe(0)
  const config = join(out, "c2/etc/haproxy/haproxy.cfg")
  rmSync(config)
  writeFileSync(join(directory, "elsewhere"), "kept")
  symlinkSync(join(directory, "elsewhere"), config)
  const { status, stdout, stderr } = write()
  expect({ status, stdout }).toEqual({ status: 0, stdout: "" })
  expect(readFileSync(join(directory, "elsewhere"), "utf8")).toBe("kept")
  expect(readFileSync(config, "utf8")).toContain("stats auth ops:[secret]\n")
  expect(statSync(config).mode & 0o777).toBe(0o600)
  expect(statSync(join(out, "c1/etc/memcached.conf")).mode & 0o777).toBe(0o644 & ~process.umask())
  expect(readdirSync(out).sort()).toEqual(["c1", "c2", "c3"])
  expect(stderr).toContain("/var/lib/haops/last-applied.json, which is not written here: ")
  expect(stderr).toContain("/etc/hosts: this block alone")
  const nowhere = haops(MEMCACHED, "-o", join(directory, "elsewhere"))
  expect(nowhere.status).toBe(65)
  expect(nowhere.stderr.replaceAll(/\s+/g, " ")).toContain("elsewhere cannot be written: ")
})

test("as JSON: each file of each host", () => {
  const { stdout } = haops(MEMCACHED, "memcached", "--json")
  const content = (address: string) => expect.stringContaining(`\n-l ${address}\n`)
  const file = {
    component: "memcached",
    name: "memcached",
    path: "/etc/memcached.conf",
    mode: "0644",
    owner: "root:root",
  }
  expect(JSON.parse(stdout)).toEqual({
    outcome: "done",
    exit: 0,
    files: [
      { ...file, host: "c1", content: content("10.0.0.1") },
      { ...file, host: "c2", content: content("10.0.0.2") },
    ],
  })
})

test("its documentation shows what the example's files are", () => {
  const readme = readFileSync(join(ROOT, "inventory/README.md"), "utf8")
  const [, words, shown] = /\$ npx haops render -i (.*?)\n(.*?)```/s.exec(readme)!
  const [file, ...names] = words!.split(" ")
  expect(haops(readFileSync(join(ROOT, file!), "utf8"), ...names).stdout).toBe(shown)
})
