import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fc, test } from "@fast-check/vitest"
import { afterAll, describe, expect } from "vitest"
import type { HaopsError } from "../../../src/base/errors.ts"
import { type Endpoint, resolveEndpoint } from "../../../src/transport/endpoint.ts"
import { createHostKeys } from "../../../src/transport/host-keys.ts"
import { makeKey } from "../../ssh/server.ts"

const directory = mkdtempSync(join(tmpdir(), "tr-keys-"))
afterAll(() => rmSync(directory, { recursive: true }))
const known = join(directory, "known_hosts")

const [first, second] = [0, 1].map(() => makeKey().public.split(" ")[1] ?? "")
const [FIRST, SECOND] = [first, second].map((text) => Buffer.from(text ?? "", "base64")) as [Buffer, Buffer]

const host = fc.constantFrom("node1", "Node1", "NODE-2.Example", "10.0.0.1", "fe80::1", "FE80::1")
const port = fc.constantFrom(22, 2222, 22022)
const alias = fc.option(fc.constantFrom("rack7", "Rack7", "10.0.0.9"), { nil: undefined })
const place = fc.record({ host, port, alias, hashed: fc.boolean() })
type Place = typeof place extends fc.Arbitrary<infer Value> ? Value : never

describe("the host keys of a place, against the real ssh-keygen", () => {
  test.prop([place], { numRuns: 40 })("what we record, it finds; and a changed key is refused", async (where) => {
    writeFileSync(known, "")
    expect(await verdict(where, FIRST)).toBe("accepted")
    expect(linesFound(opensshName(where))).toEqual([1])
    expect(await verdict(where, FIRST)).toBe("accepted")
    expect(await verdict(where, SECOND)).toContain("has CHANGED")
  })

  test.prop([place, place], { numRuns: 60 })("what it finds, we find", async (where, written) => {
    writeFileSync(known, `${nameOf(written)} ssh-ed25519 ${first}\n`)
    if (written.hashed) execFileSync("ssh-keygen", ["-H", "-f", known], { stdio: "ignore" })
    const found = linesFound(opensshName(where)).length > 0
    // One that is not known is recorded under accept-new; one that is known by another key is refused.
    expect(await verdict(where, SECOND)).toContain(found ? "has CHANGED" : "accepted")
  })
})

describe("what ssh would ask beside known_hosts is asked, or named", () => {
  const publicKey = join(directory, "second.pub")
  const revoked = join(directory, "revoked")
  const line = (key: string) => `ssh-ed25519 ${key}\n`

  /** Of a host that is known by its second key. */
  async function told(
    config: Readonly<Record<string, string>>,
    { key = SECOND, known: text = "" } = {},
  ): Promise<string> {
    writeFileSync(known, text === "" ? `10.0.0.1 ${line(second!)}` : text)
    return await verdict({ host: "10.0.0.1", port: 22, alias: undefined, hashed: false }, key, config)
  }

  test("RevokedHostKeys with a list of keys", async () => {
    writeFileSync(revoked, `# gone\n${line(second!)}`)
    expect(await told({ revokedhostkeys: revoked })).toContain(`${revoked} revokes (RevokedHostKeys)`)
    writeFileSync(revoked, line(first!))
    expect(await told({ revokedhostkeys: revoked })).toBe("accepted")
  })

  test("RevokedHostKeys with a KRL of ssh-keygen", async () => {
    writeFileSync(publicKey, line(second!))
    execFileSync("ssh-keygen", ["-k", "-f", revoked, publicKey], { stdio: "ignore" })
    expect(await told({ revokedhostkeys: revoked })).toContain(`${revoked} revokes (RevokedHostKeys)`)
    expect(await told({ revokedhostkeys: revoked }, { key: FIRST, known: `10.0.0.1 ${line(first!)}` })).toBe("accepted")
  })

  test("RevokedHostKeys that cannot be read trusts nobody, as with ssh", async () => {
    expect(await told({ revokedhostkeys: join(directory, "none") })).toContain("cannot be held against")
    writeFileSync(revoked, "SSHKRL\n\0damaged")
    expect(await told({ revokedhostkeys: revoked })).toContain("cannot be held against")
  })

  test("a certificate authority: nothing is recorded over its head", async () => {
    const authority = `@cert-authority * ${line(first!)}`
    expect(await told({}, { known: authority })).toContain(`${known}:1 leaves it to a certificate authority`)
    expect(readFileSync(known, "utf8")).toBe(authority)
    expect(await told({}, { known: `${authority}10.0.0.1 ${line(second!)}` })).toBe("accepted")
  })

  test("a KnownHostsCommand likewise", async () => {
    expect(await told({ knownhostscommand: "/bin/ask" }, { known: "# none\n" })).toContain(
      "KnownHostsCommand: /bin/ask",
    )
    expect(await told({ knownhostscommand: "/bin/ask" })).toBe("accepted")
  })
})

/** How ssh spells a place (sshconnect.c, get_hostfile_hostname_ipaddr): an alias as it is, any other name with its port. */
function nameOf({ host, port, alias }: Place): string {
  return alias ?? (port === 22 ? host : `[${host}]:${port}`)
}

/** ssh itself looks names up in lower case; ssh-keygen leaves that to its user. */
function opensshName(where: Place): string {
  return nameOf(where).toLowerCase()
}

async function verdict(where: Place, key: Buffer, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const { verify } = await createHostKeys(() => undefined).check(await endpointOf(where, more))
  const refused: HaopsError | undefined = await verify(key)
  return refused === undefined ? "accepted" : refused.message
}

function endpointOf(
  { host: address, port, alias, hashed }: Place,
  more: Readonly<Record<string, string>>,
): Promise<Endpoint> {
  const config = new Map<string, string[]>([["hashknownhosts", [hashed ? "yes" : "no"]]])
  for (const [keyword, value] of Object.entries(more)) config.set(keyword, [value])
  if (alias !== undefined) config.set("hostkeyalias", [alias])
  const ssh = { port, become: "sudo", hostKeys: "accept-new", knownHosts: known, connectTimeoutMs: 1000 } as const
  const around = { home: directory, env: {}, localUser: "me", lookup: async () => config }
  return resolveEndpoint({ name: "inventory-name", group: "controllers", address, links: [address], ssh }, around)
}

/** The numbers of the lines that `ssh-keygen -F` finds. */
function linesFound(name: string): readonly number[] {
  try {
    const output = execFileSync("ssh-keygen", ["-F", name, "-f", known], { encoding: "utf8" })
    return [...output.matchAll(/found: line (\d+)/g)].map((match) => Number(match[1]))
  } catch {
    return []
  }
}
