import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { calm, Home, literal } from "./harness.ts"
import { makeKey, type SshTestServer, startSshServer } from "./server.ts"

// What ssh itself does on the way in: what runs on its connection is in exec, lost and sudo, by both transports.

/** Processes come and go at their own pace on a busy machine. */
const PATIENT = { timeout: 15_000 }

let home: Home
/** Where sockets and logs of these connections lie. */
let run: string
/** What carries a connection for a ProxyCommand. */
let wire: string

beforeEach(() => {
  home = new Home("openssh")
  // Not in TMPDIR: a socket's address is short.
  run = mkdtempSync("/tmp/tr-run-")
  const program =
    'const [host, port, seen] = process.argv.slice(2); if (seen) require("node:fs").writeFileSync(seen, host); const to = require("node:net").connect(port, host)'
  const file = home.write("wire.cjs", `${program}; process.stdin.pipe(to).pipe(process.stdout)\n`)
  wire = `'${process.execPath}' '${file}'`.replaceAll("%", "%%")
  vi.stubEnv("XDG_RUNTIME_DIR", run)
})
afterEach(async () => {
  await home[Symbol.asyncDispose]()
  rmSync(run, { recursive: true, force: true })
  vi.unstubAllEnvs()
})

const connecting = (server: Pick<SshTestServer, "address" | "port">, ssh = {}) =>
  home.connector().connect(home.host(server, ssh), calm)

describe("a host's key", () => {
  test("that is unknown is refused under `strict`, in ssh's words", async () => {
    await using server = await startSshServer()
    await expect(connecting(server)).rejects.toMatchObject({
      code: "E_HOSTKEY",
      host: "node1",
      message: expect.stringMatching(/node1 \(127\.0\.0\.1:\d+\): .*Host key verification failed/),
    })
    expect(server.lines).toEqual([])
  })

  test("that has changed is refused under `accept-new` too", async () => {
    await using server = await startSshServer()
    await using before = await startSshServer()
    home.write(".ssh/known_hosts", `[${server.address}]:${server.port} ${before.hostKeys[0]}\n`)
    await expect(connecting(server, { hostKeys: "accept-new" })).rejects.toMatchObject({ code: "E_HOSTKEY" })
  })

  test("is recorded under `accept-new`, in the inventory's file where it names one", async () => {
    await using server = await startSshServer()
    const knownHosts = join(home.path, "100% known hosts")
    await using node = await connecting(server, { hostKeys: "accept-new", knownHosts })
    expect((await node.exec({ argv: ["echo", "in"] }, calm)).stdout).toBe("in\n")
    expect(readFileSync(knownHosts, "utf8")).toContain(server.hostKeys[0])
    expect(existsSync(join(home.path, ".ssh/known_hosts"))).toBe(false)
  })
})

describe("a known_hosts of the inventory's", () => {
  const known = (...servers: SshTestServer[]) =>
    home.write("mine", servers.map((server) => `[${server.address}]:${server.port} ${server.hostKeys[0]}\n`).join(""))

  test("holds for a jump host too", PATIENT, async () => {
    await using jump = await startSshServer()
    await using server = await startSshServer()
    const way = { proxyJump: `${jump.address}:${jump.port}` }
    // Both are known where the operator's own ssh would look, and one of them is not where the inventory says.
    home.trust(jump, server)
    await expect(connecting(server, { ...way, knownHosts: known(server) })).rejects.toMatchObject({
      code: "E_CONNECT",
      message: expect.stringContaining("Host key verification failed"),
    })
    expect(server.connections).toBe(0)
    await using node = await connecting(server, { ...way, knownHosts: known(jump, server) })
    expect((await node.exec({ argv: ["echo", "in"] }, calm)).stdout).toBe("in\n")
    expect([jump.connections, server.connections]).toEqual([2, 1])
  })
})

describe("a login", () => {
  test("that is refused is the server's word, and is not tried again", async () => {
    await using server = await startSshServer({ authenticate: () => ["publickey"] })
    await expect(connecting(home.trust(server) && server)).rejects.toMatchObject({
      code: "E_AUTH",
      host: "node1",
      message: expect.stringMatching(/refuses the login of root: .*Permission denied \(publickey\)/),
    })
    expect(server.connections).toBe(1)
  })

  test.for(["password", "passphrase"] as const)(
    "by a %s of the inventory is refused, since ssh asks a terminal",
    async (what) => {
      await expect(connecting({ address: "127.0.0.1", port: 1 }, { [what]: literal("hush") })).rejects.toMatchObject({
        code: "E_UNSUPPORTED",
        message: expect.not.stringContaining("hush"),
      })
    },
  )

  test("has the files and words of the inventory, before those of the configuration", async () => {
    const key = makeKey()
    const users: string[] = []
    await using server = await startSshServer({
      authenticate: (context) => {
        users.push(context.username)
        if (context.method !== "publickey") return ["publickey"]
        return context.key.data.toString("base64") === key.public.split(" ")[1] ? "accept" : ["publickey"]
      },
    })
    home.write(".ssh/config", "Host *\n  User somebody\n  Port 1\n")
    const identityFile = home.write("100% own key", key.private)
    home.trust(server)
    await using node = await connecting(server, { user: "operator", identityFile, become: "none" })
    expect((await node.exec({ argv: ["echo", "in"] }, calm)).stdout).toBe("in\n")
    expect(new Set(users)).toEqual(new Set(["operator"]))
  })

  test("goes the way that the configuration says, for the host's name or for its address", async () => {
    await using server = await startSshServer()
    home.trust(server)
    for (const who of ["node1", "127.0.0.*"]) {
      const seen = join(home.path, `by-${who.length}`)
      home.write(".ssh/config", `Host ${who}\n  ProxyCommand ${wire} %h %p '${seen.replaceAll("%", "%%")}'\n`)
      await using node = await connecting(server)
      expect((await node.exec({ argv: ["echo", "in"] }, calm)).stdout).toBe("in\n")
      expect(readFileSync(seen, "utf8")).toBe("127.0.0.1")
    }
  })
})

