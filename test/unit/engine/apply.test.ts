import { createHash } from "node:crypto"
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir, userInfo } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { HaopsError } from "../../../src/base/errors.ts"
import { Secret } from "../../../src/base/secret.ts"
import { applyAction } from "../../../src/engine/apply.ts"
import { applyAndReport } from "../../../src/engine/apply-and-report.ts"
import type { RunContext } from "../../../src/engine/context.ts"
import { createWorld, type LiveHost } from "../../../src/engine/world.ts"
import type { CopyAction, PutAction } from "../../../src/model/action.ts"
import { facts, host, sandbox } from "../step-harness.ts"
import { LocalTransport } from "./local-transport.ts"

const never = new AbortController().signal
const owner = String(userInfo().uid)
let directory: string
let transport: LocalTransport

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "haops-"))
  transport = new LocalTransport("here")
})

const put = (path: string, content: string | Secret, more: Partial<PutAction> = {}) =>
  applyAction({ type: "put", path, content, mode: "0640", owner, ...more }, transport, never)

describe("an action for another host", () => {
  const elsewhere = { type: "run" as const, argv: ["true"], on: "other" }

  test("is done there, and nowhere where that cannot be reached", async () => {
    const other = new LocalTransport("other")
    await applyAction(elsewhere, transport, never, (host) => (host === "other" ? other : undefined))
    expect([transport.commands.length, other.commands.length]).toEqual([0, 1])
    await expect(applyAction(elsewhere, transport, never)).rejects.toMatchObject({ code: "E_CONNECT" })
    expect(transport.commands).toEqual([])
  })

  test("is not done on one that has failed in the run", async () => {
    const other = new LocalTransport("other")
    const world = new Map(createWorld([host("here", "127.0.0.1"), host("other", "127.0.0.2")]))
    const live = (name: string, transport: LocalTransport): LiveHost => {
      const state = { ...world.get(name)!, transport, facts: facts() }
      world.set(name, state)
      return state
    }
    const here = live("here", transport)
    const context = { world, sink: () => {}, stop: never, abort: never } as unknown as RunContext
    const place = { stage: "s", host: "here", step: "it", scope: "each" } as const
    live("other", other)
    await applyAndReport(context, elsewhere, here, place)
    expect(other.commands.length).toBe(1)
    world.get("other")!.failure = { kind: "failed", error: new HaopsError("E_COMMAND", "no") }
    await expect(applyAndReport(context, elsewhere, here, place)).rejects.toMatchObject({ code: "E_CONNECT" })
    expect(other.commands.length).toBe(1)
  })
})

describe("copy", () => {
  const bytes = Buffer.from([0, 255, 10, 13, 128, 65])
  const digest = createHash("sha256").update(bytes).digest("hex")
  const take = async (changes: Partial<CopyAction> = {}) => {
    const path = join(directory, "key")
    const other = new LocalTransport("other")
    // The two hosts are one: the content is written over what was there when it was read.
    other.before = () => writeFileSync(path, bytes)
    const action = { type: "copy" as const, from: "other", path, digest, mode: "0400", owner, ...changes }
    await applyAction(action, transport, never, (host) => (host === "other" ? other : undefined))
    return [...transport.commands, ...other.commands].flatMap(({ argv }) => argv).join(" ")
  }

  test("brings each byte over, and shows none in an argument", async () => {
    expect(await take()).not.toContain(bytes.toString("base64"))
    expect(readFileSync(join(directory, "key"))).toEqual(bytes)
    expect(statSync(join(directory, "key")).mode & 0o777).toBe(0o400)
  })

  test("installs nothing else than what was planned, and leaves nothing behind", async () => {
    await expect(take({ digest: "0".repeat(64) })).rejects.toMatchObject({ code: "E_COMMAND" })
    expect(readdirSync(directory)).toEqual(["key"])
  })

  test("keeps what was there, for its owner alone", async () => {
    await take()
    const kept = readdirSync(directory).filter((name) => name.startsWith("key.haops-"))
    expect(kept).toEqual([`key.haops-${digest.slice(0, 12)}`])
  })

  test.each(["E_TIMEOUT", "E_CONNECT"] as const)(
    "tells nothing of what had been read when it ended by %s",
    async (code) => {
      const result = { code: null, stdout: bytes.toString("base64"), stderr: "", durationMs: 1 }
      const other = new LocalTransport("other")
      other.exec = () => Promise.reject(new HaopsError(code, "gone", { host: "other", result }))
      const action = { type: "copy" as const, from: "other", path: join(directory, "key"), digest, mode: "0400", owner }
      const error = await applyAction(action, transport, never, () => other).catch((thrown: HaopsError) => thrown)
      expect(error).toMatchObject({ code, message: "gone", host: "other", result: { stdout: "" } })
      expect(JSON.stringify(error)).not.toContain(result.stdout)
    },
  )

  test("says of a host that cannot be reached, or has no such file, what it was wanted for", async () => {
    await expect(take({ from: "gone" })).rejects.toMatchObject({ code: "E_CONNECT" })
    await expect(take({ path: "/nowhere/key" })).rejects.toMatchObject({ code: "E_COMMAND" })
  })
})

