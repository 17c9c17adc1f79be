import { execFileSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { createArchive } from "../../../src/collect/archive.ts"
import { createMask } from "../../../src/collect/mask.ts"
import { createPartReader, type Part } from "../../../src/collect/parts.ts"
import { collectScript, LIMITS, type Limits } from "../../../src/collect/script.ts"
import { momentOf } from "../../../src/collect/since.ts"
import { createSkewMeter } from "../../../src/collect/skew.ts"
import { evidence as haproxyEvidence } from "../../../src/haproxy/evidence.ts"
import type { Evidence } from "../../../src/model/evidence.ts"
import type { Inventory } from "../../../src/model/inventory.ts"

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "haops-"))
})
afterEach(() => rmSync(directory, { recursive: true }))

/** What the script's real run on this machine comes to. */
function run(evidence: Evidence, limits: Partial<Limits> = {}, sinceMs = 0, nowMs = Date.now()) {
  // Without a journal, whose content is this machine's own.
  const script = collectScript([evidence], { sinceMs, nowMs }, "N0NCE", { ...LIMITS, ...limits }).replaceAll(
    "journalctl",
    "no-such-program",
  )
  const stdout = execFileSync("sh", ["-c", script], { input: "\n\n\n", encoding: "utf8" })
  const parts: Part[] = []
  const clocks: number[] = []
  const reader = createPartReader("N0NCE", { clock: (ms) => clocks.push(ms), part: (part) => parts.push(part) })
  // A byte at a time: what comes in pieces is read as what comes at once.
  for (const character of stdout) reader.take(character)
  return { parts, clocks, complete: reader.complete }
}

describe("what is taken of a host", () => {
  test("is each file with its end, each program with its beginning, and how much is missing", () => {
    const log = join(directory, "a log")
    writeFileSync(join(directory, "long.log"), "0123456789\n".repeat(10))
    writeFileSync(log, "")
    const { parts, clocks, complete } = run(
      {
        logs: [join(directory, "*.log")],
        files: [join(directory, "nothing*")],
        says: {
          "says.txt": { program: "seq", script: "seq 1 9; echo why >&2" },
          no: { program: "no-such", script: "echo no" },
        },
      },
      { file: 12, says: 4 },
    )
    expect(complete).toBe(true)
    expect(clocks).toHaveLength(4)
    expect(Math.abs(clocks[3]! - Date.now())).toBeLessThan(60_000)
    expect(parts).toEqual([
      { name: "says.txt", text: "1\n2\n", cut: 18, where: "end" },
      { name: join(directory, "long.log"), text: "0123456789\n", cut: 99, where: "start" },
    ])
  })

  test("is no more than there is room for in all, and what is empty then is told", () => {
    for (const name of ["1.log", "2.log"]) writeFileSync(join(directory, name), "012\n45678\n")
    const { parts } = run({ logs: [join(directory, "*.log")] }, { files: 17 })
    expect(parts.map(({ text, cut }) => [text, cut])).toEqual([
      ["012\n45678\n", 0],
      ["45678\n", 4],
    ])
  })

  test("has no half of a line where it was cut, which nobody would know for a secret's", () => {
    const nvpair = '<nvpair name="passwd" value="hunter2"/>\n'
    writeFileSync(join(directory, "x.log"), `${nvpair}ü\n`)
    const says = { "cib.xml": { program: "printf", script: `printf '%s\n' 'über' '${nvpair.trim()}'` } }
    const { parts } = run({ logs: [join(directory, "*.log")], says }, { file: 10, says: 40 })
    expect(parts.map(({ text, cut, where }) => [text, cut, where])).toEqual([
      ["über\n", nvpair.length, "end"],
      ["ü\n", nvpair.length, "start"],
    ])
    const line = run({ logs: [join(directory, "*.log")] }, { file: 1 }).parts
    expect(line.map(({ text, cut }) => [text, cut])).toEqual([["", nvpair.length + 3]])
  })

  test("is in clear where it was compressed, and nothing that was not written to since", () => {
    const file = join(directory, "old.log")
    writeFileSync(file, "what it said\n")
    execFileSync("gzip", [file])
    const evidence = { logs: [join(directory, "*.log*")] }
    expect(run(evidence).parts).toEqual([{ name: `${file}.gz`, text: "what it said\n", cut: 0, where: "start" }])
    expect(run(evidence, {}, Date.now() + 3_600_000).parts).toEqual([])
  })

  test.each([-1, 1])("is of the last hour where a host's clock is %d days away from ours", (days) => {
    const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000)
    for (const [name, hours] of Object.entries({ "old.log": 2, "new.log": 0.5 })) {
      writeFileSync(join(directory, name), "said\n")
      utimesSync(join(directory, name), hoursAgo(hours), hoursAgo(hours))
    }
    const ours = Date.now() + days * 86_400_000
    const { parts } = run({ logs: [join(directory, "*.log")] }, {}, ours - 3_600_000, ours)
    expect(parts.map(({ name }) => name)).toEqual([join(directory, "new.log")])
  })

  test("says which program did not say all that it had", () => {
    const says = {
      "a.txt": { program: "sh", script: "echo half; exit 3" },
      "b.txt": { program: "sh", script: "exit 124" },
    }
    expect(run({ says }).parts.map(({ text }) => text)).toEqual([
      "half\nhaops: sh ended with code 3\n",
      "haops: sh ended with code 124, since it took too long\n",
    ])
  })

  test("ends for a host that is never answered", () => {
    const script = collectScript([], { sinceMs: 0, nowMs: Date.now() }, "N0NCE", LIMITS).replaceAll(
      "journalctl",
      "no-such-program",
    )
    expect(execFileSync("sh", ["-c", script], { input: "", encoding: "utf8" })).toMatch(
      /^N0NCE clock \d+\nN0NCE all\n$/,
    )
  })
})

