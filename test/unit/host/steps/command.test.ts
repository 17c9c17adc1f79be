import { describe, expect, test } from "vitest"
import { command } from "../../../../src/host/steps/command.ts"
import { judge, parse, run, SHELLS } from "../../step-harness.ts"

const want = { check: "test -e /x", run: ["touch", "/x y"] }

describe("command", () => {
  test("does nothing where the check is content", () => {
    expect(judge(command, want, { inSync: true, said: "" }).actions).toEqual([])
  })

  test("runs words as they are, and says why", () => {
    const { drift, actions } = judge(command, { ...want, risk: "restart" }, { inSync: false, said: "x is missing" })
    expect(drift).toEqual([
      { attribute: "touch '/x y'", have: "x is missing", want: "the check exits 0", risk: "restart" },
    ])
    expect(actions).toEqual([{ type: "run", argv: ["touch", "/x y"], timeoutMs: 600_000, label: "touch '/x y'" }])
  })

  test("runs a line by sh", () => {
    const { actions } = judge(command, { ...want, run: "a | b\nc", timeout: 5 }, { inSync: false, said: "" })
    expect(actions).toEqual([{ type: "run", argv: ["sh", "-c", "a | b\nc"], timeoutMs: 5000, label: "a | b" }])
  })

  test.each(["", "2\n", "maybe\n"])("does not take %j for an answer", (stdout) => {
    expect(() => parse(command, want, stdout)).toThrow()
  })
})

describe.each(SHELLS)("a check in %s", (shell) => {
  const ask = (check: string) => {
    const probe = command.probe(command.want!.parse({ check, run: "true" }))
    return probe.parse(run(probe.script, { shell }))
  }

  test("that exits 0 is in sync", () => expect(ask("exit 0")).toEqual({ inSync: true, said: "" }))
  test("that exits 1 is not, and its first line is the reason", () => {
    expect(ask("echo 'it'\\''s old'; echo more; exit 1")).toEqual({ inSync: false, said: "it's old" })
  })
  test.each(["exit 2", "no-such-program", "kill -9 $$", "if"])(
    "that could not find out fails the probe: %s",
    (check) => {
      expect(() => ask(check)).toThrow()
    },
  )
  test("finds no standard input to wait for", () => expect(ask("cat; exit 1")).toEqual({ inSync: false, said: "" }))
})
