import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { Host, SshSettings } from "../../../src/model/inventory.ts"
import { type Endpoint, parseJump, resolveEndpoint } from "../../../src/transport/endpoint.ts"
import { createSshConfig } from "../../../src/transport/ssh-config.ts"

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "tr-config-"))
  mkdirSync(join(home, ".ssh"))
})
afterEach(() => rmSync(home, { recursive: true }))

/** With the real ssh, and without one. */
const PROGRAMS = [undefined, "no-such-ssh"]

async function resolve(config: string, ssh: Partial<SshSettings> = {}, program?: string): Promise<Endpoint> {
  if (config !== "") writeFileSync(join(home, ".ssh/config"), config)
  const settings: SshSettings = { become: "sudo", hostKeys: "strict", connectTimeoutMs: 1000, ...ssh }
  const host: Host = { name: "node1", group: "controllers", address: "10.0.0.1", links: ["10.0.0.1"], ssh: settings }
  const env = { SSH_AUTH_SOCK: "/run/agent" }
  return resolveEndpoint(host, { home, env, localUser: "me", lookup: createSshConfig({ home, program }) })
}

describe.for(PROGRAMS)("the ssh configuration, read by %s", (program) => {
  test.for<[what: string, config: string, ssh: Partial<SshSettings>, expected: Partial<Endpoint>]>([
    ["a section for the name", "Host node1\n User deploy\n Port 2222\n", {}, { user: "deploy", port: 2222 }],
    ["a section for the address", "Host 10.0.0.*\n User deploy\n", {}, { user: "deploy", port: 22 }],
    ["both, the name's first", "Host 10.*\n User a\n Port 1\nHost node1\n User n\n", {}, { user: "n", port: 1 }],
    [
      "the inventory before both",
      "Host node1\n User deploy\n Port 2222\n",
      { user: "root", port: 22 },
      { user: "root", port: 22 },
    ],
    ["the inventory's address before HostName", "Host node1\n HostName 10.9.9.9\n", {}, { address: "10.0.0.1" }],
    ["what everybody gets", "Host *\n Port 2200\n", {}, { port: 2200 }],
    ["HostKeyAlias", "Host node1\n HostKeyAlias rack7\n", {}, { knownAs: ["rack7"], aliased: true }],
    ["no agent", "Host *\n IdentityAgent none\n", {}, { agentSocket: undefined }],
    ["the default agent", "Host *\n Port 22\n", {}, { agentSocket: "/run/agent" }],
    ["only named keys", "Host *\n IdentitiesOnly yes\n", {}, { identitiesOnly: true }],
    [
      "files of known hosts",
      "Host *\n UserKnownHostsFile /k/h\n GlobalKnownHostsFile none\n",
      {},
      { knownHostsFiles: ["/k/h"] },
    ],
    [
      "the inventory's file of known hosts",
      "Host *\n UserKnownHostsFile /k/h\n",
      { knownHosts: "/mine" },
      { knownHostsFiles: ["/mine"] },
    ],
  ])("%s", async ([, config, ssh, expected]) => {
    expect(await resolve(config, ssh, program)).toMatchObject(expected)
  })

  describe("what ssh does not say of a host is unset, though everybody else has it", () => {
    const none = { via: undefined, knownAs: ["10.0.0.1", "node1"] }
    test.for<[what: string, config: string, expected: Partial<Endpoint>]>([
      ["a host ruled out", "Host * !node1\n ProxyJump gate\n Port 22\n", none],
      ["an address ruled out", "Host * !10.0.0.*\n ProxyJump gate\n", none],
      ["ProxyJump none", "Host node1\n ProxyJump none\nHost *\n ProxyJump gate\n", none],
      ["ProxyCommand none", "Host node1\n ProxyCommand none\nHost *\n ProxyCommand nc %h %p\n", none],
      ["ProxyCommand none over a ProxyJump", "Host node1\n ProxyCommand none\nHost *\n ProxyJump gate\n", none],
      ["ProxyJump none over a ProxyCommand", "Host node1\n ProxyJump none\nHost *\n ProxyCommand nc %h %p\n", none],
      ["HostKeyAlias for the others", "Host * !node1\n HostKeyAlias rack7\n", none],
      ["Port for the others", "Host * !node1\n User u\n Port 2222\n", { port: 22 }],
      ["keys for the others", "Host * !node1\n IdentityFile /k\n User me\n", { identitiesNamed: false }],
      ["IdentitiesOnly for the others", "Host * !node1\n IdentitiesOnly yes\n", { identitiesOnly: false }],
      ["no agent for the others", "Host * !node1\n IdentityAgent none\n", { agentSocket: "/run/agent" }],
    ])("%s", async ([, config, expected]) => {
      expect(await resolve(config, {}, program)).toMatchObject(expected)
    })

    test("a jump host that the general ProxyJump rules out is reached directly", async () => {
      const { via } = await resolve("Host * !gate\n ProxyJump gate\n", {}, program)
      expect(via).toMatchObject({ address: "gate", via: undefined })
    })

    test("the way there is one question: a ProxyCommand for the name beats a ProxyJump for the address", async () => {
      const config = "Host node1\n ProxyCommand nc %h %p\nHost 10.0.0.1\n ProxyJump gate\n"
      await expect(resolve(config, {}, program)).rejects.toMatchObject({ code: "E_UNSUPPORTED" })
    })
  })

  test("keys: named ones in order with their tokens, else the defaults", async () => {
    const named = await resolve(
      "Host node1\n IdentityFile ~/.ssh/first\n IdentityFile %d/keys/%r\n User u\n",
      {},
      program,
    )
    expect(named.identityFiles).toEqual([`${home}/.ssh/first`, `${home}/keys/u`])
    expect(named.identitiesNamed).toBe(true)
    const usual = await resolve("Host node1\n User u\n", {}, program)
    expect(usual.identityFiles).toEqual(["id_ed25519", "id_ecdsa", "id_rsa"].map((name) => `${home}/.ssh/${name}`))
    expect(usual.identitiesNamed).toBe(false)
    const own = await resolve("Host node1\n IdentityFile ~/.ssh/first\n", { identityFile: "~/mine" }, program)
    expect(own.identityFiles).toEqual([`${home}/mine`, `${home}/.ssh/first`])
    const beside = await resolve(
      "Host node1\n IdentityFile ~/.ssh/work\n IdentityFile ~/.ssh/id_ed25519\n",
      {},
      program,
    )
    expect(beside.identityFiles).toEqual([`${home}/.ssh/work`, `${home}/.ssh/id_ed25519`])
  })

  test("files of known hosts with blanks in their names", async () => {
    const config = 'Host *\n UserKnownHostsFile "~/a b/kh" "/c d" /e\n GlobalKnownHostsFile "/g h" /i\n'
    const { knownHostsFiles } = await resolve(config, {}, program)
    expect(knownHostsFiles.map((file) => file.replace(/^.*\/a b/, "a b"))).toEqual([
      "a b/kh",
      "/c d",
      "/e",
      "/g h",
      "/i",
    ])
  })

  test("the tokens of a path, each by what ssh means by it", async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: ssh's own variable
    const config = "Host node1\n HostKeyAlias rack7\n IdentityFile /%h/%k/%n/%p/%r/%u/%i/%%/${SSH_AUTH_SOCK}\n"
    const { identityFiles } = await resolve(config, { user: "deploy", port: 2200 }, program)
    expect(identityFiles).toEqual([`/10.0.0.1/rack7/node1/2200/deploy/me/${process.getuid?.()}/%/run/agent`])
  })

  test("a jump host's own name is that of its section, whoever logs in there and at which port", async () => {
    const config = "Host gate\n HostName 192.0.2.1\n IdentityFile /%n/%h/%p/%r\n UserKnownHostsFile /known/%k\n"
    const { via } = await resolve(config, { proxyJump: "jumper@gate:2202" }, program)
    expect(via?.identityFiles).toEqual(["/gate/192.0.2.1/2202/jumper"])
    expect(via?.knownHostsFiles[0]).toBe("/known/gate")
  })

  test.for([
    ["IdentityFile", "/keys/%j"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: ssh's own variable
    ["IdentityFile", "/keys/${NO_SUCH}"],
    ["RevokedHostKeys", "/keys/%j"],
    ["IdentityFile", "~bob/key"],
  ])("%s %s is refused by name", async ([keyword, path]) => {
    await expect(resolve(`Host node1\n ${keyword} ${path}\n`, {}, program)).rejects.toMatchObject({
      code: "E_UNSUPPORTED",
      message: expect.stringContaining(`in ${keyword}: ${path}`),
    })
  })

  test("a section for the user whom the inventory names", async () => {
    const config = "Match user deploy\n Port 2200\nHost gate\n Port 2202\nMatch user jumper\n IdentityFile /jump\n"
    expect(await resolve(config, { user: "deploy" }, program)).toMatchObject({ port: 2200 })
    expect(await resolve(config, { user: "root" }, program)).toMatchObject({ port: 22 })
    const { via } = await resolve(config, { proxyJump: "jumper@gate" }, program)
    expect(via).toMatchObject({ port: 2202, identityFiles: ["/jump"] })
  })

  test("who else has a say about host keys", async () => {
    const config = "Host *\n RevokedHostKeys ~/revoked\n KnownHostsCommand /bin/ask %H\n"
    const endpoint = await resolve(config, {}, program)
    expect(endpoint).toMatchObject({ revokedHostKeys: `${home}/revoked`, knownHostsCommand: "/bin/ask %H" })
    expect(await resolve("Host *\n RevokedHostKeys none\n", {}, program)).toMatchObject({ revokedHostKeys: undefined })
  })

  test("jump hosts: by their sections, in a chain, with their own way for the first only", async () => {
    const config = [
      "Host node1\n ProxyJump a,me@b:2202\n",
      "Host a\n HostName 192.0.2.1\n User jump\n ProxyJump gate\n",
      "Host b\n HostName 192.0.2.2\n ProxyJump elsewhere\n",
    ].join("")
    const { via } = await resolve(config, {}, program)
    expect(via).toMatchObject({ address: "192.0.2.2", port: 2202, user: "me" })
    expect(via?.via).toMatchObject({ address: "192.0.2.1", port: 22, user: "jump" })
    expect(via?.via?.via).toMatchObject({ address: "gate", via: undefined })
  })

  test("a jump host that leads to itself is an error", async () => {
    const config = "Host a\n ProxyJump b\nHost b\n ProxyJump a\n"
    await expect(resolve(config, { proxyJump: "a" }, program)).rejects.toMatchObject({ code: "E_INPUT" })
  })

  test("a ProxyCommand is said not to work, unless the inventory knows another way", async () => {
    const config = "Host node1\n ProxyCommand nc %h %p\n"
    await expect(resolve(config, {}, program)).rejects.toMatchObject({ code: "E_UNSUPPORTED" })
    expect(await resolve(config, { proxyJump: "none" }, program)).toMatchObject({ via: undefined })
  })
})

