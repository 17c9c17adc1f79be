import { execFile, execFileSync } from "node:child_process"
import { mkdirSync, utimesSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { reveal, Secret } from "../../../src/base/secret.ts"
import { CHECK_SCRIPT, VALIDATE } from "../../../src/keepalived/check.ts"
import { contentOf } from "../../../src/keepalived/nics.ts"
import { type KeepalivedState, keepalivedMemory } from "../../../src/keepalived/state.ts"
import { keepalived } from "../../../src/keepalived/steps/keepalived.ts"
import type { KeepalivedWant } from "../../../src/keepalived/want.ts"
import { facts, judge, parse, run, SHELLS, sandbox } from "../step-harness.ts"
import { FRESH, inventoryOf, running, wantOf } from "./support.ts"

const open = wantOf(inventoryOf(), "lb1")
const secret = wantOf(inventoryOf("keepalived: { password: { env: P } }"), "lb1")
const text = contentOf(open, FRESH)!
const CONF = "/etc/keepalived/keepalived.conf"
const SETTLED = "wait until the VIPs answer, at most 30 s"
const RELOAD = ["systemctl reload -- keepalived.service", "wait"]

function does(want: KeepalivedWant, have: KeepalivedState): string[] {
  return judge(keepalived, want, have).actions.map((action) => {
    if (action.type === "run") return action.label ?? action.argv.join(" ")
    return action.type === "put" ? `put ${action.path} ${action.mode}` : action.type
  })
}

describe("keepalived", () => {
  test.each<[string, KeepalivedWant, KeepalivedState, string[]]>([
    ["in sync", open, running(text), []],
    [
      "absent: the script first, which keepalived's own check looks for",
      open,
      FRESH,
      [`put ${CHECK_SCRIPT.path} 0755`, `put ${CONF} 0644`, "systemctl start -- keepalived.service", SETTLED],
    ],
    [
      "changed while it runs: reloaded",
      open,
      running(text.replace("fall 2", "fall 9")),
      [`put ${CONF} 0644`, ...RELOAD],
    ],
    ["an older configuration in memory", open, running(text, { memory: "older" }), RELOAD],
    ["stopped", open, running(text, { memory: "none" }), ["systemctl start -- keepalived.service", SETTLED]],
    [
      "not at boot",
      open,
      running(text, { unit: { load: "loaded", file: "disabled", active: "active", sub: "running" } }),
      ["systemctl enable --quiet -- keepalived.service"],
    ],
    ["a password in the file: for root alone", secret, running(text), [`put ${CONF} 0600`, ...RELOAD]],
    ["not installed yet: nothing can be told", open, { ...FRESH, addresses: undefined, nics: [] }, []],
  ])("%s", (_title, want, have, actions) => {
    expect(does(want, have)).toEqual(actions)
  })

  test("that starts is given the time to win or lose the VIP: until haproxy answers it and the VIP somebody", () => {
    const settled = judge(keepalived, open, FRESH).actions.at(-1)
    const script = settled?.type === "run" ? settled.argv.at(-1) : undefined
    expect(script).toContain(`${CHECK_SCRIPT.path} 1079 && timeout 1 bash -c `)
    expect(script).toContain("/dev/tcp/192.168.122.200/80")
    expect(script).toMatch(/\nsleep 2$/)
    const blind = { ...open, advertMs: 40_000, instances: open.instances.map(({ port: _, ...one }) => one) }
    expect(judge(keepalived, blind, FRESH).actions.at(-1)).toMatchObject({
      argv: ["sh", "-c", expect.stringMatching(/\nsleep 161$/)],
      timeoutMs: 251_000,
    })
  })

  test("a change of the terms that both sides agree on is a failover, any other a reload", () => {
    const risk = (from: string, to: string) => judge(keepalived, open, running(text.replace(from, to))).drift[0]?.risk
    expect(risk("priority 250", "priority 100")).toBe("failover")
    expect(risk("fall 2", "fall 9")).toBe("reload")
  })

  test("a password that alone differs is told as such, and is a failover", () => {
    const shown = contentOf({ ...secret, password: new Secret("[secret]") }, FRESH)!
    const have = running(shown)
    expect(judge(keepalived, secret, have).drift[0]).toMatchObject({
      risk: "failover",
      diff: `${CONF} differs in a secret alone\n`,
    })
  })

  test("the password is in nothing that is shown, and only the first eight characters of it in the file", () => {
    const want = wantOf(inventoryOf("keepalived: { password: { env: P } }"), "lb1", "abcdefghijkl")
    const { drift, actions, findings } = judge(keepalived, want, FRESH)
    expect(JSON.stringify([drift, actions, findings])).not.toContain("abcdefgh")
    const put = actions.find((action) => action.type === "put" && action.path === CONF)
    expect(put?.type === "put" && reveal(put.content)).toContain("auth_pass abcdefgh\n")
    expect(findings).toMatchObject([{ severity: "warning", message: expect.stringContaining("8 characters") }])
  })

  test("a password that the file cannot hold is an error of input", () => {
    const inventory = inventoryOf("keepalived: { password: { env: P } }")
    expect(() => wantOf(inventory, "lb1", "a b#c")).toThrow(expect.objectContaining({ code: "E_INPUT" }))
  })

  test.each<[string, Partial<KeepalivedState>, string, string]>([
    ["no interface in the VIP's network", { addresses: [] }, "error", "no interface has an address in the network"],
    [
      "the host's address is on none of its interfaces",
      { addresses: [{ nic: "ens3", address: "192.168.122.99", prefix: 24 }] },
      "error",
      "no interface has the address 192.168.122.21",
    ],
    ["a masked unit", { unit: { load: "masked", file: "masked", active: "inactive", sub: "" } }, "error", "is masked"],
    [
      "a file that manages what the inventory does not know",
      { config: running("virtual_ipaddress {\n 10.9.9.9\n}").config },
      "error",
      "manages 10.9.9.9",
    ],
    [
      "a file of somebody else that manages nothing else",
      { config: running("virtual_ipaddress {\n 192.168.122.200\n}").config },
      "warning",
      "is replaced",
    ],
  ])("finds %s", (_title, changes, severity, message) => {
    const { findings } = judge(keepalived, open, { ...FRESH, ...changes })
    expect(findings).toMatchObject([{ severity, message: expect.stringContaining(message) }])
  })

  test("an interface that the inventory names and the host lacks is an error", () => {
    const want = { ...open, instances: open.instances.map((one) => ({ ...one, nic: "ens8" })) }
    expect(judge(keepalived, want, FRESH).findings).toMatchObject([{ hint: "There are ens2, ens3." }])
  })

  test("a host that has the VIP has its turn after the others", () => {
    const vip = { nic: "ens3", address: "192.168.122.200", prefix: 24 }
    const holder = { ...FRESH, addresses: [...(FRESH.addresses ?? []), vip] }
    expect([FRESH, holder].map((have) => keepalived.servesClients?.(open, have, facts()))).toEqual([false, true])
  })

  test("is nothing to hosts without a VIP of keepalived", () => {
    const text = "name: x\ncontrollers: { c1: 10.0.0.1 }\n"
    expect(() => wantOf(inventoryOf("", text), "c1")).toThrow("no VIP of keepalived")
  })
})

describe.each(SHELLS)("the probe, in %s", (shell) => {
  test("says what is there, without the password", () => {
    using box = sandbox({
      systemctl: `case "$*" in *is-active*) exit 3 ;; *) printf 'LoadState=loaded\\nUnitFileState=enabled\\nActiveState=inactive\\nSubState=dead\\n' ;; esac`,
      ip: "printf '2: eth0    inet 10.0.0.21/24 brd 10.0.0.255 scope global eth0\\\\       valid_lft forever\\n3: wg0    inet 10.1.0.1 peer 10.1.0.2/32 scope global wg0\\n'",
    })
    const file = join(box.path, "keepalived.conf")
    writeFileSync(file, "authentication {\n\tauth_pass hunter2\n}\n")
    const script = keepalived.probe(open).script.replaceAll(CONF, file)
    const { stdout } = run(script, { shell, path: box.path })
    expect(Buffer.from(/^content (.*)$/m.exec(stdout)?.[1] ?? "", "base64").toString()).toContain("auth_pass [secret]")
    expect(stdout).not.toContain(Buffer.from("hunter2").toString("base64").slice(0, 8))
    expect(parse(keepalived, open, stdout)).toMatchObject({
      memory: "none",
      addresses: [
        { nic: "eth0", address: "10.0.0.21", prefix: 24 },
        { nic: "wg0", address: "10.1.0.1", prefix: 32 },
      ],
    })
  })

  /** What a unit that last changed its state 100 s ago has in memory of a file written `age` seconds ago. */
  const memory = (age: number, active = true) => {
    using box = sandbox({
      systemctl: `case "$*" in *is-active*) exit ${active ? 0 : 3} ;; *) echo X=4900000000 ;; esac`,
    })
    mkdirSync(join(box.path, "proc"))
    writeFileSync(join(box.path, "proc/uptime"), "5000.00 1.00\n")
    const file = join(box.path, "keepalived.conf")
    writeFileSync(file, "")
    const at = Date.now() / 1000 - age
    utimesSync(file, at, at)
    const script = keepalivedMemory(file).replaceAll("/proc/", `${box.path}/proc/`)
    return run(`${script}\nkeepalived_memory`, { shell, path: box.path }).stdout.trim()
  }

  test.each([
    ["the file that was there when it was reloaded", 200, true, "current"],
    ["an older one where the file was written later", 10, true, "older"],
    ["who knows what where the file is from the future", -500, true, "current"],
    ["nothing where it does not run", 200, false, "none"],
  ])("keepalived has in memory %s", (_title, age, active, expected) => {
    expect(memory(age, active)).toBe(expected)
  })

  test.each([
    ["0 and nothing said: well", "exit 0", 0],
    ["0 and something said, as 2.1 does: ill", "echo 'Unknown keyword'; exit 0", 65],
    ["5 and something said: ill", "echo wrong >&2; exit 5", 65],
    ["5 and nothing said: ill", "exit 5", 5],
    ["killed by itself and all its group, as 2.2.7 does: well", "kill -TERM 0", 0],
    ["killed by itself and something said: ill", "echo wrong; kill -TERM 0", 65],
  ])("keepalived's own check ends with %s", (_title, body, code) => {
    using box = sandbox({ keepalived: body })
    const argv = VALIDATE.slice(1).map((word) => (word === "{}" ? "/x/keepalived.conf" : word))
    const env = { ...process.env, PATH: `${box.path}:${process.env.PATH}` }
    let ended = 0
    try {
      execFileSync(shell, argv, { env, stdio: ["ignore", "pipe", "pipe"] })
    } catch (error) {
      ended = (error as { status: number }).status
    }
    expect(ended).toBe(code)
  })
})

describe("the question to haproxy", () => {
  const answers = async (status: number | "silence") => {
    using box = sandbox()
    const file = join(box.path, "check")
    writeFileSync(file, CHECK_SCRIPT.content, { mode: 0o755 })
    const server = createServer((_, response) => void (status !== "silence" && response.writeHead(status).end()))
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const { port } = server.address() as { port: number }
    try {
      return await ends(file, port)
    } finally {
      server.closeAllConnections()
      server.close()
    }
  }

  test.each([
    ["yes where it says 200", 200, true],
    ["no where it says anything else", 503, false],
    ["no where it accepts and says nothing, as a process that hangs", "silence", false],
  ] as const)("is answered by %s", async (_title, status, well) => {
    expect(await answers(status)).toBe(well)
  })

  test("is answered by no where nobody listens", async () => {
    using box = sandbox()
    const file = join(box.path, "check")
    writeFileSync(file, CHECK_SCRIPT.content, { mode: 0o755 })
    expect(await ends(file, 1)).toBe(false)
  })
})

function ends(file: string, port: number): Promise<boolean> {
  return new Promise((resolve) => execFile("bash", [file, String(port)], (error) => resolve(error === null)))
}
