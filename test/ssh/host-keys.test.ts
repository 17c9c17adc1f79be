import { execFileSync } from "node:child_process"
import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { fingerprint } from "../../src/transport/known-hosts.ts"
import { createPool } from "../../src/transport/pool.ts"
import { calm, Home, hostOf } from "./harness.ts"
import { makeKey, type SshTestServer, startSshServer } from "./server.ts"

const shown = (server: SshTestServer, index = 0) =>
  fingerprint(Buffer.from(server.hostKeys[index]?.split(" ")[1] ?? "", "base64"))

describe("an unknown host key", () => {
  test("is refused under `strict`, with its fingerprint and the command that records it", async () => {
    await using server = await startSshServer()
    await using home = new Home()
    await expect(home.connector().connect(hostOf(server), calm)).rejects.toMatchObject({
      code: "E_HOSTKEY",
      host: "node1",
      message: `the host key of node1 ([127.0.0.1]:${server.port}) is not known: ssh-ed25519 ${shown(server)}`,
      hint: expect.stringContaining(
        `ssh-keyscan -p ${server.port} -t ed25519 127.0.0.1 >> ${home.path}/.ssh/known_hosts`,
      ),
    })
    expect(server.connections).toBe(1)
  })

  test("is recorded by a command that works where ~/.ssh is missing", async () => {
    await using server = await startSshServer()
    await using home = new Home()
    const directory = join(home.path, "none")
    const host = hostOf(server, { knownHosts: join(directory, "known_hosts") })
    const hint = `mkdir -p -m 700 ${directory} && ssh-keyscan -p ${server.port} -t ed25519 127.0.0.1 >> ${directory}/known_hosts`
    await expect(home.connector().connect(host, calm)).rejects.toMatchObject({ hint: expect.stringContaining(hint) })
  })

  test("behind a jump host is recorded by writing down what was seen, since ssh-keyscan cannot get there", async () => {
    await using jump = await startSshServer()
    await using server = await startSshServer()
    await using home = new Home()
    const host = hostOf(server, { proxyJump: `127.0.0.1:${jump.port}` })
    await expect(home.trust(jump).connector().connect(host, calm)).rejects.toMatchObject({
      code: "E_HOSTKEY",
      hint: expect.stringContaining(`echo '[127.0.0.1]:${server.port} ${server.hostKeys[0]}' >> `),
    })
  })

  test("is recorded under `accept-new`, in a private file, once for all connections", async () => {
    await using server = await startSshServer()
    await using home = new Home()
    const knownHosts = join(home.path, "new/dir/known_hosts")
    const connector = home.connector()
    const hosts = ["a", "b", "c"].map((name) => hostOf(server, { hostKeys: "accept-new", knownHosts }, name))
    const outcomes = await createPool().map(hosts, async (host) => {
      await using node = await connector.connect(host, calm)
      return (await node.exec({ argv: ["true"] }, calm)).code
    })
    expect(outcomes).toMatchObject([{ value: 0 }, { value: 0 }, { value: 0 }])
    expect(readFileSync(knownHosts, "utf8")).toBe(`[127.0.0.1]:${server.port} ${server.hostKeys[0]}\n`)
    expect(statSync(knownHosts).mode & 0o777).toBe(0o600)
    expect(statSync(join(home.path, "new/dir")).mode & 0o777).toBe(0o700)
    expect(home.notices).toEqual([expect.stringContaining(shown(server))])
  })

  test("goes on a line of its own where the file's last line is not ended", async () => {
    await using server = await startSshServer()
    await using home = new Home()
    const file = home.write(".ssh/known_hosts", "# mine")
    await using _node = await home.connector().connect(hostOf(server, { hostKeys: "accept-new" }), calm)
    expect(readFileSync(file, "utf8")).toBe(`# mine\n[127.0.0.1]:${server.port} ${server.hostKeys[0]}\n`)
  })

  test("is recorded hashed where the user's configuration says so, as ssh-keygen reads it", async () => {
    await using server = await startSshServer()
    await using home = new Home()
    home.write(".ssh/config", "Host 127.*\n  HashKnownHosts yes\n  User root\n")
    await using _node = await home.connector().connect(hostOf(server, { hostKeys: "accept-new" }), calm)
    const file = join(home.path, ".ssh/known_hosts")
    expect(readFileSync(file, "utf8")).toMatch(/^\|1\|/)
    const found = execFileSync("ssh-keygen", ["-F", `[127.0.0.1]:${server.port}`, "-f", file], { encoding: "utf8" })
    expect(found).toContain(server.hostKeys[0]?.split(" ")[1])
  })
})