test("the hash of a connection is ssh's own", async () => {
  const config = "Host node1\n IdentityFile /keys/%C\n"
  const { identityFiles } = await resolve(config, { user: "deploy" })
  expect(identityFiles).toEqual([expect.stringMatching(/^\/keys\/[0-9a-f]{40}$/)])
  await expect(resolve(config, {}, "no-such-ssh")).rejects.toMatchObject({
    code: "E_UNSUPPORTED",
    message: expect.stringContaining("%C in IdentityFile"),
  })
})

test.for(["Include other.conf", "Match host node1 exec true"])(
  "%s is refused where there is no ssh to read it",
  async (line) => {
    await expect(resolve(`${line}\nHost *\n Port 22\n`, {}, "no-such-ssh")).rejects.toMatchObject({
      code: "E_UNSUPPORTED",
      message: expect.stringMatching(/"(Include|Match host node1 exec)"/),
    })
  },
)

test("a configuration that ssh refuses is the user's to mend", async () => {
  await expect(resolve("Host *\n Port many\n")).rejects.toMatchObject({
    code: "E_INPUT",
    message: expect.stringContaining("many"),
  })
})

test("without a configuration everything is as ssh has it", async () => {
  expect(await resolve("")).toMatchObject({
    user: "me",
    port: 22,
    address: "10.0.0.1",
    knownAs: ["10.0.0.1", "node1"],
    knownHostsFiles: [
      `${home}/.ssh/known_hosts`,
      `${home}/.ssh/known_hosts2`,
      "/etc/ssh/ssh_known_hosts",
      "/etc/ssh/ssh_known_hosts2",
    ],
    via: undefined,
  })
})

test("the password of a host is not for its jump host", async () => {
  const password = { from: "env", name: "P" } as const
  const endpoint = await resolve("", { proxyJump: "gate", password, identityFile: "/k", passphrase: password })
  expect(endpoint.password).toBe(password)
  expect(endpoint.via).toMatchObject({ password: undefined, identityFiles: ["/k"], passphrase: password })
})

describe("a jump host as the user writes it", () => {
  test.for([
    ["gate", { user: undefined, host: "gate", port: undefined }],
    ["me@gate:2222", { user: "me", host: "gate", port: 2222 }],
    ["ssh://me@gate:2222", { user: "me", host: "gate", port: 2222 }],
    ["[fe80::1]:22", { user: undefined, host: "fe80::1", port: 22 }],
    ["me@fe80::1", { user: "me", host: "fe80::1", port: undefined }],
  ] as const)("%s", ([text, expected]) => {
    expect(parseJump(text)).toEqual(expected)
  })

  test.for(["", "me@", "gate:port", "-oProxyCommand=x", "a b:c:d"])("%j is refused", (text) => {
    expect(() => parseJump(text)).toThrow(expect.objectContaining({ code: "E_INPUT" }))
  })
})
