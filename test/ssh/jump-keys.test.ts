import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { fingerprint } from "../../src/transport/known-hosts.ts"
import { calm, Home, hostOf } from "./harness.ts"
import { type SshServerOptions, type SshTestServer, startSshServer } from "./server.ts"

const shown = (server: SshTestServer) => fingerprint(Buffer.from(server.hostKeys[0]?.split(" ")[1] ?? "", "base64"))
const line = (server: SshTestServer, shows = server) => `[127.0.0.1]:${server.port} ${shows.hostKeys[0]}\n`

/** Tells which servers anybody tried to log in to. */
function watched(names: string[], name: string): SshServerOptions {
  return {
    authenticate: () => {
      names.push(name)
      return "accept"
    },
  }
}

describe("a jump host's own key", () => {
  test.for(["strict", "accept-new"] as const)(
    "that has changed is refused under %s: nobody logs in there, and nothing goes through it",
    async (hostKeys) => {
      const logins: string[] = []
      await using jump = await startSshServer(watched(logins, "jump"))
      await using before = await startSshServer()
      await using server = await startSshServer(watched(logins, "node"))
      await using home = new Home()
      home.write(".ssh/known_hosts", line(jump, before) + line(server))
      const host = hostOf(server, { proxyJump: `127.0.0.1:${jump.port}`, hostKeys })
      await expect(home.connector().connect(host, calm)).rejects.toMatchObject({
        code: "E_HOSTKEY",
        host: "node1",
        message: expect.stringMatching(/^on the way to node1: the host key of 127\.0\.0\.1:\d+ .* has CHANGED/),
      })
      expect([logins, server.connections]).toEqual([[], 0])
    },
  )

  test("that is unknown is refused under strict, with its fingerprint", async () => {
    const logins: string[] = []
    await using jump = await startSshServer(watched(logins, "jump"))
    await using server = await startSshServer()
    await using home = new Home()
    const host = hostOf(server, { proxyJump: `127.0.0.1:${jump.port}` })
    await expect(home.trust(server).connector().connect(host, calm)).rejects.toMatchObject({
      code: "E_HOSTKEY",
      message: expect.stringContaining(`is not known: ssh-ed25519 ${shown(jump)}`),
    })
    expect([logins, server.connections]).toEqual([[], 0])
  })

  test("that is revoked is refused, whatever else is known", async () => {
    await using jump = await startSshServer()
    await using server = await startSshServer()
    await using home = new Home()
    home.write(".ssh/known_hosts", `${line(jump)}${line(server)}@revoked * ${jump.hostKeys[0]}\n`)
    const host = hostOf(server, { proxyJump: `127.0.0.1:${jump.port}`, hostKeys: "accept-new" })
    await expect(home.connector().connect(host, calm)).rejects.toMatchObject({
      code: "E_HOSTKEY",
      message: expect.stringContaining("known_hosts:3 revokes"),
    })
    expect(server.connections).toBe(0)
  })

  test("is judged at each jump host of a chain", async () => {
    await using first = await startSshServer()
    await using second = await startSshServer()
    await using before = await startSshServer()
    await using server = await startSshServer()
    await using home = new Home()
    home.write(".ssh/known_hosts", line(first) + line(second, before) + line(server))
    const host = hostOf(server, { proxyJump: `127.0.0.1:${first.port},127.0.0.1:${second.port}` })
    await expect(home.connector().connect(host, calm)).rejects.toMatchObject({
      code: "E_HOSTKEY",
      message: expect.stringContaining(`[127.0.0.1]:${second.port}) has CHANGED`),
    })
    expect([first.connections, server.connections]).toEqual([1, 0])
  })

  test("is recorded under accept-new, beside the node's", async () => {
    await using jump = await startSshServer()
    await using server = await startSshServer()
    await using home = new Home()
    const host = hostOf(server, { proxyJump: `127.0.0.1:${jump.port}`, hostKeys: "accept-new" })
    await using _node = await home.connector().connect(host, calm)
    expect(readFileSync(`${home.path}/.ssh/known_hosts`, "utf8")).toBe(line(jump) + line(server))
  })
})
