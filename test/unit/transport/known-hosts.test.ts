import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fc, test as property } from "@fast-check/vitest"
import { afterAll, describe, expect, test } from "vitest"
import {
  entriesFor,
  fingerprint,
  formatKnownHost,
  judge,
  keyType,
  knownHostName,
  matchesHost,
  parseKnownHosts,
} from "../../../src/transport/known-hosts.ts"
import { KnownHosts } from "../../../src/transport/known-hosts-index.ts"

const directory = mkdtempSync(join(tmpdir(), "tr-known-"))
afterAll(() => rmSync(directory, { recursive: true }))

/** A key's blob of the type, told apart by its content. */
function key(type: string, content: string): Buffer {
  const word = (text: string) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(text.length)
    return Buffer.concat([length, Buffer.from(text)])
  }
  return Buffer.concat([word(type), word(content.padEnd(32, "."))])
}

const A = key("ssh-ed25519", "a")
const B = key("ssh-ed25519", "b")
const RSA = key("ssh-rsa", "r")
const line = (names: string, blob: Buffer) => `${names} ${keyType(blob)} ${blob.toString("base64")}`

describe("a name in known_hosts", () => {
  test.for([
    ["10.0.0.1", 22, "10.0.0.1"],
    ["10.0.0.1", 2222, "[10.0.0.1]:2222"],
    ["fe80::1", 22, "fe80::1"],
    ["fe80::1", 2222, "[fe80::1]:2222"],
  ] as const)("%s port %i is %s", ([host, port, name]) => {
    expect(knownHostName(host, port)).toBe(name)
  })

  test.for([
    ["node1", "node1", true],
    ["Node1", "nODE1", true],
    ["node1", "node10", false],
    ["a,node1,b", "node1", true],
    ["node?", "node1", true],
    ["node?", "node", false],
    ["*", "[10.0.0.1]:2222", true],
    ["10.0.0.*", "10.0.0.12", true],
    ["10.0.0.*", "[10.0.0.12]:2222", false],
    ["[10.0.0.*]:2222", "[10.0.0.12]:2222", true],
    ["*,!node1", "node1", false],
    ["!node1,*", "node2", true],
    ["!node1", "node2", false],
    ["*a*a*a*a*a*a*b", "a".repeat(200), false],
  ] as const)("the patterns %s and %s: %s", ([patterns, name, matches]) => {
    expect(matchesHost(patterns, name)).toBe(matches)
  })
})

describe("against the real ssh-keygen", () => {
  test("the same entries of a hashed file are found for the same names", () => {
    const names = ["node1", "10.0.0.1", "[10.0.0.1]:2222", "[fe80::1]:22022"]
    const file = join(directory, "hashed")
    writeFileSync(file, names.map((name, index) => `${line(name, key("ssh-ed25519", `k${index}`))}\n`).join(""))
    execFileSync("ssh-keygen", ["-H", "-f", file], { stdio: "ignore" })
    const entries = parseKnownHosts(readFileSync(file, "utf8"), file)
    expect(entries.every((entry) => entry.patterns.startsWith("|1|"))).toBe(true)
    for (const name of [...names, "node2", "10.0.0.1:2222", "[10.0.0.1]:22"]) {
      const ours = entriesFor(entries, [name]).map((entry) => entry.line)
      expect([name, ours]).toEqual([name, linesFound(name, file)])
    }
  })

  test("what we hash, it finds; and the fingerprint is the same", () => {
    const file = join(directory, "ours")
    writeFileSync(file, `${formatKnownHost("[10.0.0.1]:2222", A, true)}\n`)
    expect(linesFound("[10.0.0.1]:2222", file)).toEqual([1])
    expect(execFileSync("ssh-keygen", ["-lf", file], { encoding: "utf8" })).toContain(` ${fingerprint(A)} `)
  })
})

test("lines that are no entry are passed over, and the others keep their numbers", () => {
  const text = [
    "# comment",
    "",
    "node1",
    line("node1", A),
    "node1 ssh-rsa AAAA",
    `  ${line("@revoked *", B)}`,
    `@odd ${line("x", A)}`,
  ]
  const entries = parseKnownHosts(text.join("\r\n"), "f")
  expect(entries.map((entry) => [entry.line, entry.marker, entry.patterns])).toEqual([
    [4, undefined, "node1"],
    [6, "@revoked", "*"],
  ])
})

describe("a key that a host shows", () => {
  test.for<[verdict: string, entries: readonly string[], shown: Buffer]>([
    ["known", [line("10.0.0.1", A)], A],
    ["known", [line("10.0.0.1", B), line("10.0.0.1", A)], A],
    ["known", [line("node1", A)], A],
    ["unknown", [], A],
    ["unknown", [line("node2", A)], A],
    ["unknown", [line("@cert-authority 10.0.0.1", A)], A],
    ["changed", [line("10.0.0.1", B)], A],
    ["changed", [line("10.0.0.1", RSA)], A],
    ["changed", [line("node1", B)], A],
    ["changed", [line("10.0.0.1", B), line("node1", A)], A],
    ["revoked", [line("10.0.0.1", A), line("@revoked *", A)], A],
    ["known", [line("10.0.0.1", A), line("@revoked *", B)], A],
    ["known", [line("plain", A)], A],
    ["unknown", [line("plain", B)], A],
  ])("is %s to %j", ([verdict, lines, shown]) => {
    const entries = parseKnownHosts(lines.join("\n"), "f")
    expect(judge(entries, ["10.0.0.1", "node1"], ["plain"], shown).status).toBe(verdict)
  })
})

describe("many entries, found by name", () => {
  const patterns = fc.constantFrom("node1", "Node1,10.0.0.1", "node?", "*,!node2", "@revoked node1", "HASHED", "node2")
  const toLine = (written: string) => (written === "HASHED" ? formatKnownHost("node1", B, true) : line(written, A))

  property.prop([fc.array(patterns, { maxLength: 8 }), fc.array(patterns, { maxLength: 3 })])(
    "are those that each line's patterns tell, of later additions too",
    (written, later) => {
      const entries = parseKnownHosts([...written, ...later].map(toLine).join("\n"), "f")
      const known = new KnownHosts(entries.slice(0, written.length))
      known.about(["node1"])
      known.add(entries.slice(written.length))
      for (const names of [["node1"], ["NODE2", "10.0.0.1"], ["none"]]) {
        const one = (name: string) => entries.filter((entry) => matchesHost(entry.patterns, name))
        expect(known.about(names)).toEqual(entries.filter((entry) => names.flatMap(one).includes(entry)))
      }
    },
  )
})

/** The numbers of the lines that `ssh-keygen -F` finds. */
function linesFound(name: string, file: string): readonly number[] {
  try {
    const output = execFileSync("ssh-keygen", ["-F", name, "-f", file], { encoding: "utf8" })
    return [...output.matchAll(/found: line (\d+)/g)].map((match) => Number(match[1]))
  } catch {
    return []
  }
}
