import { execFileSync, spawnSync } from "node:child_process"
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { stripVTControlCharacters } from "node:util"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { parse } from "yaml"
import { until } from "../e2e/harness/until.ts"
import { WholeRun } from "./whole-run.ts"

const patient = { timeout: 120_000 }
let lab: WholeRun

beforeEach(() => {
  lab = new WholeRun()
})
afterEach(async () => await lab[Symbol.asyncDispose]())

describe("up --plan", patient, () => {
  const hosts = (host: string) => readFileSync(lab.path(host, "etc/hosts"), "utf8")
  const save = async () => {
    const { code, said } = await lab.haops("plan", "--only", "hosts", "--out", "agreed.plan")
    expect(code, said).toBe(2)
  }
  const apply = () => lab.haops("up", "--only", "hosts", "--plan", "agreed.plan")

  test("does what was saved", async () => {
    await lab.host("c1")
    await save()
    expect(hosts("c1")).toBe("127.0.0.1 localhost\n")
    const { code, said } = await apply()
    expect(code, said).toBe(0)
    expect(hosts("c1")).toContain("127.0.0.1\tc1\n")
    const again = await apply()
    expect(again.code, again.said).toBe(0)
    expect(again.stdout).toMatch(/^Nothing to do/)
  })

  test("does nothing on any host where one would be given other content, and shows what differs", async () => {
    for (const name of ["c1", "c2"]) await lab.host(name)
    await save()
    const changed = "127.0.0.1 localhosd\n"
    writeFileSync(lab.path("c2", "etc/hosts"), changed)
    const { code, stderr } = await apply()
    expect(code, stderr).toBe(1)
    expect(stderr).toContain("agreed.plan is not what would be done now")
    expect(stderr).toMatch(/^\s*-.*localhost$/m)
    expect(stderr).toMatch(/^\s*\+.*localhosd$/m)
    expect([hosts("c1"), hosts("c2")]).toEqual(["127.0.0.1 localhost\n", changed])
  })

  test("is refused for another inventory though the same is to be done", async () => {
    await lab.host("c1")
    await save()
    const text = readFileSync(`${lab.home.path}/inventory.yaml`, "utf8")
    lab.home.write("inventory.yaml", text.replace("name: x", "name: y"))
    const { code, stderr } = await apply()
    expect(code, stderr).toBe(1)
    expect(stderr).toContain("the cluster: x when it was saved, y now")
    expect(hosts("c1")).toBe("127.0.0.1 localhost\n")
  })
})

/** A playbook of one costly command after another, each of which makes a file in its host's directory. */
function playbook(...files: string[]): string {
  const steps = files.map((file) => {
    const path = `${lab.home.path}/${file}`
    return `      - command: { check: "[ -e ${path} ]", run: "touch ${path}", risk: restart }\n`
  })
  lab.home.write("own.yaml", `name: own\nstages:\n  - stage: own\n    steps:\n${steps.join("")}`)
  return "own.yaml"
}

