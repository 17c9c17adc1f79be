import { chmodSync, readFileSync } from "node:fs"
import { afterEach, beforeEach, expect, test } from "vitest"
import { parse } from "yaml"
import { WholeRun } from "./whole-run.ts"

const patient = { timeout: 120_000 }
let lab: WholeRun

beforeEach(() => {
  lab = new WholeRun()
})
afterEach(async () => await lab[Symbol.asyncDispose]())

/** A host of this name, which the operator's own ssh configuration has the way to. */
async function host(name: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  const { address } = await lab.host(name)
  for (const [path, text] of Object.entries(files)) lab.home.write(`${name}${path}`, text)
  chmodSync(lab.home.write(`${name}/bin/uname`, `#!/bin/sh\necho ${name}\n`), 0o755)
  const ways = lab.servers.map((server) => `Host ${server.address}\n  Port ${server.port}\n  User root\n`)
  lab.home.write(".ssh/config", ways.join(""))
  return address
}

const node = (name: string, address: string, id: number) =>
  `  node {\n    ring0_addr: ${address}\n    name: ${name}\n    nodeid: ${id}\n  }\n`
const COROSYNC = `totem {\n  version: 2\n  cluster_name: prod\n  transport: knet\n  token: 1500\n}
nodelist {\n${node("c1", "127.0.0.1", 1)}${node("c2", "127.0.0.2", 2)}${node("c3", "127.0.0.3", 3)}}
quorum {\n  provider: corosync_votequorum\n}\n`

test("the other members are asked as well; one that does not answer is in it and told", patient, async () => {
  const first = await host("c1", { "/etc/corosync/corosync.conf": COROSYNC })
  await host("c2", { "/etc/corosync/corosync.conf": COROSYNC })
  const { code, stdout, stderr } = await lab.haops("adopt", "--host", first, "-o", "prod.yaml")
  expect({ code, stdout }, stderr).toEqual({ code: 3, stdout: "" })
  expect(stderr).toContain("127.0.0.3 was not asked: ")
  expect(stderr).toContain("pacemaker runs on none of the hosts")
  expect(stderr).not.toContain("127.0.0.2 was not asked")
  const text = readFileSync(`${lab.home.path}/prod.yaml`, "utf8")
  expect(parse(text)).toMatchObject({
    name: "prod",
    controllers: { c1: "127.0.0.1", c2: "127.0.0.2", c3: "127.0.0.3" },
    pacemaker: { password: { file: "secrets/hacluster" }, totem: { token: 1500 } },
  })

  const again = await lab.haops("adopt", "--host", first, "-o", "prod.yaml")
  expect(again.code, again.said).toBe(65)
  expect(again.stderr).toContain("prod.yaml exists already")
  const forced = await lab.haops("adopt", "--host", first, "-o", "prod.yaml", "--force", "--user", "root")
  expect(forced.code, forced.said).toBe(3)
  expect(parse(readFileSync(`${lab.home.path}/prod.yaml`, "utf8"))).toMatchObject({ ssh: { user: "root" } })
  const piped = await lab.haops("adopt", "--host", first)
  expect(piped.stdout).toBe(text)
})

const keepalived = (priority: number, peer: string) => `global_defs {\n  router_id x\n}
vrrp_instance VI_1 {
  state BACKUP
  interface eth0 ! the network of the clients
  virtual_router_id 51
  priority ${priority}
  advert_int 2
  unicast_peer { ${peer} }
  authentication {
    auth_type PASS
    auth_pass hunter2
  }
  virtual_ipaddress {
    127.0.0.51/8 dev eth0 label eth0:vip
  }
  track_interface {
    eth0
  }
}\n`

test("a pair under keepalived is taken in, its first host first, and its password is not", patient, async () => {
  const path = "/etc/keepalived/keepalived.conf"
  const addresses = [await host("lb1", { [path]: keepalived(90, "127.0.0.2") })]
  addresses.push(await host("lb2", { [path]: keepalived(150, "127.0.0.1") }))
  const { code, stdout, stderr } = await lab.haops("adopt", ...addresses.flatMap((one) => ["--host", one]), "--json")
  expect(code, stderr).toBe(0)
  expect(stdout).not.toContain("hunter2")
  const { inventory, told } = JSON.parse(stdout) as { inventory: string; told: readonly string[] }
  const { controllers, vips, keepalived: settings } = parse(inventory) as Record<string, Record<string, unknown>>
  expect(Object.entries(controllers!)).toEqual([
    ["lb2", "127.0.0.2"],
    ["lb1", "127.0.0.1"],
  ])
  expect(vips).toEqual({ VI_1: { address: "127.0.0.51/8", nic: "eth0", manager: "keepalived" } })
  expect(settings).toEqual({ password: { file: "secrets/keepalived" }, advertInterval: "2s" })
  expect(told.join("\n")).toContain("without: vrrp_instance VI_1 track_interface")
})

test("without anything to take in, or anybody to ask, that is what is said", patient, async () => {
  const address = await host("c1")
  const nothing = await lab.haops("adopt", "--host", address)
  expect(nothing.code, nothing.said).toBe(1)
  expect(nothing.stderr).toContain("there is nothing to take in")
  const nobody = await lab.haops("adopt", "--host", "127.0.0.99")
  expect(nobody.code, nobody.said).toBe(4)
  expect(nobody.stderr).toContain("127.0.0.99 was not asked: ")
  for (const [flags, said] of [
    [[], "no host is named"],
    [["--host", "controller1"], "is not an IP address"],
    [["--host", address, "-i", "prod.yaml"], "reads no inventory"],
  ] as const) {
    const { code, stderr } = await lab.haops("adopt", ...flags)
    expect({ code, stderr }).toEqual({ code: 65, stderr: expect.stringContaining(said) })
  }
})