test("an archive is what tar reads, whatever the length of its names, and its owner's alone", async () => {
  const file = join(directory, "x.tar.gz")
  const archive = createArchive(file, new Date("2026-11-29T12:00:00Z"))
  const long = `top/${"directory/".repeat(12)}name.log`
  const files = { "top/empty": "", "top/block": "x".repeat(512), [long]: "über\n" }
  await Promise.all(Object.entries(files).map(([path, text]) => archive.add(path, text)))
  await archive.close()
  expect(statSync(file).mode & 0o777).toBe(0o600)
  execFileSync("tar", ["-xzf", file, "-C", directory])
  for (const [path, text] of Object.entries(files)) expect(readFileSync(join(directory, path), "utf8")).toBe(text)
  expect(statSync(join(directory, long)).mtime.toISOString()).toBe("2026-11-29T12:00:00.000Z")
})

test("an archive that comes to nothing leaves no file", async () => {
  const archive = createArchive(join(directory, "x.tar.gz"), new Date())
  await archive.add("a", "b")
  await archive.abandon()
  expect(readdirSync(directory)).toEqual([])
})

test("an archive is not made over a file that is there", async () => {
  const file = join(directory, "x.tar.gz")
  writeFileSync(file, "mine")
  const archive = createArchive(file, new Date())
  await expect(archive.add("a", "b")).rejects.toMatchObject({ code: "EEXIST" })
  await archive.abandon()
  expect(readFileSync(file, "utf8")).toBe("mine")
})

