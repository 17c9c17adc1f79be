import { existsSync, readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { calm, Home, TRANSPORTS } from "./harness.ts"
import { startSshServer } from "./server.ts"

describe.each(TRANSPORTS)("by %s", (transport) => {
  const BUSY = { argv: ["sh", "-c", "echo begun; exec sleep 30"] }

  /** A process that has ended counts as gone although nobody has collected it yet. */
  function isAlive(pid: string): boolean {
    return existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"))
  }

  describe("a connection that ends in mid-command", () => {
    test.for(["fin", "rst"] as const)("by %s is an error, with the output so far, and no result", async (how) => {
      await using server = await startSshServer()
      await using home = new Home(transport)
      const node = await home.to(server)
      const command = { ...BUSY, onStdout: () => server.cut(how) }
      await expect(node.exec(command, calm)).rejects.toMatchObject({
        code: "E_CONNECT",
        host: "node1",
        message: expect.stringContaining(`node1 (127.0.0.1:${server.port}) was lost`),
        result: { code: null, stdout: "begun\n" },
      })
    })

    test("fails every command under way and every later one", async () => {
      await using server = await startSshServer()
      await using home = new Home(transport)
      const node = await home.to(server)
      const first = node.exec({ ...BUSY, onStdout: () => server.cut("fin") }, calm)
      const second = node.exec(BUSY, calm)
      await expect(first).rejects.toMatchObject({ code: "E_CONNECT" })
      await expect(second).rejects.toMatchObject({ code: "E_CONNECT" })
      await expect(node.exec({ argv: ["true"] }, calm)).rejects.toMatchObject({ code: "E_CONNECT" })
    })

    test("by silence is noticed by the keepalive", async () => {
      await using server = await startSshServer()
      await using home = new Home(transport)
      const node = await home.to(server, {}, { keepaliveMs: 50 })
      const command = { ...BUSY, onStdout: () => server.freeze() }
      await expect(node.exec(command, calm)).rejects.toMatchObject({ code: "E_CONNECT" })
    })
  })

  describe("a command's time limit", () => {
    // By then the command has begun, on a busy machine too: an ssh has to start for it.
    const timeoutMs = { ssh2: 300, openssh: 2_000 }[transport]

    test("ends the command on the host, its children too", async () => {
      await using server = await startSshServer()
      await using home = new Home(transport)
      const node = await home.to(server)
      let pids = ""
      const command = {
        argv: ["sh", "-c", "sleep 30 & echo $$ $!; wait"],
        timeoutMs,
        onStdout: (text: string) => {
          pids += text
        },
      }
      await expect(node.exec(command, calm)).rejects.toMatchObject({
        code: "E_TIMEOUT",
        host: "node1",
        message: `sh on node1 did not end within ${timeoutMs / 1000} s and was stopped`,
        result: { stdout: expect.stringMatching(/^\d+ \d+\n$/) },
      })
      expect(pids.trim().split(" ").filter(isAlive)).toEqual([])
    })

    test("ends one that ignores SIGTERM", async () => {
      await using server = await startSshServer()
      await using home = new Home(transport)
      const node = await home.to(server)
      const command = { argv: ["sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"], timeoutMs }
      await expect(node.exec(command, calm)).rejects.toMatchObject({
        code: "E_TIMEOUT",
        message: expect.stringContaining("and was stopped"),
      })
    })

    test("counts where the server does not even answer", async () => {
      await using server = await startSshServer()
      await using home = new Home(transport)
      const node = await home.to(server)
      server.freeze()
      await expect(node.exec({ argv: ["true"], timeoutMs: 200 }, calm)).rejects.toMatchObject({
        code: "E_TIMEOUT",
        hint: "it may still be running there",
      })
    })
  })

  describe("the operator's cancel", () => {
    test("ends a command at once, here and on the host", async () => {
      await using server = await startSshServer()
      await using home = new Home(transport)
      const node = await home.to(server)
      const abort = new AbortController()
      let pid = ""
      const command = {
        argv: ["sh", "-c", "echo $$; exec sleep 30"],
        onStdout: (text: string) => {
          pid = text.trim()
          abort.abort()
        },
      }
      const started = performance.now()
      await expect(node.exec(command, abort.signal)).rejects.toMatchObject({ code: "E_CANCELED", host: "node1" })
      expect(performance.now() - started).toBeLessThan(1_000)
      await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false)
    })

    test("takes commands that wait for a channel with it", async () => {
      await using server = await startSshServer({ maxSessions: 2 })
      await using home = new Home(transport)
      const node = await home.to(server)
      const abort = new AbortController()
      const commands = Array.from({ length: 12 }, () => node.exec(BUSY, abort.signal))
      const outcomes = Promise.allSettled(commands)
      await expect.poll(() => server.lines.length, { timeout: 10_000 }).toBeGreaterThan(0)
      abort.abort()
      for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: { code: "E_CANCELED" } })
    })

    test("is heard before a command starts", async () => {
      await using server = await startSshServer()
      await using home = new Home(transport)
      const node = await home.to(server)
      await expect(node.exec(BUSY, AbortSignal.abort())).rejects.toMatchObject({ code: "E_CANCELED" })
      expect(server.lines).toEqual([])
    })
  })
})
