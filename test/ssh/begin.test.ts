import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync } from "node:fs"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { describe, expect, test } from "vitest"
import { calm, Home, hostOf } from "./harness.ts"
import { type SshTestServer, startSshServer } from "./server.ts"

describe("a connection that was begun", () => {
  test("is the one that connect gives, once: the next is another", async () => {
    await using server = await startSshServer()
    await using home = new Home()
    const connector = home.trust(server).connector()
    const host = hostOf(server)
    connector.begin(host, calm)
    await using first = await connector.connect(host, calm)
    expect((await first.exec({ argv: ["true"] }, calm)).code).toBe(0)
    expect(server.connections).toBe(1)
    await using _second = await connector.connect(host, calm)
    expect(server.connections).toBe(2)
  })

  test("that is refused is told when connect is called, and not tried again", async () => {
    await using server = await startSshServer()
    await using home = new Home()
    const connector = home.connector()
    const host = hostOf(server)
    connector.begin(host, calm)
    await until(() => server.open === 0 && server.connections === 1)
    await expect(connector.connect(host, calm)).rejects.toMatchObject({ code: "E_HOSTKEY", host: "node1" })
    expect(server.connections).toBe(1)
  })

  test("is closed where known_hosts cannot be read", async () => {
    await using server = await startSshServer({ welcome: () => "silence" })
    await using home = new Home()
    mkdirSync(join(home.path, ".ssh/known_hosts"))
    const host = hostOf(server)
    await expect(home.connector().connect(host, calm)).rejects.toMatchObject({ code: "E_INPUT", host: "node1" })
    await until(() => server.open === 0)
  })

  test("that is dropped before the login is tried again", async () => {
    await using server = await startSshServer({ welcome: (count) => (count < 3 ? "drop" : "serve") })
    await using home = new Home()
    const connector = home.trust(server).connector()
    const host = hostOf(server)
    connector.begin(host, calm)
    await using node = await connector.connect(host, calm)
    expect((await node.exec({ argv: ["true"] }, calm)).code).toBe(0)
    expect(server.connections).toBe(3)
  })

  test.each(["serve", "silence"] as const)(
    "is closed with the connector where nobody took it (%s)",
    async (welcome) => {
      let loggedIn = false
      await using server = await startSshServer({
        welcome: () => welcome,
        authenticate: () => {
          loggedIn = true
          return "accept"
        },
      })
      await using home = new Home()
      const connector = home.trust(server).connector()
      // Not held up by a server that says nothing: from here on it is up to the network.
      await connector.begin(hostOf(server), calm)
      await until(() => (welcome === "serve" ? loggedIn : server.open === 1))
      await connector[Symbol.asyncDispose]()
      await until(() => server.open === 0)
      expect(server.connections).toBe(1)
    },
  )

  test("is closed with the connector where who took it never closed it, and whoever waits for its host is told", async () => {
    await using server = await startSshServer()
    await using home = new Home()
    const connector = home.trust(server).connector()
    const node = await connector.connect(hostOf(server), calm)
    let begun = () => {}
    const running = new Promise<void>((resolve) => {
      begun = resolve
    })
    const command = { argv: ["sh", "-c", "echo begun; exec sleep 30"], onStdout: () => begun() }
    const told = expect(node.exec(command, calm)).rejects.toMatchObject({
      message: expect.stringMatching(/was closed$/),
    })
    await running
    await connector[Symbol.asyncDispose]()
    await told
    await until(() => server.open === 0)
  })

  test("ends with the connector while it is being made", async () => {
    await using server = await startSshServer({ welcome: () => "silence" })
    await using home = new Home()
    const connector = home.trust(server).connector()
    const connecting = connector.connect(hostOf(server), calm)
    const ended = expect(connecting).rejects.toMatchObject({ code: "E_CANCELED" })
    await until(() => server.open === 1)
    await connector[Symbol.asyncDispose]()
    await ended
    await until(() => server.open === 0)
  })

  test("ends as canceled when its signal is aborted", async () => {
    await using server = await startSshServer({ welcome: () => "silence" })
    await using home = new Home()
    const connector = home.trust(server).connector()
    const stop = new AbortController()
    const host = hostOf(server)
    connector.begin(host, stop.signal)
    await until(() => server.open === 1)
    stop.abort()
    await expect(connector.connect(host, stop.signal)).rejects.toMatchObject({ code: "E_CANCELED" })
    await until(() => server.open === 0)
  })
})