test.each([
  [
    '<nvpair value="a&amp;b" name="passwd" id="x"/>',
    '<nvpair value="[secret]" name="passwd" id="x"/>',
    ["a&amp;b", "a&b"],
  ],
  ['<nvpair id="x" name="ip" value="10.0.0.1"/>', undefined, []],
  [
    "+  /cib/nvpair[@id='f-instance_attributes-passwd']:  @value=x y, @id=z",
    "+  /cib/nvpair[@id='f-instance_attributes-passwd']:  @value=[secret], @id=z",
    ["x y"],
  ],
  ["  auth_pass hunter2", "  auth_pass [secret]", ["hunter2"]],
  ["  stats auth admin:hunter2", "  stats auth admin:[secret]", ["hunter2"]],
  ["  user joe insecure-password hunter2", "  user joe insecure-password [secret]", ["hunter2"]],
  ["mysql+pymysql://keystone:hunter2@10.0.0.1/keystone", "mysql+pymysql://keystone:[secret]@10.0.0.1/keystone", []],
  ["db_password = hunter2", "db_password = [secret]", []],
  ['{"password": "a,b; [c"}', '{"password": "[secret]"}', []],
  ["password=ab[cd", "password=[secret]", []],
  // A client of haproxy says so, and "lost" is a word of pacemaker's.
  ["GET /?password=lost HTTP/1.1", "GET /?password=[secret] HTTP/1.1", []],
  ["  stats auth admin:two\\ words", "  stats auth admin:[secret]", ["two\\ words"]],
  ['  stats auth "admin:two words"', '  stats auth "admin:[secret]"', ["two words"]],
  ["totem {\n    key: c0ro sync\n    keyfile: /x\n}", "totem {\n    key: [secret]\n    keyfile: /x\n}", []],
  ["totem.key (str) = c0ro sync\ntotem.keyx", "totem.key (str) = [secret]\ntotem.keyx", []],
  ["CREATE USER a IDENTIFIED BY 'it''s'", "CREATE USER a IDENTIFIED BY '[secret]'", []],
  ["SET PASSWORD FOR a = PASSWORD('x')", "SET PASSWORD FOR a = PASSWORD('[secret]')", []],
  ["http-check send hdr Authorization 'Basic YTpi'", "http-check send hdr Authorization 'Basic [secret]'", []],
  ["HTTP/1.0\\r\\nAuthorization:\\ Basic\\ YTpi", "HTTP/1.0\\r\\nAuthorization:\\ Basic\\ [secret]", []],
  ["X-Auth-Token: gAAAA-b_c", "X-Auth-Token: [secret]", []],
  ["http://10.0.0.1:80/x@y", undefined, []],
  [
    "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----[secret]-----END PRIVATE KEY-----",
    [],
  ],
  ["-----BEGIN PRIVATE KEY-----\nMII", "-----BEGIN PRIVATE KEY-----[secret]", []],
])("%j is masked by where its secret stands", (text, masked, found) => {
  const mask = createMask()
  expect(mask(text)).toBe(masked ?? text)
  expect([...mask.found]).toEqual(found)
})

test("haproxy is not asked for what its clients sent", () => {
  const { script } = haproxyEvidence({} as Inventory).says!["haproxy.txt"]!
  expect(script).toContain("'show stat'")
  expect(script).not.toContain("show errors")
})

test.each([
  ["02:00", "2026-11-29T02:00:00"],
  ["13:30", "2026-11-28T13:30:00"],
  ["90min", "2026-11-29T10:30:00"],
  ["2026-11-28 02:00", "2026-11-28T02:00:00"],
  ["2026-11-28", "2026-11-28T00:00:00"],
])("since %s is a moment by this machine's clock", (text, moment) => {
  expect(momentOf(text, new Date("2026-11-29T12:00:00"))).toBe(new Date(moment).getTime())
})

test.each(["2026-11-29T02:00:00Z", "2026-11-29 03:00:00+01:00"])("since %s is one by its own zone", (text) => {
  expect(momentOf(text, new Date("2026-11-29T23:00:00Z"))).toBe(Date.UTC(2026, 10, 29, 2))
})

test.each(["", "tomorrow", "25:00", "2", "2026-11-30", "2026-13-01"])("since %j is no moment that has been", (text) => {
  expect(momentOf(text, new Date("2026-11-29T12:00:00"))).toBeUndefined()
})

test("a clock's lead is what the quickest answer says it is", () => {
  let now = 1000
  const meter = createSkewMeter(() => now)
  expect(meter.skew()).toBeUndefined()
  now = 1200
  meter.heard(6200)
  expect(meter.skew()).toEqual({ ms: 5100, marginMs: 100 })
  meter.asked()
  now = 1210
  meter.heard(6205)
  meter.asked()
  now = 1400
  meter.heard(6300)
  expect(meter.skew()).toEqual({ ms: 5000, marginMs: 5 })
})
