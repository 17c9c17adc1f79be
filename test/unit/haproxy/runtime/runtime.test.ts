import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { fc, test as property } from "@fast-check/vitest"
import { describe, expect, test } from "vitest"
import { haproxyAsk, readAnswers } from "../../../../src/haproxy/runtime/ask-script.ts"
import { parseCsv } from "../../../../src/haproxy/runtime/csv.ts"
import type { RuntimeBackend } from "../../../../src/haproxy/runtime/model.ts"
import { runtimeProbe } from "../../../../src/haproxy/runtime/probe.ts"
import { deviation, takesTraffic } from "../../../../src/haproxy/runtime/set-server.ts"
import { run, SHELLS, sandbox } from "../../step-harness.ts"

const probe = runtimeProbe("/run/haproxy.sock")
const recorded = (version: string) =>
  readFileSync(new URL(`../../../cases/haproxy-runtime/${version}.txt`, import.meta.url), "utf8")

describe.each(["2.2", "2.6", "3.0"])("what haproxy %s says of itself", (version) => {
  const runtime = probe.parse({ stdout: recorded(version), stderr: "" })
  if (runtime.state !== "up") throw new Error("recorded while it ran")
  const web = runtime.backends.find(({ name }) => name === "web")!

  test("names the process", () => {
    expect(runtime.process.version.startsWith(`${version}.`)).toBe(true)
    expect(runtime.process.pid).toBeGreaterThan(0)
    expect(runtime.process.maxConnections).toBeGreaterThan(0)
  })

  test("tells servers that are up, dead, drained, resting and unchecked apart", () => {
    expect(web.servers.map(({ name, state, admin }) => ({ name, state, admin }))).toEqual([
      { name: "alive", state: "up", admin: "ready" },
      { name: "refused", state: "down", admin: "ready" },
      { name: "drained", state: "drain", admin: "drain" },
      // Dead and drained: its status says DOWN alone, so that it would seem to come back by itself.
      { name: "deaf-and-drained", state: "down", admin: "drain" },
      { name: "resting", state: "maint", admin: "maint" },
      { name: "spare", state: "unchecked", admin: "ready" },
    ])
    expect(web.servers.filter(takesTraffic).map(({ name }) => name)).toEqual(["alive", "spare"])
    expect(web.servers.filter(({ backup }) => backup).map(({ name }) => name)).toEqual(["spare"])
  })

  test("tells what a run has drained, by its marks, where it is drained", () => {
    const stdout = `${recorded(version)}\n@@answer away\nweb/drained\nweb/resting\nweb/alive\nother/refused\n`
    const told = probe.parse({ stdout, stderr: "" })
    const backends = told.state === "up" ? told.backends : []
    const away = backends.flatMap(({ name, servers }) =>
      servers.flatMap((one) => (one.away ? `${name}/${one.name}` : [])),
    )
    expect(away).toEqual(["web/drained"])
  })

  test("tells where an operator's word has come true already, and where it is to be said again", () => {
    const now = (wanted: "ready" | "drain" | "maint", name: string, changes: Partial<RuntimeBackend> = {}) =>
      deviation(wanted, name, { ...web, ...changes })
    expect(["alive", "drained", "resting"].map((name) => now("drain", name))).toEqual(["ready", undefined, "maint"])
    expect(now("ready", "alive")).toBeUndefined()
    expect(now("maint", "resting", { keeps: "resting" })).toBeUndefined()
    // Clients still go there: the first word did not do all.
    expect(now("drain", "drained", { keeps: "drained" })).toBe("drain, and its clients stay with it")
    expect(now("drain", "drained", { keeps: "alive" })).toBeUndefined()
    const servers = web.servers.map((one) => ({ ...one, away: true as const }))
    expect(now("drain", "drained", { servers })).toBe("drain, by a run that was cut short")
    expect(now("drain", "nobody")).toBe("not seen")
    expect(deviation("ready", "alive", undefined)).toBe("not seen")
  })

  test("tells what the last check found", () => {
    expect(web.servers[1]).toMatchObject({
      address: "127.0.0.1:9",
      check: { result: "L4CON", said: "Connection refused" },
    })
    const wrong = runtime.backends.find(({ name }) => name === "split-back")?.servers[0]
    expect(wrong).toMatchObject({ state: "down", check: { result: "L7STS", code: 200 } })
    expect(web.servers[5]?.check).toBeUndefined()
  })

  test.each([
    // 2.2, 2.6, 3.0; an empty one; none.
    ["0x560bb8173120: key=1 use=0 exp=0 server_id=3 server_name=drained", "drained"],
    ["0x7f4b5a9615d0: key=1 use=0 exp=0 shard=0 server_id=3 server_key=drained", "drained"],
    ["# table: web, type: integer, size:1024, used:0", undefined],
    ["No such table", undefined],
  ])("tells which server all clients of a service stay with: %s", (table, keeps) => {
    const stdout = `${recorded(version)}\n@@answer show table web\n${table}\n\n`
    const told = probe.parse({ stdout, stderr: "" })
    expect(told.state === "up" && told.backends.map((one) => one.keeps)).toEqual([keeps, undefined, undefined])
  })

  test("keeps frontends and backends apart, in the order of the configuration", () => {
    expect(runtime.frontends.map(({ name }) => name)).toEqual(["web", "sink", "split"])
    expect(runtime.backends.map(({ name }) => name)).toEqual(["web", "sink", "split-back"])
  })
})

