import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { compileScript, type Fragment, parseSections } from "../../../src/host/script.ts"
import { shared, sharedList, tellShared, unshared } from "../../../src/host/shared.ts"
import { mainPidOf, parseStackUnits, STACK_UNITS, tellUnit, unitIsActive } from "../../../src/host/units.ts"
import type { SharedQuestion } from "../../../src/model/probe.ts"
import { run, SHELLS, sandbox, stackUnits, systemctlShow } from "../step-harness.ts"

const NONCE = "haops-0011"

/** Those of the questions that stand in the script, as its probe would declare them. */
const declared = (script: string, questions: readonly SharedQuestion[]) =>
  questions.filter((question) => script.includes(String(question)))

describe.each(SHELLS)("a question that several probes share, in %s", (shell) => {
  const ask = (scripts: (question: SharedQuestion) => readonly string[], ...more: readonly SharedQuestion[]) => {
    const directory = mkdtempSync(join(tmpdir(), "haops-shared-"))
    const count = join(directory, "count")
    writeFileSync(count, "")
    const question = shared("weather", `echo asked >>${count}; printf '%s\\n' 'it "rains" }' "and 'pours'"; cat`)
    const all = [question, ...more]
    const fragments = scripts(question).map(
      (script, index): Fragment => ({ id: String(index), script, shared: declared(script, all) }),
    )
    const result = run(compileScript(fragments, NONCE), { shell })
    const sections = parseSections({ code: 0, durationMs: 0, ...result }, fragments, NONCE)
    const times = readFileSync(count, "utf8").split("asked").length - 1
    rmSync(directory, { recursive: true })
    return { times, said: [...sections.values()].map(({ stdout }) => stdout) }
  }
  const ANSWER = `it "rains" }\nand 'pours'\n`

  test("is asked once for all of them", () => {
    const { times, said } = ask((question) => [
      tellShared(question),
      "echo between",
      `: second\n${tellShared(question)}`,
    ])
    expect({ times, said }).toEqual({ times: 1, said: [ANSWER, "between\n", ANSWER] })
  })

  test("is asked by the only one that has it", () => {
    expect(ask((question) => [tellShared(question), "echo other"])).toEqual({ times: 1, said: [ANSWER, "other\n"] })
  })

  test("about words of a list is asked once, about the words of all", () => {
    const about = (...words: string[]) => sharedList("weather", words, `printf '%s\\n' "$#:" "$@"`)
    const [here, there] = [about("here", "there"), about("there", "everywhere")]
    const { said } = ask(() => [tellShared(here), "echo between", tellShared(there)], here, there)
    expect(said).toEqual(["3:\nhere\nthere\neverywhere\n", "between\n", "3:\nhere\nthere\neverywhere\n"])
  })

  test("is asked anew by one that wants it so", () => {
    const { times, said } = ask((question) => [
      tellShared(question),
      unshared({ script: tellShared(question), shared: [question] }),
      question && "echo",
    ])
    expect({ times, said }).toEqual({ times: 2, said: [ANSWER, ANSWER, "\n"] })
  })
})

describe.each(SHELLS)("a shared question that fails, in %s", (shell) => {
  const failing = shared("weather", "echo some; echo clouds >&2; exit 7")
  const ask = (scripts: readonly string[]) => {
    const fragments = scripts.map(
      (script, index): Fragment => ({ id: String(index), script, shared: declared(script, [failing]) }),
    )
    const result = run(`exec 2>&1; ${compileScript(fragments, NONCE)}`, { shell })
    return [
      ...parseSections(
        { code: 0, durationMs: 0, stdout: result.stdout, stderr: result.stdout },
        fragments,
        NONCE,
      ).values(),
    ]
  }

  test("fails every probe that has it, wherever it stands in it, and no other", () => {
    const nested = `if { weather=${failing}; true; }; then echo yes; else echo no; fi; exit 0`
    const deep = `answer=$(weather=${failing}; echo yes) || exit; exit 0`
    const sections = ask([tellShared(failing), "echo other", nested, deep])
    expect(sections.map(({ code }) => code === 0)).toEqual([false, true, false, false])
    expect(sections.map(({ stdout }) => /some|yes|no$/.test(stdout))).toEqual([false, false, false, false])
  })

  test("fails the only one that has it", () => {
    expect(ask([`${tellShared(failing)}; exit 0`]).map(({ code }) => code)).toEqual([7])
  })

  test("has its words shown with those that fail", () => {
    const sections = ask([tellShared(failing), "echo other", `: second\n${tellShared(failing)}`])
    expect(sections.map(({ stderr }) => stderr.includes("clouds"))).toEqual([true, false, true])
  })
})

describe.each(SHELLS)("the stack's units, in %s", (shell) => {
  const states = {
    corosync: { load: "loaded", active: "active", sub: "running", file: "enabled", pid: 7 },
    haproxy: { load: "masked", active: "failed", sub: "failed", file: "masked" },
    "pcsd-ruby": { load: "loaded", active: "active", sub: "running", file: "static", pid: 4711 },
  }
  const ask = (script: string) => {
    using box = sandbox({ systemctl: systemctlShow(states) })
    return run(script, { shell, path: box.path }).stdout
  }

  test("are a line each, whatever systemctl's order", () => {
    expect(ask(tellShared(STACK_UNITS))).toBe(stackUnits(states))
    expect(parseStackUnits(stackUnits(states), ["haproxy", "keepalived"])).toEqual({
      haproxy: { load: "masked", active: "failed", sub: "failed", file: "masked" },
      keepalived: { load: "not-found", active: "inactive", sub: "dead", file: "" },
    })
  })

  test("are told apart where one's name begins with another's", () => {
    expect(ask(`${tellUnit("pcsd", "unit")}`)).toBe("unit pcsd.service inactive not-found dead - 0\n")
    expect(ask(`${mainPidOf("pcsd-ruby")}; echo "$main"; ${mainPidOf("pcsd")}; echo "$main"`)).toBe("4711\n0\n")
  })

  test("serve as conditions", () => {
    const script = `for unit in x; do if ${unitIsActive("corosync")}; then echo yes; fi; if ${unitIsActive("haproxy")}; then echo no; fi; done`
    expect(ask(script)).toBe("yes\n")
  })

  test.each([tellUnit("haproxy", "unit"), mainPidOf("haproxy"), `if ${unitIsActive("haproxy")}; then :; fi`])(
    "are not guessed where systemctl cannot be asked: %#",
    (script) => {
      using box = sandbox({ systemctl: "echo 'Failed to connect to bus' >&2; exit 1" })
      expect(() => run(`${script}; exit 0`, { shell, path: box.path })).toThrow(/Failed to connect to bus/)
    },
  )

  test("that systemctl does not tell of are E_PROBE, not absent", () => {
    expect(() => parseStackUnits("", ["haproxy"])).toThrow(/haproxy/)
  })
})
