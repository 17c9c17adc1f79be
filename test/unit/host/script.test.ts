import { execFileSync, spawnSync } from "node:child_process"
import { fc, test as property } from "@fast-check/vitest"
import { describe, expect, test } from "vitest"
import { BASE_SCRIPT, BASE_SHARED, parseBaseFacts } from "../../../src/host/base.ts"
import { askPackages } from "../../../src/host/packages/packages.ts"
import { compileScript, type Fragment, parseSections } from "../../../src/host/script.ts"
import { shared, tellShared } from "../../../src/host/shared.ts"
import { sandbox } from "../step-harness.ts"

const NONCE = "haops-0011"

function runScript(fragments: readonly Fragment[], shell = "sh", edit = (script: string) => script) {
  const { status, stdout, stderr } = spawnSync(shell, ["-s"], {
    input: edit(compileScript(fragments, NONCE)),
    encoding: "utf8",
  })
  return parseSections({ code: status, stdout, stderr, durationMs: 0 }, fragments, NONCE)
}

const one = (script: string) =>
  runScript([
    { id: "a", script },
    { id: "b", script: "echo still here" },
  ])

describe.each(["dash", "bash"])("the facts script under %s", (shell) => {
  test("keeps each fragment's output, standard error and exit code apart", () => {
    const sections = runScript(
      [
        { id: "a", script: "echo out; echo err >&2; exit 3" },
        { id: "b", script: "printf 'no newline'" },
      ],
      shell,
    )
    expect(sections.get("a")).toEqual({ code: 3, stdout: "out\n", stderr: "err" })
    expect(sections.get("b")).toEqual({ code: 0, stdout: "no newline", stderr: "" })
  })
})

test.each([
  ["a syntax error", "if then ("],
  ["an unbalanced quote", "echo 'open"],
  ["a reader of standard input", "cat"],
  ["exit", "exit 7"],
  ["set -e and a failure", "set -e; false; echo no"],
  ["a redefinition of printf", "printf() { echo mine; }; printf x"],
])("%s in one fragment leaves the next alone", (_, script) => {
  expect(one(script).get("b")).toEqual({ code: 0, stdout: "still here\n", stderr: "" })
})

// What a shell has read of a short script already, a reader cannot take from it: only past its buffer does it show.
test.each(["dash", "bash"])("a reader of standard input takes nothing of a long script under %s", (shell) => {
  const padding = `# ${"x".repeat(200)}\n`.repeat(2_000)
  const fragments = [
    { id: "a", script: "cat" },
    { id: "b", script: `${padding}echo still here` },
    { id: "c", script: "echo and here" },
  ]
  const sections = runScript(fragments, shell)
  expect(["a", "b", "c"].map((id) => sections.get(id)?.stdout)).toEqual(["", "still here\n", "and here\n"])
})

test.each(["dash", "bash"])("nor does a question that probes share, under %s", (shell) => {
  const question = shared("eager", "cat; echo asked")
  const padding = `# ${"x".repeat(200)}\n`.repeat(2_000)
  const fragments = [
    { id: "a", script: tellShared(question), shared: [question] },
    { id: "b", script: `${padding}${tellShared(question)}`, shared: [question] },
  ]
  const sections = runScript(fragments, shell)
  expect(["a", "b"].map((id) => sections.get(id)?.stdout)).toEqual(["asked\n", "asked\n"])
})