describe("an answer that is none", () => {
  test("absent, stopped and deaf are answers", () => {
    const parse = (stdout: string) => probe.parse({ stdout, stderr: "" })
    expect(parse("state absent")).toEqual({ state: "absent" })
    expect(parse("state stopped\n")).toEqual({ state: "stopped" })
    expect(parse("state unresponsive\n/run/haproxy.sock: No such file or directory\n")).toEqual({
      state: "unresponsive",
      deaf: true,
      reason: "/run/haproxy.sock: No such file or directory",
    })
  })

  test.each(["", "state up", "state up\n@@answer show info\nVersion: 2.6\n", "state what"])(
    "%j is refused",
    (stdout) => {
      expect(() => probe.parse({ stdout, stderr: "" })).toThrow()
    },
  )
})

describe("comma separated values", () => {
  const field = fc.string({ unit: fc.constantFrom("a", ",", '"', "\n", " ", "é"), minLength: 0, maxLength: 6 })
  const spell = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

  property.prop([fc.array(fc.array(field, { minLength: 2, maxLength: 5 }), { maxLength: 5 })])(
    "whatever is written is read again",
    (rows) => {
      expect(parseCsv(rows.map((row) => `${row.map(spell).join(",")}\n`).join(""))).toEqual(rows)
    },
  )

  test("haproxy's closing comma is an empty field", () => {
    expect(parseCsv("a,b,\nc,,\n")).toEqual([
      ["a", "b", ""],
      ["c", "", ""],
    ])
  })
})

describe.each(SHELLS)("asking in %s", (shell) => {
  test("says each command on a connection of its own and keeps the answers apart", async () => {
    await using haproxy = await fakeHaproxy()
    const { stdout } = ask(shell, haproxy.path, ["show info", "set server a/b state drain"])
    expect([...readAnswers(stdout)]).toEqual([
      ["show info", "you said show info"],
      ["set server a/b state drain", "you said set server a/b state drain"],
    ])
  })

  test("asks with python where there is no perl", async () => {
    await using haproxy = await fakeHaproxy()
    using box = sandbox({ perl: "exit 127" })
    const { stdout } = ask(shell, haproxy.path, ["show stat"], box.path)
    expect([...readAnswers(stdout)]).toEqual([["show stat", "you said show stat"]])
  })

  test("a socket that is not there is a failure with its reason", async () => {
    for (const programs of [{}, { perl: "exit 127" }]) {
      using box = sandbox(programs as Record<string, string>)
      const { status, stderr } = ask(shell, "/nowhere/stats", ["show stat"], box.path)
      expect(status).not.toBe(0)
      expect(stderr).toContain("/nowhere/stats")
    }
  })

  test("a haproxy that is not installed, or stopped, is not asked", () => {
    using none = sandbox({ systemctl: "exit 3", haproxy: ":" })
    expect(probe.parse(run(probe.script, { shell, path: none.path }))).toEqual({ state: "stopped" })
    using running = sandbox({ systemctl: "exit 0", haproxy: ":" })
    expect(probe.parse(run(probe.script, { shell, path: running.path }))).toMatchObject({ state: "unresponsive" })
  })
})

/** Answers as haproxy does: one line, an answer, an empty line, the end. */
async function fakeHaproxy() {
  const box = sandbox()
  const path = join(box.path, "stats")
  const script = `const s = require("node:net").createServer((c) => c.once("data", (d) => c.end("you said " + d + "\\n")));
s.listen(${JSON.stringify(path)}, () => console.log("listening"))`
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] })
  await once(child.stdout, "data")
  return {
    path,
    async [Symbol.asyncDispose]() {
      child.kill()
      await once(child, "exit")
      box[Symbol.dispose]()
    },
  }
}

function ask(shell: string, socket: string, commands: readonly string[], path = "") {
  const script = `${haproxyAsk(socket)}\nhaproxy_ask "$@"`
  const env = { ...process.env, PATH: path === "" ? process.env.PATH : `${path}:${process.env.PATH}` }
  return spawnSync(shell, ["-c", script, "ask", ...commands], {
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  })
}