describe("what interrupts the service", patient, () => {
  const made = (file: string) => existsSync(`${lab.home.path}/${file}`)

  test("is refused without a terminal to ask on, and done with --yes", async () => {
    await lab.host("c1")
    const refused = await lab.haops("run", playbook("made"))
    expect(refused.code, refused.said).toBe(1)
    expect(refused.stderr).toContain("this would cause a restart, and there is no terminal to ask on")
    expect(made("made")).toBe(false)
    const agreed = await lab.haops("run", playbook("made"), "--yes")
    expect(agreed.code, agreed.said).toBe(0)
    expect(made("made")).toBe(true)
    const { stdout } = await lab.haops("journal")
    expect(stdout).toMatch(/^\S+ +run own\.yaml +x /m)
    expect((await lab.haops("journal", "show")).stdout).toContain("haops run own.yaml on x (")
  })

  test("is asked about first on a terminal, with the plan, and not done where the answer is no", async () => {
    await lab.host("c1")
    const { code, said } = await lab.onTerminal(["run", playbook("made")], ["n"])
    expect(code, said).toBe(130)
    const text = stripVTControlCharacters(said)
    expect(text).toMatch(/touch [\s\S]*This causes a restart\. Go on\? \[y\/N\]/)
    expect(text.slice(text.indexOf("[y/N]"))).toMatch(/^\[y\/N\] n\s+Not confirmed; nothing was touched\.\s+$/)
    expect(made("made")).toBe(false)
    // Nothing is drawn over the plan: neither while it is asked about, nor by what comes after.
    expect(said.slice(said.indexOf("touch"), said.indexOf("[y/N]"))).not.toContain("\u001b[2K")
  })

  test("is done where the answer is yes", async () => {
    await lab.host("c1")
    const { code, said } = await lab.onTerminal(["run", playbook("made")], ["y"])
    expect(code, said).toBe(0)
    expect(made("made")).toBe(true)
    expect(stripVTControlCharacters(said)).toContain("Converged in")
  })
})

describe("a run that is told to end", patient, () => {
  /** Two commands, the first of which waits until it is told to go on. */
  const begin = async () => {
    await lab.host("c1")
    const at = (name: string) => `${lab.home.path}/${name}`
    const [go, second] = [at("go"), at("second")]
    const wait = `touch ${at("begun")}; until [ -e ${go} ]; do sleep 0.05; done`
    const steps = [
      `command: { check: "[ -e ${go} ]", run: "${wait}" }`,
      `command: { check: "[ -e ${second} ]", run: "touch ${second}" }`,
    ]
    lab.home.write("slow.yaml", `name: slow\nstages:\n  - stage: s\n    steps:\n      - ${steps.join("\n      - ")}\n`)
    const run = lab.start(["run", "slow.yaml"])
    await until(async () => existsSync(at("begun")), { what: "the command to run", everyMs: 20 })
    return { ...run, go: () => writeFileSync(go, ""), second: () => existsSync(second) }
  }
  const word = "finishing what runs now"

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "by %s finishes what runs, begins nothing new, and exits 130",
    async (signal) => {
      const { child, said, go, second, ended } = await begin()
      child.kill(signal)
      await until(async () => said().includes(word), { what: "word of it", everyMs: 20 })
      go()
      const { code, stdout } = await ended
      expect(code, said()).toBe(130)
      expect(second()).toBe(false)
      expect(stdout).toContain("Nothing is half done.")
      expect(said()).not.toMatch(/Half done|half done: /)
      const next = await lab.haops("run", "slow.yaml")
      expect([next.code, second()], next.said).toEqual([0, true])
    },
  )

  test("by a terminal that goes away, which takes what is said and may be told twice, is as by one Ctrl-C", async () => {
    const { child, go, second, ended } = await begin()
    child.stderr!.destroy()
    child.kill("SIGHUP")
    const logged = () => spawnSync("grep", ["-rq", word, `${lab.home.path}/state`]).status === 0
    await until(async () => logged(), { what: "word of it in the log", everyMs: 20 })
    child.kill("SIGHUP")
    go()
    const { code, stdout } = await ended
    expect(code, stdout).toBe(130)
    expect(second()).toBe(false)
    expect(stdout).toContain("Nothing is half done.")
    expect((await lab.haops("journal")).stdout).toMatch(/ canceled$/m)
  })

  test("twice lets go of what runs, says that it is half done, and leaves a journal that ends", async () => {
    const { child, said, go, second, ended } = await begin()
    child.kill("SIGINT")
    await until(async () => said().includes(word), { what: "word of it", everyMs: 20 })
    child.kill("SIGINT")
    const { code, stdout, stderr } = await ended
    expect(code, said()).toBe(130)
    expect(stderr).toMatch(/interrupted; half done: command touch .* on c1\s+\(0 of 1 actions done\)/s)
    expect(stdout.replaceAll("\n", " ")).toMatch(/Half done: command touch .* on c1\./)
    expect(second()).toBe(false)
    go()
    expect((await lab.haops("journal")).stdout).toMatch(/ canceled$/m)
  })
})