describe("a host that cannot be reached", () => {
  test("is said so in ssh's words", async () => {
    await using server = await startSshServer()
    const { address, port } = server
    await server[Symbol.asyncDispose]()
    await expect(connecting({ address, port })).rejects.toMatchObject({
      code: "E_CONNECT",
      host: "node1",
      message: expect.stringContaining("Connection refused"),
    })
  })

  test("because it says nothing is given up after the connect timeout", async () => {
    await using server = await startSshServer({ welcome: () => "silence" })
    await expect(connecting(server, { connectTimeoutMs: 300 })).rejects.toMatchObject({
      code: "E_CONNECT",
      message: expect.stringContaining("no answer within 0.3 s"),
    })
    await expect.poll(() => server.open, PATIENT).toBe(0)
  })

  test("because it drops connections under load is tried again", async () => {
    await using server = await startSshServer({ welcome: (count) => (count < 3 ? "drop" : "serve") })
    await using node = await connecting(home.trust(server) && server)
    expect((await node.exec({ argv: ["echo", "in"] }, calm)).stdout).toBe("in\n")
    expect(server.connections).toBe(3)
  })

  test("is told with what a program on the way has said", async () => {
    home.write(".ssh/config", "Host node1\n  ProxyCommand sh -c 'echo no way there >&2; exit 1'\n")
    await expect(connecting({ address: "127.0.0.1", port: 1 })).rejects.toMatchObject({
      code: "E_CONNECT",
      message: expect.stringContaining("no way there"),
    })
  })

  test("stops being waited for when the operator cancels", async () => {
    await using server = await startSshServer({ welcome: () => "silence" })
    const abort = new AbortController()
    const waiting = home.connector().connect(home.host(server), abort.signal)
    await expect.poll(() => server.open, PATIENT).toBe(1)
    abort.abort()
    await expect(waiting).rejects.toMatchObject({ code: "E_CANCELED", host: "node1" })
    await expect.poll(() => server.open, PATIENT).toBe(0)
  })

  test("because there is no ssh here is told by the transport's name", async () => {
    vi.stubEnv("PATH", home.path)
    await expect(connecting({ address: "127.0.0.1", port: 1 })).rejects.toMatchObject({
      code: "E_UNSUPPORTED",
      message: expect.stringContaining("ssh.transport openssh wants an ssh on this machine"),
    })
  })
})

test("one connection carries all commands, and is ended with the transport; its files with the connector", async () => {
  await using server = await startSshServer()
  const connector = home.trust(server).connector()
  const node = await connector.connect(home.host(server), calm)
  await Promise.all(["1", "2", "3"].map((word) => node.exec({ argv: ["echo", word] }, calm)))
  expect(server.connections).toBe(1)
  expect(readdirSync(run)).toHaveLength(1)
  await node[Symbol.asyncDispose]()
  await expect.poll(() => server.open, PATIENT).toBe(0)
  await connector[Symbol.asyncDispose]()
  await expect.poll(() => readdirSync(run), PATIENT).toEqual([])
})

test("its files lie elsewhere where XDG_RUNTIME_DIR is not there", async () => {
  vi.stubEnv("XDG_RUNTIME_DIR", join(home.path, "gone"))
  vi.stubEnv("TMPDIR", run)
  await using server = await startSshServer()
  await using node = await connecting(home.trust(server) && server)
  expect((await node.exec({ argv: ["echo", "in"] }, calm)).stdout).toBe("in\n")
  expect(existsSync(join(home.path, "gone"))).toBe(false)
})

test("a connection does not outlive a haops that is killed, nor do its files", async () => {
  await using server = await startSshServer()
  home.trust(server)
  const root = join(import.meta.dirname, "../..")
  const words = [join(import.meta.dirname, "killed-run.ts"), home.path, server.address, `${server.port}`]
  const killed = spawn(join(root, "node_modules/.bin/tsx"), words, { stdio: "ignore" })
  await once(killed, "exit")
  expect(server.connections).toBe(1)
  await expect.poll(() => server.open, PATIENT).toBe(0)
  await expect.poll(() => readdirSync(run), PATIENT).toEqual([])
})

describe("transport: auto", () => {
  test("takes ssh2 where that can do what the configuration says", async () => {
    await using server = await startSshServer()
    home.trust(server).write(".ssh/config", "Host node1\n  User operator\n")
    await using node = await connecting(server, { transport: "auto" })
    expect((await node.exec({ argv: ["echo", "in"] }, calm)).stdout).toBe("in\n")
    expect(readdirSync(run)).toEqual([])
  })

  test("takes ssh where it cannot", async () => {
    await using server = await startSshServer()
    home.trust(server).write(".ssh/config", `Host node1\n  ProxyCommand ${wire} %h %p\n`)
    await using node = await connecting(server, { transport: "auto" })
    expect((await node.exec({ argv: ["echo", "in"] }, calm)).stdout).toBe("in\n")
    expect(readdirSync(run)).toHaveLength(1)
  })
})
