import { expect, test } from "vitest"
import type { ExecResult } from "../../../src/base/exec-result.ts"
import { Secret } from "../../../src/base/secret.ts"
import { startRemoteProber } from "../../../src/drill/remote-prober.ts"
import type { DrillClient } from "../../../src/model/drill.ts"
import type { Command, Transport } from "../../../src/transport/transport.ts"

const client: DrillClient = { host: "c2", argv: ["client"], login: () => new Secret("login"), what: "rows" }
const { signal } = new AbortController()

/** A host on which the client does this. */
function hostOf(work: (command: Command, input: AsyncIterator<string>) => Promise<number>): Transport {
  return {
    host: "c2",
    async exec(command): Promise<ExecResult> {
      const input = (command.stdin as AsyncIterable<string>)[Symbol.asyncIterator]()
      return { code: await work(command, input), stdout: "", stderr: "no such table", durationMs: 0 }
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

test("requests are told in the time of this machine, whole lines alone, and what is kept at the end", async () => {
  const transport = hostOf(async ({ argv, onStdout }, input) => {
    expect([argv, (await input.next()).value]).toEqual([["client"], "login"])
    onStdout?.("clock 1000\nasked 1100 1150 ok row\nasked 12")
    onStdout?.("00 1700 failed no answer at all\n")
    expect((await input.next()).done).toBe(true)
    onStdout?.("kept 41 1\n")
    return 0
  })
  const prober = startRemoteProber(transport, client, () => new Secret("p"), signal)
  const [first, second] = await prober.stop()
  expect(first!.endedMs - first!.sentMs).toBe(50)
  expect(second!.sentMs - first!.sentMs).toBe(100)
  expect(first!.sentMs).toBeGreaterThanOrEqual(100)
  expect(second).toMatchObject({ ok: false, answer: "no answer at all" })
  expect(prober.kept()).toEqual({ what: "rows", acknowledged: 41, lost: 1 })
  expect(prober.error()).toBeUndefined()
})

test("a client that ends by itself says why, and nothing of what is kept", async () => {
  const prober = startRemoteProber(
    hostOf(async () => 1),
    client,
    () => new Secret("p"),
    signal,
  )
  await prober.stop()
  expect(prober.kept()).toBeUndefined()
  expect(prober.error()?.message).toContain("no such table")
})
