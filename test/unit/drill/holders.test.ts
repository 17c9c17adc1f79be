import { spawn, spawnSync } from "node:child_process"
import { expect, test } from "vitest"
import type { ExecResult } from "../../../src/base/exec-result.ts"
import { heldTwiceMs, Samples, samplerScript, watchHolders } from "../../../src/drill/holders.ts"
import type { World } from "../../../src/engine/world.ts"
import type { Command } from "../../../src/transport/transport.ts"
import { HOSTS } from "../membership/cluster.ts"

/** What a host says by a clock that is so far from ours, each line arriving so late. */
function samplesOf(host: string, lines: readonly (readonly [at: number, held: 0 | 1, late?: number])[], clock = 0) {
  let now = 0
  const samples = new Samples(host, ["a"], () => now)
  for (const [at, held, late = 0] of lines) {
    now = at + late
    samples.read(`${((at + clock) / 1000).toFixed(2)} ${held}\n`)
  }
  return samples
    .holds()
    .map(({ fromMs, toMs, ...hold }) => ({ ...hold, fromMs: Math.round(fromMs), toMs: Math.round(toMs) }))
}

test("a host had it from the first line that says so to the last, by our clock, however late single lines came", () => {
  const said = [
    [1000, 1, 40],
    [1020, 1],
    [1040, 1, 300],
    [1060, 0],
    [2000, 1],
    [2020, 1],
  ] as const
  const holds = [
    { host: "n1", address: "a", fromMs: 1000, toMs: 1040 },
    { host: "n1", address: "a", fromMs: 2000, toMs: 2020 },
  ]
  expect(samplesOf("n1", said)).toEqual(holds)
  expect(samplesOf("n1", said, 5_000_000)).toEqual(holds)
})

test("lines that come in pieces are put together", () => {
  const samples = new Samples("n1", ["a"], () => 0)
  for (const piece of ["1.0", "0 1\n1.", "02 1\n"]) samples.read(piece)
  const [hold] = samples.holds()
  expect(hold!.toMs - hold!.fromMs).toBeCloseTo(20)
})

test("two hosts at once: only what overlaps, only of two hosts, and no more than can be told apart", () => {
  const hold = (host: string, fromMs: number, toMs: number) => ({ host, address: "a", fromMs, toMs })
  expect(heldTwiceMs([hold("a", 0, 1000), hold("b", 1500, 3000)])).toBe(0)
  expect(heldTwiceMs([hold("a", 0, 1000), hold("b", 970, 3000)])).toBe(0)
  expect(heldTwiceMs([hold("a", 0, 1000), hold("b", 400, 3000)])).toBe(600)
  expect(heldTwiceMs([hold("a", 0, 1000), hold("b", 400, 3000), hold("c", 900, 1100)])).toBe(700)
  expect(heldTwiceMs([hold("a", 0, 1000), hold("a", 400, 3000)])).toBe(0)
})

test.each([
  ["127.0.0.1", "1"],
  ["127.0.0.98", "0"],
])("a host looks for %s itself, and ends with its standard input", (address, held) => {
  const { status, stdout } = spawnSync("bash", ["-c", samplerScript([address])], { input: "", encoding: "utf8" })
  expect(status).toBe(0)
  expect(stdout).toMatch(new RegExp(`^(\\d+\\.\\d\\d ${held}\\n)+$`))
})

test("several addresses are looked for at once, and each counts by itself", () => {
  const script = samplerScript(["127.0.0.98", "127.0.0.1", "fd00::98"])
  const { stdout } = spawnSync("bash", ["-c", script], { input: "", encoding: "utf8" })
  expect(stdout).toMatch(/^(\d+\.\d\d 010\n)+$/)
  const samples = new Samples("n1", ["a", "b"], () => 0)
  samples.read("1.00 01\n1.02 11\n1.04 01\n")
  expect(samples.holds().map(({ address, fromMs, toMs }) => [address, Math.round(toMs - fromMs)])).toEqual([
    ["a", 0],
    ["b", 40],
  ])
})

test("of IPv6 it looks for what the kernel lists: 32 digits", () => {
  expect(samplerScript(["fd00::1:AB"])).toContain("'fd0000000000000000000000000100ab '")
  expect(samplerScript(["::1"])).toContain("'00000000000000000000000000000001 '")
})

test("it is told each look while it is there, and by hosts that come later too", async () => {
  const said = new Map<string, number>()
  const done: Promise<void>[] = []
  const transport = (host: string) => ({
    host,
    exec: async ({ argv, stdin, onStdout }: Command): Promise<ExecResult> => {
      const child = spawn(argv[0]!, argv.slice(1), { stdio: ["pipe", "pipe", "inherit"] })
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
        said.set(host, (said.get(host) ?? 0) + 1)
        onStdout?.(chunk)
      })
      const ended = new Promise<void>((resolve) => child.on("close", () => resolve()))
      done.push(ended)
      for await (const _ of stdin as AsyncIterable<string>);
      child.stdin.end()
      await ended
      return { code: 0, stdout: "", stderr: "", durationMs: 0 }
    },
    [Symbol.asyncDispose]: async () => {},
  })
  const world = (...names: string[]): World =>
    new Map(
      HOSTS.filter(({ name }) => names.includes(name)).map((host) => [
        host.name,
        { host, answers: new Map(), transport: transports.get(host.name) },
      ]),
    )
  const transports = new Map(HOSTS.map(({ name }) => [name, transport(name)]))
  const heard = async (name: string) => {
    while ((said.get(name) ?? 0) < 3) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  const watch = watchHolders(["127.0.0.1"], () => performance.now(), new AbortController().signal)
  watch.follow(world("controller1"))
  await heard("controller1")
  watch.follow(world("controller1", "controller2"))
  await heard("controller2")
  const holds = watch.stop()
  await Promise.all(done)
  expect(done).toHaveLength(2)
  expect(holds.map(({ host }) => host)).toEqual(["controller1", "controller2"])
})