property.prop([fc.string({ unit: "binary" }).filter((text) => !/[\0\r\ud800-\udfff]/.test(text))])(
  "whatever a fragment prints comes back to the letter",
  (text) => {
    const script = `printf %s '${text.replaceAll("'", `'\\''`)}'`
    expect(one(script).get("a")?.stdout).toBe(text)
  },
)

test.each([0, 1, 2, 3])("output that is cut short is E_PROBE, never an empty answer (piece %i)", (piece) => {
  const fragments = [
    { id: "a", script: "echo one" },
    { id: "b", script: "echo two" },
  ]
  const whole = spawnSync("sh", ["-s"], { input: compileScript(fragments, NONCE), encoding: "utf8" })
  const stdout = whole.stdout.slice(0, Math.floor((whole.stdout.length * (piece + 1)) / 5))
  expect(() => parseSections({ code: 0, stdout, stderr: whole.stderr, durationMs: 0 }, fragments, NONCE)).toThrow(
    expect.objectContaining({ code: "E_PROBE" }),
  )
})

describe("base facts", () => {
  const interval = { start: 1_000, end: 3_000 }

  test("are read off this very machine", () => {
    const stdout = execFileSync("sh", ["-c", BASE_SCRIPT], { encoding: "utf8" })
    const now = Date.now()
    const facts = parseBaseFacts("here", { stdout, stderr: "" }, { start: now, end: now })
    expect(facts.hostname).toBe(execFileSync("uname", ["-n"], { encoding: "utf8" }).trim())
    expect(facts.arch).toBe(execFileSync("uname", ["-m"], { encoding: "utf8" }).trim())
    expect(Math.abs(facts.clock.offsetMs)).toBeLessThan(5_000)
  })

  test("are told where the package database is broken too: the step that needs it will say so", () => {
    const broken = BASE_SCRIPT.replaceAll("command -v dpkg-query", "false").replaceAll("command -v rpm", "false")
    expect(broken).not.toBe(BASE_SCRIPT)
    const stdout = execFileSync("sh", ["-c", broken], { encoding: "utf8" })
    expect(parseBaseFacts("here", { stdout, stderr: "" }, interval).versions.pacemaker).toBeUndefined()
  })

  test("are told though what the package database says, asked by several probes, is not", () => {
    const packages = askPackages(["haproxy"])
    const broken = (script: string) =>
      script.replaceAll("command -v dpkg-query", "false").replaceAll("command -v rpm", "false")
    const fragments = [
      { id: "base", script: BASE_SCRIPT, shared: BASE_SHARED },
      { id: "step", script: tellShared(packages), shared: [packages] },
    ]
    const sections = runScript(fragments, "sh", broken)
    expect([...sections.values()].map(({ code }) => code === 0)).toEqual([true, false])
    expect(parseBaseFacts("here", sections.get("base")!, interval).hostname).not.toBe("")
  })

  test.each([
    ["a program of the stack", "pcs", ["deb pcs installed 0.11.5-1 install"]],
    ["none", "unrelated", []],
  ])("ask for packages where the host has %s", (_title, program, asked) => {
    using box = sandbox({
      "dpkg-query": "echo deb pcs installed 0.11.5-1 install",
      [program]: "",
      date: "echo 1",
      grep: "",
    })
    const stdout = execFileSync("/bin/sh", ["-c", BASE_SCRIPT], { encoding: "utf8", env: { PATH: box.path } })
    expect(stdout.split("\n").filter((line) => line.startsWith("deb "))).toEqual(asked)
  })

  test.each([
    ["debian", "12", "", "debian"],
    ["ubuntu", "22.04", "debian", "debian"],
    ["rocky", "9.4", "rhel centos fedora", "el"],
    ["opensuse-leap", "15.6", "suse opensuse", "suse"],
    ["arch", "", "", "unknown"],
  ])("%s %s is of family %s%s", (os, version, like, family) => {
    const release = `release ID=${os}\nrelease VERSION_ID="${version}"\nrelease ID_LIKE='${like}'\n`
    const stdout = `clock 2000000000\nmachine n1 x86_64\ninit systemd\n${release}`
    expect(parseBaseFacts("n1", { stdout, stderr: "" }, interval)).toMatchObject({ os, osVersion: version, family })
  })

  test.each([
    ["openEuler", "dnf", "rpm", "el"],
    ["someones-debian", "apt", "dpkg-query", "debian"],
    ["someones-suse", "zypper", "rpm", "suse"],
    ["altlinux", "apt", "rpm", "unknown"],
    ["alpine", undefined, undefined, "unknown"],
  ])("%s, which is like nobody by its word, is of a family by %s over %s", (os, manager, database, family) => {
    const tools = manager === undefined ? "" : `manager ${manager}\ndatabase ${database}\n`
    const stdout = `clock 2000000000\nmachine n1 x86_64\ninit systemd\nrelease ID="${os}"\nrelease VERSION_ID="22.03"\n${tools}`
    expect(parseBaseFacts("n1", { stdout, stderr: "" }, interval)).toMatchObject({ os, family })
  })

  test("versions lose epoch and packaging, the clock is bracketed by our own", () => {
    const stdout = [
      "clock 2500000000",
      "machine n1 x86_64",
      "init systemd",
      "manager apt",
      "deb pacemaker installed 2.1.5-1+deb12u1 install",
      "deb pcs config-files 0.11.5-1 deinstall",
      "deb haproxy installed 1:2.6.12-1 install",
      '<capability id="booth',
    ].join("\n")
    const facts = parseBaseFacts("n1", { stdout, stderr: "" }, interval)
    expect(facts.versions).toMatchObject({ pacemaker: "2.1.5", haproxy: "2.6.12", pcs: undefined, corosync: undefined })
    expect(facts.clock).toEqual({ offsetMs: 500, uncertaintyMs: 1_000 })
    expect([...facts.pcsCapabilities]).toEqual(["booth"])
  })

  test("a host that does not say its clock is an error, not a zero", () => {
    expect(() => parseBaseFacts("n1", { stdout: "machine n1 x86_64\n", stderr: "" }, interval)).toThrow(
      expect.objectContaining({ code: "E_PROBE" }),
    )
  })
})
