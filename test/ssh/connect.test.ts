import { execFileSync, spawn } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import type { AuthContext, ParsedKey } from "ssh2"
import { describe, expect, test } from "vitest"
import { createPool } from "../../src/transport/pool.ts"
import { calm, Home, hostOf, literal } from "./harness.ts"
import { makeKey, startSshServer } from "./server.ts"

/** Takes one password by one method, and nothing else. */
function only(method: "password" | "keyboard-interactive", password: string) {
  return (context: AuthContext) => {
    if (context.method !== method) return [method]
    if (context.method === "password") return context.password === password ? "accept" : [method]
    if (context.method !== "keyboard-interactive") return [method]
    context.prompt([{ prompt: "Password: ", echo: false }], (answers) =>
      answers[0] === password ? context.accept() : context.reject([method]),
    )
    return "later"
  }
}

/** A real ssh-agent. `add` makes an encrypted key file, gives the agent its key, and returns the public half. */
async function startAgent(home: Home) {
  const socket = join(home.path, "agent")
  const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" })
  await expect.poll(() => existsSync(socket)).toBe(true)
  const env = { ...process.env, SSH_AUTH_SOCK: socket, SSH_ASKPASS_REQUIRE: "force", SSH_ASKPASS: "/bin/false" }
  return {
    socket,
    add: (name: string) => {
      const file = join(home.path, name)
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file])
      execFileSync("ssh-add", [file], { env, stdio: "ignore" })
      execFileSync("ssh-keygen", ["-q", "-p", "-a", "1", "-N", "sesame", "-f", file], { stdio: "ignore" })
      return readFileSync(`${file}.pub`, "utf8").split(" ")[1]
    },
    [Symbol.asyncDispose]: async () => {
      agent.kill()
    },
  }
}

describe("the login", () => {
  test("offers a key first, never `none`", async () => {
    const methods: string[] = []
    await using server = await startSshServer({
      authenticate: (context) => {
        methods.push(context.method)
        return "accept"
      },
    })
    await using home = new Home()
    await home.to(server)
    expect(new Set(methods)).toEqual(new Set(["publickey"]))
  })

  test.for([
    ["ed25519", undefined],
    ["ecdsa", { bits: 256 }],
    ["rsa", { bits: 2048 }],
  ] as const)(
    "signs with an %s key at once: to ask first whether it may costs a way there and back",
    async ([type, options]) => {
      const { utils } = (await import("ssh2")).default
      const key = utils.generateKeyPairSync(type as "rsa", options as { bits: number })
      const signed: unknown[] = []
      await using server = await startSshServer({
        authenticate: (context) => {
          if (context.method !== "publickey") return ["publickey"]
          const shown = utils.parseKey(key.public) as ParsedKey
          const { blob, signature, hashAlgo } = context
          signed.push(blob && signature && shown.verify(blob, signature, hashAlgo))
          return "accept"
        },
      })
      await using home = new Home()
      await home.to(server, { identityFile: home.write("key", key.private) })
      expect(signed).toEqual([true])
    },
  )

  test.for(["password", "keyboard-interactive"] as const)(
    "answers by %s where the server wants that",
    async (method) => {
      await using server = await startSshServer({ authenticate: only(method, "pä ss") })
      await using home = new Home()
      const node = await home.to(server, { password: literal("pä ss") })
      expect((await node.exec({ argv: ["true"] }, calm)).code).toBe(0)
    },
  )

  test("that is refused names the user, what was tried, what was not and what the server takes", async () => {
    await using server = await startSshServer({ authenticate: () => ["publickey", "password"] })
    await using home = new Home()
    const locked = home.write("locked", makeKey().private.replace("AAAA", "BBBB"))
    const ssh = { user: "deploy", identityFile: locked, password: literal("wrong") }
    await expect(home.trust(server).connector().connect(hostOf(server, ssh), calm)).rejects.toMatchObject({
      code: "E_AUTH",
      host: "node1",
      message: `node1 (127.0.0.1:${server.port}) refuses the login of deploy: tried password; not usable: key ${locked} (encrypted or unreadable, and no ssh.passphrase is set), keyboard-interactive with the password (not accepted); it accepts publickey, password`,
    })
    expect(server.connections).toBe(1)
  })

  test("uses an encrypted key with the passphrase from a secret", async () => {
    const { utils } = (await import("ssh2")).default
    const key = utils.generateKeyPairSync("ecdsa", { bits: 256, passphrase: "sesame", cipher: "aes256-cbc", rounds: 4 })
    await using server = await startSshServer({
      authenticate: (context) =>
        context.method === "publickey" && context.key.data.toString("base64") === key.public.split(" ")[1]
          ? "accept"
          : ["publickey"],
    })
    await using home = new Home()
    const identityFile = home.write("key", key.private)
    const node = await home.to(server, { identityFile, passphrase: literal("sesame") })
    expect((await node.exec({ argv: ["true"] }, calm)).code).toBe(0)
    await expect(
      home.connector().connect(hostOf(server, { identityFile, passphrase: literal("no") }), calm),
    ).rejects.toMatchObject({
      code: "E_AUTH",
      message: expect.stringContaining(`key ${identityFile} (ssh.passphrase does not open it)`),
    })
  })
})