describe("systemctl that begins something", () => {
  const PHRASE = 'Job for corosync.service failed. See "systemctl status corosync.service".'
  const start = async (journal: string, code = 1) => {
    using box = sandbox({
      systemctl: `echo "$*" >>"$BOX/asked"; [ ${code} = 0 ] || echo '${PHRASE}' >&2; exit ${code}`,
      journalctl: journal,
    })
    vi.stubEnv("PATH", `${box.path}:${process.env.PATH}`)
    vi.stubEnv("BOX", box.path)
    const argv = ["systemctl", "start", "corosync.service", "pacemaker.service"]
    const done = await applyAction({ type: "run", argv }, transport, never).catch((error: HaopsError) => error)
    expect(readFileSync(join(box.path, "asked"), "utf8")).toBe("start corosync.service pacemaker.service\n")
    return done
  }
  const LOGGED = `case "$*" in *--sync*) ;; *'-u corosync.service'*) cat <<'END'
Nov 29 11:57:31 c1 systemd[1]: Starting Corosync Cluster Engine...
Nov 29 11:57:31 c1 corosync[225]: parse error in config: Can't open logfile '/var/log/x/corosync.log'
Nov 29 11:57:31 c1 systemd[1]: corosync.service: Failed with result 'exit-code'.
END
;; esac`

  afterEach(() => void vi.unstubAllEnvs())

  test("fails in the words of what did not start, not in systemctl's", async () => {
    const failure = await start(LOGGED)
    expect(String(failure)).toContain("systemctl start corosync.service pacemaker.service exited 1")
    expect(failure).toMatchObject({
      code: "E_COMMAND",
      result: { stderr: "corosync[225]: parse error in config: Can't open logfile '/var/log/x/corosync.log'\n" },
    })
  })

  test("fails in systemctl's words where the unit has written none, and where there is no journal", async () => {
    for (const journal of ["exit 0", "exit 1"]) {
      expect(await start(journal)).toMatchObject({ code: "E_COMMAND", result: { code: 1, stderr: `${PHRASE}\n` } })
    }
  })

  test("says nothing where it works", async () => {
    expect(await start("exit 9", 0)).toBe("")
  })
})

describe("systemctl that says what starts at boot", () => {
  afterEach(() => void vi.unstubAllEnvs())

  const NATIVE = "UnitFileState=disabled\n\nUnitFileState=enabled"
  test.each([
    { units: "systemd's own", states: NATIVE, verb: "enable", asked: "1" },
    { units: "systemd's own", states: NATIVE, verb: "disable", asked: "1" },
    {
      units: "one made of a script of SysV",
      states: "UnitFileState=disabled\n\nUnitFileState=generated",
      verb: "disable",
      asked: "",
    },
    {
      units: "a script that systemd has not read yet, the first",
      states: "UnitFileState=\n\nUnitFileState=disabled",
      verb: "enable",
      asked: "",
    },
    {
      units: "a script that systemd has not read yet, the last",
      states: "UnitFileState=disabled\n\nUnitFileState=",
      verb: "enable",
      asked: "",
    },
    { units: "of which systemd tells nothing", states: "", verb: "enable", asked: "" },
    { units: "to be masked", states: NATIVE, verb: "mask", asked: "" },
  ])("$verb, of units $units: SysV's links are left out: '$asked'", async ({ states, verb, asked }) => {
    using box = sandbox({
      systemctl: `if [ "$1" = show ]; then printf '%s\\n' '${states}'; else echo "$SYSTEMCTL_SKIP_SYSV:$*"; exit 3; fi`,
    })
    vi.stubEnv("PATH", `${box.path}:${process.env.PATH}`)
    const argv = ["systemctl", verb, "--quiet", "--", "corosync.service", "pacemaker.service"]
    const said = await applyAction({ type: "run", argv, okCodes: [3] }, transport, never)
    expect(said).toBe(`${asked}:${verb} --quiet -- corosync.service pacemaker.service\n`)
  })
})

