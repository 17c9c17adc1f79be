import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import type { SshSettings } from "../../../src/model/inventory.ts"
import { explainLogin } from "../../../src/transport/explain.ts"
import { createSshConfig } from "../../../src/transport/ssh-config.ts"
import { connectionFacts } from "../../../src/verbs/facts-connection.ts"
import { host } from "../step-harness.ts"

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "haops-"))
  mkdirSync(join(home, ".ssh"))
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  rmSync(home, { recursive: true })
})

const write = (name: string, text: string) => writeFileSync(join(home, ".ssh", name), text)

async function explained(ssh: Partial<SshSettings> = {}): Promise<readonly string[]> {
  const one = host("node1", "10.0.0.1")
  const around = { home, env: {}, localUser: "me", lookup: createSshConfig({ home }) }
  const facts = await explainLogin({ ...one, ssh: { ...one.ssh, ...ssh } }, around)
  return facts.map(({ what, value, why }) => `${what}: ${value} < ${why}`.replaceAll(home, "~"))
}

test("each value is told with the line of the configuration that says it", async () => {
  write("more", "Host nothing\n  Port 1\nHost 10.0.0.*\n  Port 2222\n")
  const match = "Match user deploy\n  ProxyJump ops@10.1.1.1:23\n"
  const node = "Host other\n  User nobody\nHost node1\n  IdentityFile ~/.ssh/a\n  User deploy\n  User late\n"
  write("config", `Include ${home}/.ssh/more\n${node}  IdentityFile "~/.ssh/b"\n${match}`)
  expect(await explained()).toEqual([
    "address: 10.0.0.1 < inventory",
    "user: deploy < ~/.ssh/config:6",
    "port: 2222 < ~/.ssh/more:4",
    "jump: ops@10.1.1.1:23 < ~/.ssh/config:10",
    "key: ~/.ssh/a < ~/.ssh/config:5",
    "key: ~/.ssh/b < ~/.ssh/config:8",
    "host key: has to be known, as 10.0.0.1 or node1 < inventory or default",
    expect.stringMatching(/^known hosts: ~\/\.ssh\/known_hosts, .* < default$/),
    "become: sudo < inventory or default",
  ])
})

test("what ssh itself logs in by is told with its words, and with what asks for it", async () => {
  write("config", "Host node1\n  CertificateFile ~/.ssh/a-cert.pub\n")
  expect(await explained({ transport: "auto", user: "root" })).toEqual([
    expect.stringMatching(
      /^transport: ssh -F ~\/\.ssh\/config .* -o HostName=10\.0\.0\.1 .*-l root -- node1 < ssh configuration: CertificateFile ~\/\.ssh\/a-cert\.pub$/,
    ),
    "address: 10.0.0.1 < inventory",
    "user: root < inventory",
    "port: 22 < ssh configuration or default",
  ])
})

test("the inventory goes first, and without anybody's word it is the default", async () => {
  write("config", "Host node1\n  User deploy\n  Port 2222\n  IdentityFile ~/.ssh/a\n")
  const own = { user: "root", port: 22, identityFile: "/k/mine", knownHosts: "/k/known", proxyJump: "none" }
  expect(await explained(own)).toEqual([
    "address: 10.0.0.1 < inventory",
    "user: root < inventory",
    "port: 22 < inventory",
    "key: /k/mine < inventory",
    "key: ~/.ssh/a < ~/.ssh/config:4",
    "host key: has to be known, as 10.0.0.1 or node1 < inventory or default",
    "known hosts: /k/known < inventory",
  ])
  rmSync(join(home, ".ssh/config"))
  const bare = await explained({ password: { from: "env", name: "HAOPS_NO_SUCH" } })
  expect(bare.slice(1, 4)).toEqual([
    "user: me < your own name",
    "port: 22 < default",
    "key: ~/.ssh/id_ed25519 < default",
  ])
  expect(bare).toContain("password: where keys are refused < inventory")
})

test("a host whose way haops cannot go is told with why, beside the others; nothing is connected to", async () => {
  write("config", "Host c2\n  ProxyCommand nc %h %p\n")
  writeFileSync(
    join(home, "i.yaml"),
    "name: x\nssh: { user: root, port: 1 }\ncontrollers: { c1: 10.0.0.1, c2: 10.0.0.2 }\n",
  )
  vi.stubEnv("HOME", home)
  let text = ""
  vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    text += String(chunk)
    return true
  })
  expect(await connectionFacts({ inventory: join(home, "i.yaml"), forks: 1 })).toBe(1)
  expect(text).toMatch(/^c1\n {2}address +10\.0\.0\.1 +inventory\n {2}user +root +inventory\n {2}port +1 +inventory\n/)
  expect(text).toMatch(
    /\nc2\n {2}the ssh configuration of c2 uses a ProxyCommand: nc %h %p\n {2}set ssh\.transport: openssh in the inventory, or use ProxyJump/,
  )
  text = ""
  expect(await connectionFacts({ inventory: join(home, "i.yaml"), limit: "c1", json: true, forks: 1 })).toBe(0)
  expect(JSON.parse(text)).toMatchObject({
    outcome: "done",
    exit: 0,
    facts: { c1: { login: expect.arrayContaining([{ what: "user", value: "root", why: "inventory" }]) } },
  })
})