describe("a changed host key", () => {
  test.for(["strict", "accept-new"] as const)(
    "is refused under %s, with both fingerprints and the line",
    async (hostKeys) => {
      await using server = await startSshServer()
      await using before = await startSshServer()
      await using home = new Home()
      const name = `[127.0.0.1]:${server.port}`
      const text = `# header\n${name} ${before.hostKeys[0]}\n`
      const file = home.write(".ssh/known_hosts", text)
      await expect(home.connector().connect(hostOf(server, { hostKeys }), calm)).rejects.toMatchObject({
        code: "E_HOSTKEY",
        message: `the host key of node1 (${name}) has CHANGED: ${file}:2 has ssh-ed25519 ${shown(before)}, but the host shows ssh-ed25519 ${shown(server)}`,
        hint: expect.stringContaining(`ssh-keygen -R '${name}' -f ${file}`),
      })
      expect(readFileSync(file, "utf8")).toBe(text)
    },
  )

  test("is what a host shows that has none of its known types any more", async () => {
    await using server = await startSshServer({ hostKeys: [makeKey("ecdsa").private] })
    await using before = await startSshServer()
    await using home = new Home()
    home.write(".ssh/known_hosts", `[127.0.0.1]:${server.port} ${before.hostKeys[0]}\n`)
    await expect(home.connector().connect(hostOf(server, { hostKeys: "accept-new" }), calm)).rejects.toMatchObject({
      code: "E_HOSTKEY",
      message: expect.stringContaining("has CHANGED"),
    })
  })

  test("is refused for good when it is revoked, whatever else is known", async () => {
    await using server = await startSshServer()
    await using home = new Home()
    const entry = `[127.0.0.1]:${server.port} ${server.hostKeys[0]}`
    home.write(".ssh/known_hosts", `${entry}\n@revoked * ${server.hostKeys[0]}\n`)
    await expect(home.connector().connect(hostOf(server, { hostKeys: "accept-new" }), calm)).rejects.toMatchObject({
      code: "E_HOSTKEY",
      message: expect.stringContaining("known_hosts:2 revokes"),
    })
  })
})

describe("a known host", () => {
  test.for([0, 1, 2])("is asked for the key that is known, of the several it has (%i)", async (index) => {
    const hostKeys = [makeKey("rsa").private, makeKey("ecdsa").private, makeKey().private]
    await using server = await startSshServer({ hostKeys })
    await using home = new Home()
    home.write(".ssh/known_hosts", `[127.0.0.1]:${server.port} ${server.hostKeys[index]}\n`)
    await using node = await home.connector().connect(hostOf(server), calm)
    expect((await node.exec({ argv: ["true"] }, calm)).code).toBe(0)
  })

  test("is found by its name, hashed by ssh-keygen", async () => {
    await using server = await startSshServer()
    await using home = new Home()
    const file = home.write(".ssh/known_hosts", `[node1]:${server.port} ${server.hostKeys[0]}\n`)
    execFileSync("ssh-keygen", ["-H", "-f", file], { stdio: "ignore" })
    await using node = await home.connector().connect(hostOf(server), calm)
    expect((await node.exec({ argv: ["true"] }, calm)).code).toBe(0)
  })

  test("is not vouched for by a certificate authority, which cannot be checked here", async () => {
    await using server = await startSshServer()
    await using home = new Home()
    home.write(".ssh/known_hosts", `@cert-authority * ${server.hostKeys[0]}\n`)
    await expect(home.connector().connect(hostOf(server), calm)).rejects.toMatchObject({ code: "E_HOSTKEY" })
  })
})