describe("put", () => {
  test("writes content, mode and missing directories, and leaves no temporary file", async () => {
    const path = join(directory, "a/b/c.conf")
    await put(path, "wäre\n")
    expect(readFileSync(path, "utf8")).toBe("wäre\n")
    expect(statSync(path).mode & 0o777).toBe(0o640)
    expect(readdirSync(join(directory, "a/b"))).toEqual(["c.conf"])
  })

  test("a secret reaches the file and no argument", async () => {
    const path = join(directory, "secret")
    await put(path, new Secret("hunter2"))
    expect(readFileSync(path, "utf8")).toBe("hunter2")
    expect(transport.commands.flatMap((command) => command.argv).join(" ")).not.toContain("hunter2")
  })

  test("content that does not validate touches nothing", async () => {
    const path = join(directory, "x")
    writeFileSync(path, "old")
    await expect(put(path, "new", { validate: ["grep", "-q", "valid", "{}"] })).rejects.toMatchObject({
      code: "E_COMMAND",
    })
    expect(readFileSync(path, "utf8")).toBe("old")
    expect(readdirSync(directory)).toEqual(["x"])
    await put(path, "valid", { validate: ["grep", "-q", "valid", "{}"] })
    expect(readFileSync(path, "utf8")).toBe("valid")
  })

  test("keeps the old content once per content", async () => {
    const path = join(directory, "x")
    writeFileSync(path, "one")
    await put(path, "two", { backup: true })
    writeFileSync(path, "one")
    await put(path, "two", { backup: true })
    const copies = readdirSync(directory).filter((name) => name !== "x")
    expect(copies).toHaveLength(1)
    expect(readFileSync(join(directory, copies[0]!), "utf8")).toBe("one")
  })

  test("content that was cut on the way is not installed", async () => {
    const path = join(directory, "x")
    writeFileSync(path, "old")
    const whole = transport.exec.bind(transport)
    transport.exec = (command, signal) => whole({ ...command, stdin: "ha" }, signal)
    await expect(put(path, "half of it is missing")).rejects.toMatchObject({ code: "E_COMMAND" })
    expect(readFileSync(path, "utf8")).toBe("old")
  })

  test("writes through a symbolic link to its target", async () => {
    writeFileSync(join(directory, "target"), "old")
    symlinkSync(join(directory, "target"), join(directory, "link"))
    await put(join(directory, "link"), "new")
    expect(readFileSync(join(directory, "target"), "utf8")).toBe("new")
    expect(statSync(join(directory, "link")).isFile()).toBe(true)
  })
})

describe("run", () => {
  test("a non-zero exit is E_COMMAND with the remote's words", async () => {
    const action = { type: "run", argv: ["sh", "-c", "echo sorry >&2; exit 9"] } as const
    await expect(applyAction(action, transport, never)).rejects.toMatchObject({
      code: "E_COMMAND",
      result: { code: 9, stderr: "sorry\n" },
    })
  })

  test("an exit code that the step expects is done", async () => {
    await applyAction({ type: "run", argv: ["sh", "-c", "exit 9"], okCodes: [0, 9] }, transport, never)
    expect(transport.commands).toHaveLength(1)
  })
})

describe("wait", () => {
  test("ends as soon as the condition holds", async () => {
    const flag = join(directory, "flag")
    setTimeout(() => writeFileSync(flag, ""), 250)
    await applyAction(
      { type: "wait", for: "the flag", script: `[ -e '${flag}' ]`, timeoutMs: 20_000 },
      transport,
      never,
    )
    expect(existsSync(flag)).toBe(true)
  })

  test("a condition that never holds is E_TIMEOUT and says what was last seen", async () => {
    const action = { type: "wait", for: "a miracle", script: "echo 2 of 3; exit 1", timeoutMs: 1_000 } as const
    await expect(applyAction(action, transport, never)).rejects.toMatchObject({
      code: "E_TIMEOUT",
      message: expect.stringContaining("a miracle"),
      result: { stderr: "2 of 3\n" },
    })
  })
})

test("a file in a directory that cannot be written is an error", async () => {
  if (userInfo().uid === 0) return expect(put("/proc/haops", "x")).rejects.toMatchObject({ code: "E_COMMAND" })
  chmodSync(directory, 0o500)
  await expect(put(join(directory, "x"), "x")).rejects.toMatchObject({ code: "E_COMMAND" })
})

describe("a proxy in a node's environment", () => {
  const names = ["http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY"]
  afterEach(() => void vi.unstubAllEnvs())

  test.each([
    ["pcs", ""],
    ["crm", ""],
    ["apt-get", "http://proxy:3128"],
    ["dnf", "http://proxy:3128"],
    ["zypper", "http://proxy:3128"],
  ])("%s sees it as %j", async (program, seen) => {
    const path = join(directory, program)
    writeFileSync(path, `#!/bin/sh\necho "$http_proxy$https_proxy$all_proxy$HTTPS_PROXY"\n`)
    chmodSync(path, 0o755)
    for (const name of names) vi.stubEnv(name, undefined)
    vi.stubEnv("PATH", `${directory}:${process.env.PATH}`)
    vi.stubEnv("https_proxy", "http://proxy:3128")
    const said = await applyAction({ type: "run", argv: [program] }, transport, never)
    expect(said.trim()).toBe(seen)
  })
})
