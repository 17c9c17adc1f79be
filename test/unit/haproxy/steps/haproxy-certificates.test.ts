import { X509Certificate } from "node:crypto"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it, test } from "vitest"
import { Secret } from "../../../../src/base/secret.ts"
import { certificateFacts, certificateText, pemBundle } from "../../../../src/haproxy/node/certificate.ts"
import {
  type CertificateState,
  certificateScript,
  parseCertificates,
} from "../../../../src/haproxy/node/certificate-state.ts"
import { haproxyCertificates } from "../../../../src/haproxy/steps/haproxy-certificates.ts"
import { sha256 } from "../../../../src/host/file-state.ts"
import { createSecretStore } from "../../../../src/inventory/secrets.ts"
import { parseInventory } from "../../parse-inventory.ts"
import { facts, judge, run, SHELLS, sandbox, systemctlShow } from "../../step-harness.ts"

const CASES = new URL("../../../cases/certificates/", import.meta.url)
const pem = (file: string) => readFileSync(new URL(file, CASES), "utf8")
const WEB = pem("web.crt") + pem("web.key")
const PATH = "/etc/haproxy/certificates/web.pem"
const RECORD = "/etc/haproxy/certificates/.haops"
const NOW = Date.parse("2026-11-21")

const want = { files: [{ service: "web", path: PATH, content: new Secret(WEB) }], now: NOW, vips: [] }
const have = (changes: object = {}, memory: "none" | "current" | "older" = "current"): CertificateState => ({
  files: [
    {
      file: {
        type: "file",
        mode: "0600",
        owner: "root:root",
        size: 900,
        sha256: sha256(WEB),
        content: undefined,
        ...changes,
      },
      memory,
    },
  ],
  recorded: ["web.pem"],
  hasVip: false,
})

describe("a certificate on a node", () => {
  test("in sync: nothing to do", () => {
    expect(judge(haproxyCertificates, want, have())).toEqual({ drift: [], findings: [], actions: [] })
  })

  test("absent: it is put there, checked by haproxy, and nothing is reloaded", () => {
    const { drift, actions } = judge(haproxyCertificates, want, {
      files: [{ file: { type: "absent" }, memory: "none" }],
      recorded: [],
      hasVip: false,
    })
    expect(drift).toMatchObject([
      { attribute: RECORD, have: "without web.pem" },
      { attribute: PATH, have: "absent", risk: "none" },
    ])
    expect(drift[1]!.want).toMatch(/^CN=web\.example until 2126-.* \(sha256 [0-9A-F:]{23}:…\)$/)
    expect(actions).toMatchObject([
      { type: "put", path: RECORD, content: "web.pem\n" },
      { type: "put", path: PATH, mode: "0600", owner: "root:root" },
    ])
    expect(JSON.stringify(actions)).toContain("haproxy -c -q -f /dev/stdin")
  })

  test("renewed: it is put there and haproxy is reloaded", () => {
    const content = Buffer.from(pem("other.crt"))
    const { drift, actions } = judge(haproxyCertificates, want, have({ sha256: "0".repeat(64), content }))
    expect(drift).toMatchObject([
      { attribute: PATH, have: expect.stringContaining("CN=other.example"), risk: "reload" },
    ])
    expect(actions.map((action) => action.type)).toEqual(["put", "run", "wait"])
  })

  test("renewed while haproxy does not run: no reload", () => {
    const { actions } = judge(haproxyCertificates, want, have({ sha256: "0".repeat(64) }, "none"))
    expect(actions.map((action) => action.type)).toEqual(["put"])
  })

  test("the same certificate with another chain or key is told as such", () => {
    const content = Buffer.from(pem("web.crt"))
    const { drift } = judge(haproxyCertificates, want, have({ sha256: "0".repeat(64), content }))
    expect(drift[0]!.have).toMatch(/, with another chain or key$/)
  })

  test("readable by others: its rights alone are changed", () => {
    const { actions } = judge(haproxyCertificates, want, have({ mode: "0644", owner: "root:haproxy" }))
    expect(actions).toEqual([
      { type: "run", argv: ["chown", "--", "root:root", PATH] },
      { type: "run", argv: ["chmod", "--", "0600", PATH] },
    ])
  })

  test("in place and not yet in haproxy's memory, as after a run that was cut short: a reload", () => {
    const { drift, actions } = judge(haproxyCertificates, want, have({}, "older"))
    expect(drift).toMatchObject([{ attribute: `${PATH} as loaded`, risk: "reload" }])
    expect(actions.map((action) => action.type)).toEqual(["run", "wait"])
  })

  test("about to expire, or expired: a warning", () => {
    const at = (time: number) => judge(haproxyCertificates, { ...want, now: time }, have()).findings
    const { expires } = certificateFacts(WEB)!
    expect(at(expires - 5.5 * 86_400_000)).toMatchObject([
      { severity: "warning", message: "the certificate of web expires in 5 days" },
    ])
    expect(at(expires + 1)).toMatchObject([{ message: "the certificate of web has expired" }])
    // Renewed as is usual, it never comes this near.
    expect(at(expires - 13.5 * 86_400_000)).toMatchObject([{ message: "the certificate of web expires in 13 days" }])
    expect(at(expires - 14.5 * 86_400_000)).toEqual([])
  })

  test("something that is no file: left alone, and told of", () => {
    const { drift, findings } = judge(haproxyCertificates, want, {
      files: [{ file: { type: "other" }, memory: "none" }],
      recorded: ["web.pem"],
      hasVip: false,
    })
    expect([drift.length, findings.length]).toEqual([0, 1])
  })

  test.each([true, false])("a host that holds a VIP (%s) has its turn last", (hasVip) => {
    expect(haproxyCertificates.servesClients?.(want, { ...have(), hasVip }, facts())).toBe(hasVip)
  })

  test("nothing that is shown holds the key", () => {
    const key = pem("web.key").split("\n")[1]!
    for (const state of [have(), have({ sha256: "0".repeat(64), content: Buffer.from(pem("other.crt")) })]) {
      expect(JSON.stringify(judge(haproxyCertificates, want, state))).not.toContain(key)
    }
  })
})

