import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { type AddressInfo, createServer, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"

// A host that takes the connection and says nothing: haops waits for its greeting, and nothing has been touched yet.

const cli = join(import.meta.dirname, "../../src/cli.ts")

/** Something for a drill to do. */
const CLUSTER = `pacemaker: { password: { env: HAOPS_TEST } }
vips: { vip: 127.0.0.9/8 }
haproxy: { services: [{ name: web, port: 80, mode: http, check: http }] }
`

interface Silent extends AsyncDisposable {
  port: number
  connected: Promise<unknown>
}

async function silentHost(): Promise<Silent> {
  const sockets: Socket[] = []
  const server = createServer((socket) => void sockets.push(socket)).listen(0, "127.0.0.1")
  const connected = once(server, "connection")
  await once(server, "listening")
  return {
    port: (server.address() as AddressInfo).port,
    connected,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

test.each([["plan"], ["up"], ["facts"], ["status"], ["exec", "--", "true"], ["drill", "standby"]])(
  "the first Ctrl-C ends haops %s while it waits for a host",
  { timeout: 120_000 },
  async (...words) => {
    await using host = await silentHost()
    const directory = mkdtempSync(join(tmpdir(), "haops-silent-"))
    const ssh = `ssh: { user: root, port: ${host.port} }`
    const inventory = `name: x\n${ssh}\ncontrollers: { c1: 127.0.0.1 }\nsysctl: { net.ipv4.ip_forward: 1 }\n${CLUSTER}`
    writeFileSync(join(directory, "inventory.yaml"), inventory)
    const [verb, ...rest] = words
    // Were the time for connecting waited out, the test's own would be over.
    const argv = ["--import", import.meta.resolve("tsx"), cli, verb!, "--timeout", "600", ...rest]
    const child = spawn(process.execPath, argv, {
      cwd: directory,
      env: { ...process.env, NO_COLOR: "1", HOME: directory, HAOPS_TEST: "secret" },
    })
    try {
      let said = ""
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk))
      await host.connected
      child.kill("SIGINT")
      const [code] = await once(child, "close")
      expect(code, said).toBe(130)
      expect(said).not.toContain("unreachable")
    } finally {
      child.kill("SIGKILL")
      rmSync(directory, { recursive: true })
    }
  },
)
