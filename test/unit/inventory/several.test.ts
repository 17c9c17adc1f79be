import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import type { HaopsError } from "../../../src/base/errors.ts"
import { loadInventory } from "../../../src/inventory/load.ts"
import { inventoryFlags } from "../../../src/output/words.ts"

const CLI = join(import.meta.dirname, "../../../src/cli.ts")
// Several processes in a test.
vi.setConfig({ testTimeout: 120_000 })
let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "haops-"))
})
afterEach(() => rmSync(directory, { recursive: true }))

const BASE = `name: base
ssh: { user: root, knownHosts: known }
controllers:
  c1: 10.0.0.1
  c2: 10.0.0.2
sysctl: { net.ipv4.ip_forward: 1 }
`

function write(files: Readonly<Record<string, string>>): string[] {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(directory, name, ".."), { recursive: true })
    writeFileSync(join(directory, name), text)
  }
  return Object.keys(files)
}

function haops(words: readonly string[], input = "") {
  const env = { ...process.env, NO_COLOR: "1" }
  const args = ["--import", import.meta.resolve("tsx"), CLI, ...words]
  return spawnSync(process.execPath, args, { encoding: "utf8", env, input, cwd: directory })
}

async function refusal(files: readonly string[]): Promise<string> {
  return await loadInventory(files, directory).then(
    () => "",
    (error: HaopsError) => error.message,
  )
}

describe("several files", () => {
  test("are merged key by key; text, lists and what is of another form are the later one's", async () => {
    const over = "name: prod\nssh: { user: ops }\ncontrollers: { c2: { address: 10.0.0.9, nodeid: 7 }, c3: 10.0.0.3 }\n"
    const files = write({
      "base.yaml": BASE,
      "prod/over.yaml": over,
      "last.yaml": "sysctl: { net.ipv4.ip_forward: 0 }",
    })
    const { name, hosts, sysctl, file, files: named } = await loadInventory(files, directory)
    expect({ name, sysctl }).toEqual({ name: "prod", sysctl: { "net.ipv4.ip_forward": "0" } })
    expect(hosts.map((host) => [host.name, host.address, host.nodeid])).toEqual([
      ["c1", "10.0.0.1", undefined],
      ["c2", "10.0.0.9", 7],
      ["c3", "10.0.0.3", undefined],
    ])
    // Paths are those of the first file's directory.
    expect(hosts[0]!.ssh).toMatchObject({ user: "ops", knownHosts: join(directory, "known") })
    expect({ file, named }).toEqual({ file: "base.yaml, prod/over.yaml, last.yaml", named: files })
  })

  test("are told of where they say what is wrong, each by its own name and line", async () => {
    const over = "# one\ncontrolers: { c3: 10.0.0.3 }\ncontrollers:\n  c4: 10.0.0.1\nvips: { vip: 10.0.0.300/24 }\n"
    const files = write({ "base.yaml": `${BASE}haproxy: { servces: [] }\n`, "over.yaml": over })
    const said = await refusal(files)
    expect(said).toMatch(/^base\.yaml:7:12\s+unknown key "servces" in haproxy; did you mean "services"\?$/m)
    expect(said).toMatch(/^over\.yaml:2:1\s+unknown key "controlers"/m)
    expect(said).toMatch(/^over\.yaml:5:14\s/m)
    expect(said).toContain("problems in base.yaml, over.yaml; no host was touched.")
    const twice = write({ "base.yaml": BASE, "over.yaml": "loadbalancers: { c1: 10.0.0.8 }\n" })
    expect(await refusal(twice)).toMatch(/^over\.yaml:1:.*there is a host of this name already \(base\.yaml:4\)$/m)
    expect(await refusal(["base.yaml", "none.yaml"])).toBe("there is no inventory none.yaml")
  })

  test("a secret that is missing is told in the file that names it", () => {
    write({ "base.yaml": BASE, "over.yaml": "\nmemcached: {}\nrabbitmq: { cookie: { file: cookie } }\n" })
    const { status, stderr } = haops(["render", "cookie", "--reveal", "-i", "base.yaml", "-i", "over.yaml"])
    expect(status).toBe(65)
    expect(stderr).toMatch(/^over\.yaml:3:21 rabbitmq\.cookie: the secret file .*cookie is not there$/m)
  })

  test("are named again in the command that comes next", () => {
    expect(inventoryFlags({ inventory: "a b.yaml" })).toBe("-i 'a b.yaml'")
    expect(inventoryFlags({ inventory: "a, b", inventoryFiles: ["a", "b"] })).toBe("-i a -i b")
  })
})

describe("standard input", () => {
  test("is an inventory by itself, or over another; problems have its lines", () => {
    expect(haops(["render", "hosts", "--host", "c1", "-i", "-"], BASE).stdout).toContain("10.0.0.2\tc2\n")
    write({ "base.yaml": BASE })
    const over = haops(["render", "hosts", "-i", "base.yaml", "-i", "-"], "controllers: { c2: 10.0.0.7 }\n")
    expect(over.stdout).toContain("10.0.0.7\tc2\n")
    const wrong = haops(["render", "-i", "-"], BASE.replace("sysctl", "sysctel"))
    expect(wrong.status).toBe(65)
    expect(wrong.stderr).toContain('-:6:1 unknown key "sysctel"')
    expect(haops(["render", "-i", "-", "-i", "-"], BASE).stderr).toContain("standard input can be read once")
  })

  test("is not written to, and no more is one of several files", () => {
    const cluster = `${BASE}pacemaker: { password: { env: HAOPS_NO_SUCH } }\n`
    write({ "base.yaml": cluster, "over.yaml": "sysctl: {}\n" })
    for (const [words, why] of [
      [["remove-node", "c2", "-i", "-"], "it came on standard input"],
      [["add-node", "c3", "--address", "10.0.0.3", "-i", "base.yaml", "-i", "over.yaml"], "it is merged of base.yaml"],
      [["init", "-i", "-"], "init writes one file"],
    ] as const) {
      const { status, stderr } = haops(words, cluster)
      expect(status).toBe(65)
      expect(stderr.replaceAll(/\s+/g, " ")).toContain(why)
    }
    expect(readFileSync(join(directory, "base.yaml"), "utf8")).toBe(cluster)
  })
})