describe("the agent", () => {
  test("logs in with a key whose file is encrypted, without its passphrase; and with no other where keys are named", async () => {
    await using home = new Home()
    await using agent = await startAgent(home)
    const [mine, other] = [agent.add("mine"), agent.add("other")]
    const offered: string[] = []
    await using server = await startSshServer({
      authenticate: (context) => {
        const key = context.method === "publickey" ? context.key.data.toString("base64") : ""
        offered.push(key === mine ? "mine" : key === other ? "other" : "unheard-of")
        return key === mine ? "accept" : ["publickey"]
      },
    })
    home.write(".ssh/config", "Host node1\n IdentitiesOnly yes\n")
    const env = { SSH_AUTH_SOCK: agent.socket }
    const node = await home.to(server, { identityFile: join(home.path, "mine") }, { env })
    expect((await node.exec({ argv: ["true"] }, calm)).code).toBe(0)
    expect(new Set(offered)).toEqual(new Set(["mine"]))
  })

  test("offers its keys before the default files", async () => {
    await using home = new Home()
    await using agent = await startAgent(home)
    const mine = agent.add("mine")
    const offered: string[] = []
    await using server = await startSshServer({
      authenticate: (context) => {
        offered.push(context.method === "publickey" ? context.key.data.toString("base64") : context.method)
        return "accept"
      },
    })
    await home.to(server, {}, { env: { SSH_AUTH_SOCK: agent.socket } })
    expect(new Set(offered)).toEqual(new Set([mine]))
  })

  test("that is gone is like one without keys", async () => {
    await using home = new Home()
    await using server = await startSshServer()
    const node = await home.to(server, {}, { env: { SSH_AUTH_SOCK: join(home.path, "gone") } })
    expect((await node.exec({ argv: ["true"] }, calm)).code).toBe(0)
  })
})

describe("a host that cannot be reached", () => {
  test("because nothing listens is said so, at once", async () => {
    const unused = createServer()
    await new Promise<void>((resolve) => unused.listen(0, "127.0.0.1", resolve))
    const { port } = unused.address() as { port: number }
    await new Promise((resolve) => unused.close(resolve))
    await using home = new Home()
    await expect(home.connector().connect(hostOf({ address: "127.0.0.1", port }), calm)).rejects.toMatchObject({
      code: "E_CONNECT",
      host: "node1",
      message: `cannot connect to node1 (127.0.0.1:${port}): connection refused`,
    })
  })

  test("because it says nothing is given up after the connect timeout", async () => {
    await using server = await startSshServer({ welcome: () => "silence" })
    await using home = new Home()
    const connecting = home.connector().connect(hostOf(server, { connectTimeoutMs: 200 }), calm)
    await expect(connecting).rejects.toMatchObject({
      code: "E_CONNECT",
      message: `cannot connect to node1 (127.0.0.1:${server.port}): no answer within 0.2 s`,
    })
    expect(server.connections).toBe(1)
  })

  test("stops being waited for when the operator cancels", async () => {
    await using server = await startSshServer({ welcome: () => "silence" })
    await using home = new Home()
    const abort = new AbortController()
    const connecting = home.connector().connect(hostOf(server), abort.signal)
    connecting.catch(() => undefined)
    await expect.poll(() => server.connections).toBe(1)
    abort.abort()
    await expect(connecting).rejects.toMatchObject({ code: "E_CANCELED", host: "node1" })
  })
})

