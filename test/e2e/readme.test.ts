import { readFileSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Lab, startLab } from "./harness/lab.ts"
import { type Prober, startProber } from "./harness/prober.ts"

// README's section on day two, each command in its turn, as it is written: what is shown there is printed. On the releases that
// members.test.ts does not meet: their pcs takes a node in and out by other means.

interface Example {
  /** Without `npx haops`. */
  line: string
  /** Lines of what it prints, in the README's words. */
  shown: readonly string[]
}

const section = /^## Day two$(.*?)^## /ms.exec(readFileSync(new URL("../../README.md", import.meta.url), "utf8"))![1]!
const examples = [...section.matchAll(/```console\n(.*?)```/gs)].flatMap(([, text]) => examplesOf(text!))

describe.each([
  { release: "bullseye", which: examples.filter(({ line }) => /^(add|remove)-node /.test(line)) },
  { release: "trixie", which: examples },
] as const)("on $release", ({ release, which }) => {
  let lab: Lab
  let prober: Prober

  beforeAll(async () => {
    lab = await startLab({ release, prepared: true, nodes: 4 })
    await lab.inventory({ controllers: { controller4: null } }, "prod.yaml")
    const { code, stderr } = await lab.haops(["up", "--yes", "-i", "prod.yaml"])
    expect(code, stderr).toBe(0)
    // Another lab may be at work beside this one: a request that is slow has not failed.
    prober = startProber(`http://${lab.vip}:8080/`, { timeoutMs: 10_000 })
  })
  afterAll(async () => await lab?.[Symbol.asyncDispose]())

  test.each(which)("haops $line", async ({ line, shown }) => {
    const words = line.replace("10.0.0.15", lab.node("controller4").address).split(/\s+/)
    const { code, stdout, stderr } = await lab.haops(words)
    expect(code, stderr).toBe(0)
    const printed = `${stdout}${stderr}`.split("\n").map(general)
    for (const one of shown) expect(printed, one).toContain(general(one))
  })

  test("and nobody who asked the VIP all the while was left without an answer", async () => {
    const { attempts } = await prober.stop()
    expect(attempts.length).toBeGreaterThan(100)
    expect(attempts.filter(({ ok }) => !ok).map(({ answer }) => answer)).toEqual([])
  })
})

function examplesOf(text: string): readonly Example[] {
  return text
    .split(/^\$ npx haops /m)
    .slice(1)
    .map((example) => {
      const [line = "", ...shown] = example.trimEnd().split("\n")
      return { line: line.replace(/\s+#.*$/, ""), shown: shown.filter((one) => !/^\s*…?$/.test(one)) }
    })
}

/** A line without what differs from run to run: figures and times, who runs it, which node is the DC, how wide a column is. */
function general(line: string): string {
  return line
    .replaceAll(/\d{4}-\d\d-\d\dT\d{6}Z-\w+/g, "RUN")
    .replaceAll(/\S+@\S+/g, "WHO")
    .replaceAll(/\d+(\.\d+)*( (ms|s|min|h)\b)?/g, "0")
    .replaceAll(/\bDC\b/g, "")
    .replaceAll(/\s+/g, " ")
    .trim()
}