describe("a step that does not take", patient, () => {
  /** What is done in vain, and what would come after it. */
  const inVain = () => {
    const { path } = lab.home
    const step = (run: string) => `      - command: { check: "[ -e ${path}/never ]", run: "${run}" }\n`
    lab.home.write("vain.yaml", `name: vain\nstages:\n  - stage: s\n    steps:\n${step("true")}`)
    return "vain.yaml"
  }

  test("is told as failed, and nowhere as changed or done: in the log as it runs, the recap and the journal", async () => {
    await lab.host("c1")
    const { code, stdout, stderr } = await lab.haops("run", inVain())
    expect(code, stderr).toBe(1)
    expect(stderr).toMatch(/^c1 +command true: failed: /m)
    expect(stderr).toMatch(/^stage s failed /m)
    expect(stderr.replace("changed it back", "")).not.toMatch(/changed|→| done/)
    expect(stdout).toMatch(/ok +changed +failed +time\s+c1 +0 +0 +1 /)
    const { stdout: journal } = await lab.haops("journal")
    expect(journal).toMatch(/ run vain\.yaml .* failed$/m)
    const { stdout: shown } = await lab.haops("journal", "show")
    expect(shown).toMatch(/c1 +command true: failed/)
    expect(shown).not.toMatch(/changed|→/)
  })

  test("on a terminal too", async () => {
    await lab.host("c1")
    const { code, said } = await lab.onTerminal(["run", inVain()], [])
    expect(code, said).toBe(1)
    const text = stripVTControlCharacters(said)
    expect(text).toMatch(/^ +s ✗\r?$/m)
    expect(text.replace("changed it back", "").replace(/ok +changed +failed/, "")).not.toMatch(/changed|✓|→/)
  })
})