describe.each(SHELLS)("the probe, in %s", (shell) => {
  it("sends certificates and never a key", () => {
    using box = sandbox({ systemctl: systemctlShow({}) })
    const path = join(box.path, "web.pem")
    writeFileSync(path, WEB, { mode: 0o600 })
    const files = [
      { path, sha256: "other" },
      { path: join(box.path, "none.pem"), sha256: "other" },
    ]
    const { stdout } = run(certificateScript(files, { vips: [] }), { shell, path: box.path })
    const [first, second] = parseCertificates({ stdout, stderr: "" }, 2).files
    expect(first).toMatchObject({ memory: "none", file: { type: "file", mode: "0600", sha256: sha256(WEB) } })
    expect(first!.file.type === "file" && first!.file.content?.toString()).toBe(pem("web.crt"))
    expect(second).toEqual({ memory: "none", file: { type: "absent" } })
  })

  it("sends nothing of a file that is known", () => {
    using box = sandbox({ systemctl: systemctlShow({}) })
    const path = join(box.path, "web.pem")
    writeFileSync(path, WEB)
    const { stdout } = run(certificateScript([{ path, sha256: sha256(WEB) }], { vips: ["127.0.0.1"] }), {
      shell,
      path: box.path,
    })
    expect(stdout).not.toContain("content")
  })
})

describe("what haproxy could not use is refused before any host is touched", () => {
  it.each([
    ["no certificate", pem("web.key"), undefined, /no certificate/],
    ["no key", pem("web.crt"), undefined, /no private key/],
    ["the key of another certificate", pem("web.crt"), pem("other.key"), /not that of the first certificate/],
    ["a chain in the wrong order", pem("other.crt") + pem("web.crt"), pem("web.key"), /not that of the first/],
    ["a key with a passphrase", pem("web.crt"), pem("web-encrypted.key"), /passphrase/],
  ])("%s", (_, certificate, key, message) => {
    expect(() => pemBundle(certificate, key, "the certificate of web")).toThrow(message)
  })

  it("takes the key from the same file or from its own", () => {
    expect(pemBundle(WEB, undefined, "x")).toBe(pemBundle(pem("web.crt"), pem("web.key").trimEnd(), "x"))
  })

  it("tells a certificate by its name, end and fingerprint", () => {
    const { fingerprint256 } = new X509Certificate(WEB)
    expect(certificateText(certificateFacts(WEB)!)).toContain(`(sha256 ${fingerprint256.slice(0, 23)}:…)`)
  })
})

describe("an inventory", () => {
  const inventory = parseInventory(
    `
name: lab
controllers: { a: 10.0.0.12 }
haproxy:
  services:
    - name: web
      port: 443
      bind: 10.0.0.12
      backends: { x: 10.0.0.40 }
      tls: { certificate: { file: web.crt }, key: { file: web.key }, alpn: [h2] }
    - { name: old, port: 444, bind: 10.0.0.12, backends: { x: 10.0.0.40 }, tls: { certificate: /etc/ssl/old.pem } }
`,
    new URL("lab.yaml", CASES).pathname,
  )

  it("has its certificates put where haproxy.cfg looks for them, and leaves those that are on the node alone", () => {
    const warnings: string[] = []
    const secret = createSecretStore({ onWarning: (text) => warnings.push(text) })
    const bound = haproxyCertificates.bind!({ inventory, host: inventory.hosts[0]!, members: inventory.hosts, secret })
    expect(bound?.files.map(({ service, path }) => [service, path])).toEqual([["web", PATH]])
    expect(bound?.files[0]?.content.reveal()).toBe(WEB)
    expect(inventory.haproxy?.services.map(({ bind }) => bind.tls?.certificate)).toEqual([PATH, "/etc/ssl/old.pem"])
    expect(warnings.filter((text) => text.includes("web.crt"))).toEqual([])
  })

  it("without certificates of its own has nothing to do", () => {
    const plain = { ...inventory, haproxy: { ...inventory.haproxy!, services: [] } }
    const secret = () => new Secret("")
    expect(
      haproxyCertificates.bind!({ inventory: plain, host: inventory.hosts[0]!, members: [], secret }),
    ).toBeUndefined()
  })
})