describe("haops", () => {
  test("runs nothing on hosts, and hangs up, where the playbook is wrong", async () => {
    await using server = await startSshServer()
    await using home = new Home()
    home.trust(server)
    const playbook = home.write("wrong.yaml", "name: x\nstages: [{ stage: a, steps: [sysctll] }]\n")
    const { code, said } = await haops(home, [server], "run", [playbook])
    expect(code, said).toBe(65)
    expect(said).toContain('unknown step "sysctll"; did you mean "sysctl"?')
    expect(said).toContain("no host was touched")
    expect(said).not.toMatch(/unreachable|canceled/)
    expect(server.lines).toEqual([])
    expect(server.connections).toBe(1)
    await until(() => server.open === 0)
  })

  test("refuses a host key once, with exit 4", async () => {
    await using server = await startSshServer()
    await using home = new Home()
    const { code, said } = await haops(home, [server], "up")
    expect(code, said).toBe(4)
    expect(said.match(/E_HOSTKEY/g)).toHaveLength(1)
    expect(server.connections).toBe(1)
  })

  test("does not have hosts wait while a password manager asks its user", async () => {
    await using home = new Home()
    const asked = join(home.path, "asked")
    const early: boolean[] = []
    await using server = await startSshServer({
      welcome: () => {
        early.push(!existsSync(asked))
        return "serve"
      },
    })
    const vip = `pacemaker: { password: { command: touch ${asked}; echo hapass } }\nvips: { vip: 127.0.0.9/24 }\n`
    const { code, said } = await haops(home, [server], "up", [], vip)
    expect(code, said).toBe(4)
    expect(early).toEqual([false])
  })

  test("leaves hosts alone that --limit leaves out", async () => {
    await using one = await startSshServer()
    await using other = await startSshServer({ address: "127.0.0.2" })
    await using home = new Home()
    const { code, said } = await haops(home, [one, other], "up", ["--limit", "c1"])
    expect(code, said).toBe(4)
    expect([one.connections, other.connections]).toEqual([1, 0])
  })

  test("connects to as many hosts at a time as --forks says", async () => {
    let [met, arrived] = [0, 0]
    await using silent = await startSshServer({ welcome: () => "silence" })
    await using other = await startSshServer({
      address: "127.0.0.2",
      welcome: () => {
        met = silent.connections
        arrived = performance.now()
        return "serve"
      },
    })
    await using home = new Home()
    const left = until(() => silent.connections === 1 && silent.open === 0).then(() => performance.now())
    const { code, said } = await haops(home, [silent, other], "up", ["--forks", "1", "--timeout", "1"])
    expect(code, said).toBe(4)
    expect(met).toBe(1)
    // Which of the two is told first is the event loop's choice. Both at a time, the silent one would stay for its second.
    expect((await left) - arrived).toBeLessThan(500)
  })
})

const SYSCTL = "sysctl: { net.ipv4.ip_forward: 1 }\n"
const cli = join(import.meta.dirname, "../../src/cli.ts")

/** Runs it in the home, for hosts c1, c2, … at the servers. */
async function haops(home: Home, servers: readonly SshTestServer[], verb: string, flags: string[] = [], more = SYSCTL) {
  const hosts = servers.map(({ address, port }, index) => {
    return `  c${index + 1}: { address: ${address}, ssh: { user: root, port: ${port} } }\n`
  })
  home.write("inventory.yaml", `name: x\ncontrollers:\n${hosts.join("")}${more}`)
  const argv = ["--import", import.meta.resolve("tsx"), cli, verb, ...flags]
  const env = { ...process.env, NO_COLOR: "1", HOME: home.path, SSH_AUTH_SOCK: "" }
  const child = spawn(process.execPath, argv, { cwd: home.path, env, timeout: 18_000 })
  let said = ""
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk))
  const [code] = await once(child, "close")
  return { code, said }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setTimeout(5)
}