describe("a host that plan cannot reach", patient, () => {
  const told = (text: string) => text.match(/c2 +unreachable: cannot connect/g)?.length ?? 0
  const words = ["plan", "--only", "hosts"]

  beforeEach(async () => {
    for (const name of ["c1", "c2"]) await lab.host(name)
    await lab.servers[1]![Symbol.asyncDispose]()
  })

  test.each([{ TERM: "xterm" }, { TERM: "dumb" }, { CI: "1" }])("is told once on a terminal: %o", async (env) => {
    const { code, said } = await lab.onTerminal(words, [], undefined, env)
    expect(code, said).toBe(3)
    // What is left of a live table when it has gone.
    const left = stripVTControlCharacters(said.replace(/^.*\u001b\[\d*[AGJK]/s, ""))
    expect(told(left), left).toBe(1)
  })

  test("is told by each of its two streams where they go different ways", async () => {
    const { code, stdout, stderr } = await lab.haops(...words)
    expect(code, stderr).toBe(3)
    expect([told(stdout), told(stderr)]).toEqual([1, 1])
  })
})

describe("exec", patient, () => {
  const exec = (...words: string[]) => lab.haops("exec", ...words)

  test("exits 0 where the command did everywhere, 3 where it failed on some hosts, 1 where it did on all", async () => {
    for (const name of ["c1", "c2"]) await lab.host(name)
    expect((await exec("--", "true")).code).toBe(0)
    // The hosts are one machine: what differs is whose file it is.
    const { code, stdout } = await exec("--", "grep -q marked /etc/hosts")
    expect(code, stdout).toBe(1)
    writeFileSync(lab.path("c2", "etc/hosts"), "marked\n")
    expect((await exec("--", "grep -q marked /etc/hosts")).code).toBe(3)
    expect((await exec("--limit", "c2", "--", "grep -q marked /etc/hosts")).code).toBe(0)
  })

  test("exits 3 where a host could not be reached, and 4 where none could", async () => {
    for (const name of ["c1", "c2"]) await lab.host(name)
    const [, second] = lab.servers
    await second![Symbol.asyncDispose]()
    const some = await exec("--", "echo", "here")
    expect(some.code, some.said).toBe(3)
    expect(some.stdout).toMatch(/c1[\s\S]*here/)
    expect(some.said).toContain("c2")
    expect((await exec("--limit", "c2", "--", "true")).code).toBe(4)
  })

  test("is the login user's, and root's with --root", async () => {
    await lab.host("c1", "ada")
    const asked = '[ "$AS_ROOT" = yes ] && echo "root: yes" || echo "root: no"'
    expect((await exec("--", asked)).stdout).toContain("root: no")
    expect((await exec("--root", "--", asked)).stdout).toContain("root: yes")
  })
})

describe("exec that is told to end", patient, () => {
  /** On one host of two, where it waits until it is told to go on. */
  const begin = async () => {
    for (const name of ["c1", "c2"]) await lab.host(name)
    const [began, go] = ["began", "go"].map((name) => `${lab.home.path}/${name}`)
    const run = lab.start([
      "exec",
      "--forks",
      "1",
      "--",
      `echo >>${began}; until [ -e ${go} ]; do sleep 0.05; done; echo end`,
    ])
    await until(async () => existsSync(began!), { what: "the command to run", everyMs: 20 })
    run.child.kill("SIGINT")
    await until(async () => run.said().includes("finishing what runs now"), { what: "word of it", everyMs: 20 })
    return { ...run, go: () => writeFileSync(go!, ""), begun: () => readFileSync(began!, "utf8").length }
  }

  test("shows what came, begins on no other host, says on which, and exits 130", async () => {
    const { said, go, begun, ended } = await begin()
    go()
    const { code, stdout, stderr } = await ended
    expect(code, said()).toBe(130)
    expect(begun()).toBe(1)
    expect(stdout).toMatch(/c1[\s\S]*end/)
    expect(stderr).toContain("interrupted; not begun on c2")
  })

  test("twice exits 130 too, and says where it may be half done", async () => {
    const { child, said, go, begun, ended } = await begin()
    child.kill("SIGINT")
    const { code, stderr } = await ended
    go()
    expect(code, said()).toBe(130)
    expect(begun()).toBe(1)
    expect(stderr).toContain("interrupted; not begun on c2; may be half done on c1")
  })
})

describe("a playbook of a user's own", patient, () => {
  const at = (name: string) => `${lab.home.path}/${name}`
  const write = () => {
    const file = (name: string) =>
      `file: { path: ${at(name)}, content: "by haops\\n", mode: "0640", owner: "${owner()}" }`
    const text = `name: own
stages:
  - { stage: first, steps: [{ ${file("one")} }] }
  - { stage: second, steps: [{ ${file("two")} }, { command: { check: "[ -e ${at("three")} ]", run: "touch ${at("three")}" } }] }
`
    lab.home.write("own.yaml", text)
  }
  /** A test is not root everywhere. */
  const owner = () => ["-un", "-gn"].map((flag) => execFileSync("id", [flag], { encoding: "utf8" }).trim()).join(":")
  const there = () => ["one", "two", "three"].filter((name) => existsSync(at(name)))

  test("writes files as it says, and has nothing to do afterwards", async () => {
    await lab.host("c1")
    write()
    const { code, said } = await lab.haops("run", "own.yaml")
    expect(code, said).toBe(0)
    expect(there()).toEqual(["one", "two", "three"])
    expect([readFileSync(at("one"), "utf8"), statSync(at("one")).mode & 0o777]).toEqual(["by haops\n", 0o640])
    const again = await lab.haops("run", "own.yaml")
    expect([again.code, again.stdout]).toEqual([0, expect.stringMatching(/^Nothing to do/)])
  })

  test("that fails on one host of two exits 3, and does the other", async () => {
    for (const name of ["c1", "c2"]) await lab.host(name)
    // The hosts are one machine, but for their own /etc/hosts.
    writeFileSync(lab.path("c2", "etc/hosts"), "marked\n")
    const made = lab.path("c2", "made")
    const step = `command: { check: "[ -e ${made} ]", run: "grep -q marked /etc/hosts && touch ${made}" }`
    lab.home.write("own.yaml", `name: own\nstages:\n  - { stage: s, steps: [{ ${step} }] }\n`)
    const { code, said } = await lab.haops("run", "own.yaml")
    expect(code, said).toBe(3)
    expect(existsSync(made)).toBe(true)
  })

  test("--only does a stage or a kind of step, and nothing else", async () => {
    await lab.host("c1")
    write()
    expect((await lab.haops("run", "own.yaml", "--only", "command")).code).toBe(0)
    expect(there()).toEqual(["three"])
    expect((await lab.haops("run", "own.yaml", "--only", "first")).code).toBe(0)
    expect(there()).toEqual(["one", "three"])
  })

  test("-v tells each action, what is in sync, and all of a remote's words; without it a run is short", async () => {
    await lab.host("c1")
    const words = Array.from({ length: 40 }, (_, n) => `echo line-$((100 + ${n})) >&2`).join("; ")
    const fails = `command: { check: "exit 1", run: "${words}; exit 7" }`
    const text = `name: own\nstages:\n  - { stage: s, steps: [{ file: { path: ${at("one")}, content: x, owner: "${owner()}" } }, { ${fails} }] }\n`
    lab.home.write("own.yaml", text)
    writeFileSync(at("one"), "x")
    chmodSync(at("one"), 0o644)
    const long = await lab.haops("run", "own.yaml", "-v")
    const short = await lab.haops("run", "own.yaml")
    expect([long.code, short.code], long.said).toEqual([1, 1])
    expect(long.stderr).toMatch(/connected[\s\S]*in sync[\s\S]*line-120/)
    expect(short.stderr).not.toMatch(/connected|in sync|line-120/)
    expect(short.stderr).toContain("line-139")
  })
})

describe("what the inventory's checks warn of", patient, () => {
  test("is told by plan and run, and not by verbs that ask about something else", async () => {
    await lab.host("c1")
    const text = readFileSync(`${lab.home.path}/inventory.yaml`, "utf8")
    lab.home.write("inventory.yaml", `${text}ssh: { becomePassword: unused }\n`)
    const warning = "becomePassword: a secret in plain text"
    expect((await lab.haops("plan", "--only", "hosts")).stderr).toContain(warning)
    expect((await lab.haops("run", playbook("made"), "--yes")).stderr).toContain(warning)
    for (const verb of [["exec", "--", "true"], ["facts"], ["status"]]) {
      expect.soft((await lab.haops(...verb)).said, verb[0]).not.toContain(warning)
    }
  })
})

describe("init on a terminal", patient, () => {
  const QUESTIONS = /^.*(Controllers|Load balancers|Virtual IP address|ssh user)[^\n]*:/gm

  test("asks for what the flags leave open, and writes an inventory from the answers", async () => {
    const answers = ["10.0.0.12 10.0.0.13, 10.0.0.14", "", "10.0.0.11/24", "admin"]
    const { code, said } = await lab.onTerminal(["init", "--name", "prod", "-i", "prod.yaml"], answers, QUESTIONS)
    expect(code, said).toBe(0)
    const text = readFileSync(`${lab.home.path}/prod.yaml`, "utf8")
    expect(text).toMatch(/name: prod/)
    for (const address of ["10.0.0.12", "10.0.0.13", "10.0.0.14", "10.0.0.11/24"]) expect(text).toContain(address)
    expect(text).not.toMatch(/^loadbalancers:/m)
    expect(parse(text)).toMatchObject({ ssh: { user: "admin", become: "sudo" } })
    expect(statSync(`${lab.home.path}/secrets/hacluster`).mode & 0o777).toBe(0o600)
  })

  test("says at once what is wrong with an answer, and asks for that one alone again", async () => {
    const controllers = ["", "10.0.0.300", "10.0.0.12 10.0.0.12", "a=10.0.0.12 a=10.0.0.13", "a=10.0.0.12 10.0.0.13"]
    const balancers = ["10.0.0.13", ""]
    const vips = ["nonsense", "10.0.0.12/24", "10.9.0.1/24", "10.0.0.11/24"]
    const answers = [...controllers, ...balancers, ...vips, ""]
    const { code, said } = await lab.onTerminal(["init", "--name", "prod", "-i", "prod.yaml"], answers, QUESTIONS)
    expect(code, said).toBe(0)
    for (const what of [
      "controllers: must have at least one host",
      '"10.0.0.300" is not an IP address',
      "10.0.0.12 is already the address of controller1",
      "two hosts would be called a",
      "10.0.0.13 is already the address of controller2",
      '"nonsense" is not an address with its prefix',
      "10.0.0.12 is already the address of a",
      "10.9.0.1/24 is in no network",
    ]) {
      expect.soft(said).toContain(what)
    }
    const text = readFileSync(`${lab.home.path}/prod.yaml`, "utf8")
    expect(parse(text)).toMatchObject({
      controllers: { a: "10.0.0.12", controller2: "10.0.0.13" },
      vips: { vip: "10.0.0.11/24" },
    })
    expect(text).not.toMatch(/^ssh:/m)
  })

  test("writes nothing where the questions are not answered to the end", async () => {
    const { code, said } = await lab.onTerminal(["init", "-i", "prod.yaml"], ["10.0.0.12", "\u0004"], QUESTIONS)
    expect(code, said).toBe(130)
    expect(said).toContain("nothing was written")
    expect(existsSync(`${lab.home.path}/prod.yaml`)).toBe(false)
  })
})

describe("import-haproxy", patient, () => {
  const write = () =>
    lab.home.write(
      "old.cfg",
      "listen web\n  bind 10.0.0.11:80\n  server c1 10.0.0.12:80 check\nlisten api\n  bind 10.0.0.99:81\n  server c1 10.0.0.12:81 check\n",
    )
  const run = (...flags: string[]) => lab.haops("import-haproxy", "old.cfg", ...flags)

  test("takes the VIPs from --vip, each by its name, as often as it is given", async () => {
    write()
    const { code, stdout, stderr } = await run("--vip", "inner=10.0.0.11/24", "--vip", "outer=10.0.0.99/24")
    expect(code, stderr).toBe(0)
    const { vips, haproxy } = parse(stdout) as {
      vips: Record<string, string | { address: string }>
      haproxy: { services: { name: string; vip?: string }[] }
    }
    expect(vips).toEqual({ inner: "10.0.0.11/24", outer: "10.0.0.99/24" })
    expect(haproxy.services.map(({ name, vip }) => [name, vip])).toEqual([
      ["web", "inner"],
      ["api", "outer"],
    ])
  })

  test("refuses a --vip that is none, and --json holds the inventory with what became of the rest", async () => {
    write()
    const refused = await run("--vip", "inner")
    expect(refused.code).toBe(65)
    expect(refused.stderr).toContain("--vip inner is not NAME=ADDRESS")
    const { code, stdout } = await run("--vip", "inner=10.0.0.11/24", "--json")
    expect(code).toBe(0)
    const document = JSON.parse(stdout) as { exit: number; inventory: string; notes: object[] }
    expect(document).toMatchObject({ exit: 0, inventory: expect.stringContaining("inner: 10.0.0.11/24") })
    expect(document.notes.length).toBeGreaterThan(0)
  })
})