describe("a burst of connections", () => {
  test.for(["drop", "reset"] as const)("that the server meets with %s comes through in the end", async (fault) => {
    await using server = await startSshServer({ welcome: (count) => (count > 12 ? "serve" : fault) })
    await using home = new Home()
    const connector = home.trust(server).connector()
    const hosts = Array.from({ length: 8 }, (_, index) => hostOf(server, {}, `node${index}`))
    const outcomes = await createPool().map(hosts, async (host) => {
      await using node = await connector.connect(host, calm)
      return (await node.exec({ argv: ["echo", host.name] }, calm)).stdout
    })
    expect(outcomes).toEqual(hosts.map((host) => ({ host, value: `${host.name}\n` })))
  })
})

describe("the pool", () => {
  test("lets a slow host and a failed one take nobody with them", async () => {
    await using server = await startSshServer()
    await using silent = await startSshServer({ welcome: () => "silence" })
    await using home = new Home()
    const connector = home.trust(server).connector()
    const ended: string[] = []
    const hosts = [
      hostOf(silent, { connectTimeoutMs: 600 }, "silent"),
      hostOf(server, {}, "a"),
      hostOf(server, {}, "b"),
    ]
    const outcomes = await createPool().map(hosts, async (host) => {
      try {
        await using node = await connector.connect(host, calm)
        return (await node.exec({ argv: ["echo", host.name] }, calm)).code
      } finally {
        ended.push(host.name)
      }
    })
    expect(outcomes).toMatchObject([{ error: { code: "E_CONNECT", host: "silent" } }, { value: 0 }, { value: 0 }])
    expect(ended[2]).toBe("silent")
  })
})

describe("a jump host", () => {
  test("carries all its hosts over one connection", async () => {
    await using jump = await startSshServer()
    await using server = await startSshServer()
    await using home = new Home()
    const connector = home.trust(jump, server).connector()
    const proxyJump = `me@127.0.0.1:${jump.port}`
    const hosts = ["a", "b", "c"].map((name) => hostOf(server, { proxyJump }, name))
    const outcomes = await createPool().map(hosts, async (host) => {
      await using node = await connector.connect(host, calm)
      return (await node.exec({ argv: ["echo", host.name] }, calm)).stdout
    })
    expect(outcomes).toMatchObject([{ value: "a\n" }, { value: "b\n" }, { value: "c\n" }])
    expect([jump.connections, server.connections]).toEqual([1, 3])
  })

  test("may be one of several", async () => {
    await using first = await startSshServer()
    await using second = await startSshServer()
    await using server = await startSshServer()
    await using home = new Home()
    const proxyJump = `127.0.0.1:${first.port},127.0.0.1:${second.port}`
    await using node = await home.trust(first, second, server).connector().connect(hostOf(server, { proxyJump }), calm)
    expect((await node.exec({ argv: ["echo", "there"] }, calm)).stdout).toBe("there\n")
    expect([first.connections, second.connections, server.connections]).toEqual([1, 1, 1])
  })

  test("that fails is named, in the name of the host", async () => {
    await using jump = await startSshServer({ authenticate: () => ["publickey"] })
    await using server = await startSshServer()
    await using home = new Home()
    const proxyJump = `127.0.0.1:${jump.port}`
    await expect(home.trust(jump).connector().connect(hostOf(server, { proxyJump }), calm)).rejects.toMatchObject({
      code: "E_AUTH",
      host: "node1",
      message: expect.stringContaining(`on the way to node1: ${proxyJump} (127.0.0.1:${jump.port}) refuses the login`),
    })
  })

  test("that may not forward is named too", async () => {
    await using jump = await startSshServer({ forward: false })
    await using server = await startSshServer()
    await using home = new Home()
    const proxyJump = `127.0.0.1:${jump.port}`
    await expect(home.trust(jump).connector().connect(hostOf(server, { proxyJump }), calm)).rejects.toMatchObject({
      code: "E_CONNECT",
      host: "node1",
      message: expect.stringContaining(`by way of ${proxyJump}`),
    })
  })
})
