import { describe, expect, test } from "vitest"
import { Secret } from "../../src/base/secret.ts"
import { calm, Home, TRANSPORTS } from "./harness.ts"
import { startSshServer } from "./server.ts"

describe.each(TRANSPORTS)("by %s", (transport) => {
  describe("a command", () => {
    test("gives its exit code and both outputs, without what the login shell says first", async () => {
      await using server = await startSshServer({
        exec: (line, channel, env) =>
          import("./server.ts").then(({ runShell }) => runShell(`echo motd; echo noise >&2; ${line}`, channel, env)),
      })
      await using home = new Home(transport)
      const node = await home.to(server)
      const result = await node.exec({ argv: ["sh", "-c", "echo out; echo err >&2; exit 3"] }, calm)
      expect(result).toMatchObject({ code: 3, stdout: "out\n", stderr: "err\n" })
      expect(result.durationMs).toBeGreaterThan(0)
    })

    test("gets its words as they are", async () => {
      await using server = await startSshServer()
      await using home = new Home(transport)
      const node = await home.to(server)
      const words = ["", " ", "a'b", '"', "$HOME", "`id`", "*", "a\nb", "-n", "ä", "\\", "!", "~"]
      const result = await node.exec({ argv: ["printf", "%s|", ...words] }, calm)
      expect(result.stdout).toBe(words.map((word) => `${word}|`).join(""))
    })

    test("runs in the C locale with the sbin directories in its path", async () => {
      await using server = await startSshServer({ env: { PATH: "/usr/bin:/bin", LANG: "de_DE.UTF-8" } })
      await using home = new Home(transport)
      const node = await home.to(server)
      const result = await node.exec({ argv: ["sh", "-c", 'echo "$LC_ALL $PATH"'] }, calm)
      expect(result.stdout).toBe("C /usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin\n")
    })

    test("that is a script for sh is read by one shell, in the same surroundings", async () => {
      await using server = await startSshServer({ env: { PATH: "/usr/bin:/bin", LANG: "de_DE.UTF-8" } })
      await using home = new Home(transport)
      const node = await home.to(server)
      const stdin = 'echo "$LC_ALL $PATH $#"\necho err >&2\ncat\nexit 3\n'
      expect(await node.exec({ argv: ["sh", "-s"], stdin }, calm)).toMatchObject({
        code: 3,
        stdout: "C /usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin 0\n",
        stderr: "err\n",
      })
      // ssh cannot say how a command ended, so that there a shell is left that does.
      const line = { ssh2: /^exec sh -s haops-\w+$/, openssh: /^exec sh -c '.*' haops haops-\w+ sh -s$/ }[transport]
      expect(server.lines).toEqual([expect.stringMatching(line)])
    })

    test("has a closed standard input where none is given", async () => {
      await using server = await startSshServer()
      await using home = new Home(transport)
      const node = await home.to(server)
      expect((await node.exec({ argv: ["cat"] }, calm)).stdout).toBe("")
    })

    test("reads text, secrets and streams from standard input", async () => {
      await using server = await startSshServer()
      await using home = new Home(transport)
      const node = await home.to(server)
      async function* pieces() {
        yield "one "
        yield "two"
      }
      expect((await node.exec({ argv: ["cat"], stdin: "täxt" }, calm)).stdout).toBe("täxt")
      expect((await node.exec({ argv: ["cat"], stdin: new Secret("hush") }, calm)).stdout).toBe("hush")
      expect((await node.exec({ argv: ["cat"], stdin: pieces() }, calm)).stdout).toBe("one two")
      expect(server.lines.join()).not.toContain("hush")
    })

    test("ends although its input still waits for more, and the source is told", async () => {
      await using server = await startSshServer()
      await using home = new Home(transport)
      const node = await home.to(server)
      let told = false
      const endless: AsyncIterable<string> = {
        [Symbol.asyncIterator]: () => ({
          next: () => new Promise(() => undefined),
          return: async () => {
            told = true
            return { value: undefined, done: true }
          },
        }),
      }
      expect((await node.exec({ argv: ["true"], stdin: endless }, calm)).code).toBe(0)
      await expect.poll(() => told).toBe(true)
    })

    test("that a signal ended is told by it", async () => {
      await using server = await startSshServer()
      await using home = new Home(transport)
      const node = await home.to(server)
      const result = await node.exec({ argv: ["sh", "-c", "kill -9 $$"] }, calm)
      // 128 and the signal's number is all that sh says of it.
      expect(result).toMatchObject({ ssh2: { code: null, signal: "SIGKILL" }, openssh: { code: 137 } }[transport])
    })

    test("may print 40 MB, in characters of several bytes", async () => {
      await using server = await startSshServer()
      await using home = new Home(transport)
      const node = await home.to(server)
      let heard = 0
      const script = "yes äöü€ | head -n 4000000"
      const result = await node.exec({ argv: ["sh", "-c", script], onStdout: (text) => (heard += text.length) }, calm)
      expect(result.stdout.length).toBe(20_000_000)
      expect(result.stdout.replaceAll("äöü€\n", "")).toBe("")
      expect(heard).toBe(20_000_000)
    })

    test("may read 20 MB from standard input", async () => {
      await using server = await startSshServer()
      await using home = new Home(transport)
      const node = await home.to(server)
      const result = await node.exec({ argv: ["wc", "-c"], stdin: "x".repeat(20_000_000) }, calm)
      expect(result.stdout.trim()).toBe("20000000")
    })

    test("that leaves a daemon holding its output ends all the same", async () => {
      await using server = await startSshServer()
      await using home = new Home(transport)
      const node = await home.to(server)
      const result = await node.exec({ argv: ["sh", "-c", "sleep 8 & echo started"] }, calm)
      expect(result).toMatchObject({ code: 0, stdout: "started\n" })
      expect(result.durationMs).toBeLessThan(6_000)
    })

    test("is refused where the login shell does not run it", async () => {
      await using server = await startSshServer({
        exec: (_line, channel) => {
          channel.stderr.write("This account is currently not available.\n")
          channel.exit(1)
          channel.end()
        },
      })
      await using home = new Home(transport)
      const node = await home.to(server)
      await expect(node.exec({ argv: ["true"] }, calm)).rejects.toMatchObject({
        code: "E_AUTH",
        host: "node1",
        result: { code: 1, stderr: "This account is currently not available.\n" },
      })
    })
  })

  describe("channels", () => {
    test.for([1, 3, 10])("never more than the server's MaxSessions %i, and the rest waits", async (maxSessions) => {
      await using server = await startSshServer({ maxSessions })
      await using home = new Home(transport)
      const node = await home.to(server)
      const commands = Array.from({ length: 24 }, (_, index) => node.exec({ argv: ["echo", String(index)] }, calm))
      const results = await Promise.all(commands)
      expect(results.map((result) => result.stdout)).toEqual(results.map((_, index) => `${index}\n`))
      expect(server.mostSessions).toBeLessThanOrEqual(maxSessions)
      expect(server.connections).toBe(1)
    })

    test("a host that takes its time to close one is waited for", async () => {
      await using server = await startSshServer({ maxSessions: 1, closingMs: 700 })
      await using home = new Home(transport)
      const node = await home.to(server)
      const results = await Promise.all(["1", "2"].map((word) => node.exec({ argv: ["echo", word] }, calm)))
      expect(results.map((result) => result.stdout)).toEqual(["1\n", "2\n"])
    })

    test("none at all is an error", async () => {
      await using server = await startSshServer({ maxSessions: 0 })
      await using home = new Home(transport)
      const node = await home.to(server)
      await expect(node.exec({ argv: ["true"] }, calm)).rejects.toMatchObject({ code: "E_CONNECT", host: "node1" })
    })
  })
})
