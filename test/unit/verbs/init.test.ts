import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { PRESET_NAMES } from "../../../src/haproxy/presets/names.ts"
import { type FirstAnswers, firstInventory } from "../../../src/inventory/first.ts"
import { parseInventory } from "../parse-inventory.ts"

const THREE = ["--controller", "10.0.0.12", "--controller", "b=10.0.0.13", "--controller", "10.0.0.14"]
const cli = join(import.meta.dirname, "../../../src/cli.ts")
const tsx = import.meta.resolve("tsx")

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "haops-init-"))
})
afterEach(() => rmSync(directory, { recursive: true }))

function init(...args: string[]) {
  const env = { ...process.env, NO_COLOR: "1" }
  return spawnSync(process.execPath, ["--import", tsx, cli, "init", ...args], {
    cwd: directory,
    encoding: "utf8",
    env,
    input: "",
  })
}

function read(file: string): string {
  return readFileSync(join(directory, file), "utf8")
}

describe("haops init", () => {
  test("writes an inventory that loads, and a password for its owner alone", () => {
    const { status, stderr } = init(...THREE, "--vip", "10.0.0.11/24", "--name", "prod")
    expect(status, stderr).toBe(0)
    const { hosts, name } = parseInventory(read("inventory.yaml"), "inventory.yaml")
    expect(name).toBe("prod")
    expect(hosts.map((host) => [host.name, host.address])).toEqual([
      ["controller1", "10.0.0.12"],
      ["b", "10.0.0.13"],
      ["controller3", "10.0.0.14"],
    ])
    expect(read("secrets/hacluster")).toMatch(/^[\w-]{32}\n$/)
    expect(statSync(join(directory, "secrets/hacluster")).mode & 0o777).toBe(0o600)
  })

  test("keeps a password that is there", () => {
    init(...THREE, "--vip", "10.0.0.11/24", "-i", "one.yaml")
    const password = read("secrets/hacluster")
    expect(init(...THREE, "--vip", "10.0.0.11/24", "-i", "two.yaml").status).toBe(0)
    expect(read("secrets/hacluster")).toBe(password)
  })

  test("never writes over a file", () => {
    writeFileSync(join(directory, "inventory.yaml"), "name: mine\n")
    const { status, stderr } = init(...THREE, "--vip", "10.0.0.11/24")
    expect(status).toBe(65)
    expect(stderr).toContain("inventory.yaml exists already")
    expect(read("inventory.yaml")).toBe("name: mine\n")
  })

  test.each([
    ["a VIP that is no address", [...THREE, "--vip", "10.0.0.300/24"], "10.0.0.300"],
    ["a VIP that is a controller", [...THREE, "--vip", "10.0.0.12/24"], "10.0.0.12"],
    [
      "two hosts of one name",
      ["--controller", "controller2=10.0.0.12", "--controller", "10.0.0.13", "--vip", "10.0.0.11/24"],
      "controller2",
    ],
    ["nobody to ask", ["--vip", "10.0.0.11/24"], "--controller"],
  ])("writes nothing for %s", (_, args, said) => {
    const { status, stderr } = init(...args)
    expect(status).toBe(65)
    expect(stderr).toContain(said)
    expect(existsSync(join(directory, "inventory.yaml"))).toBe(false)
    expect(existsSync(join(directory, "secrets"))).toBe(false)
  })
})

describe("a first inventory", () => {
  const answers: FirstAnswers = {
    name: "prod",
    controllers: { controller1: "10.0.0.12", controller2: "10.0.0.13", controller3: "10.0.0.14" },
    loadbalancers: {},
    vip: "10.0.0.11/24",
    user: "root",
    preset: "web",
    passwordFile: "secrets/hacluster",
  }

  test.each(PRESET_NAMES)("loads with the preset %s", (preset) => {
    const inventory = parseInventory(firstInventory({ ...answers, preset }), "inventory.yaml")
    expect(inventory.haproxy?.services).not.toHaveLength(0)
  })

  test("logs in as root where that is said, and leaves it to ~/.ssh/config where nothing is", () => {
    const user = (one: FirstAnswers) => parseInventory(firstInventory(one), "inventory.yaml").hosts[0]?.ssh.user
    expect(user(answers)).toBe("root")
    expect(user({ ...answers, user: undefined })).toBeUndefined()
  })

  test("puts haproxy on load balancers of their own, and becomes root by sudo", () => {
    const text = firstInventory({ ...answers, user: "admin", loadbalancers: { lb1: "10.0.0.21", lb2: "10.0.0.22" } })
    const inventory = parseInventory(text, "inventory.yaml")
    expect(inventory.hosts.map(({ name }) => name)).toContain("lb2")
    expect(inventory.vips).toMatchObject([{ on: "loadbalancers", manager: "keepalived" }])
    expect(inventory.pacemaker).toBeUndefined()
    expect(inventory.hosts[0]?.ssh).toMatchObject({ user: "admin", become: "sudo" })
  })
})
