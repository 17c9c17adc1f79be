import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import type { SshSettings } from "../../../src/model/inventory.ts"
import { failureOf, wordsAfterLogin } from "../../../src/transport/openssh/failure.ts"
import { orderFor } from "../../../src/transport/openssh/words.ts"
import { createSshConfig } from "../../../src/transport/ssh-config.ts"

const DESTINATION = { name: "node1", address: "10.0.0.1", port: 22, user: "root", connectTimeoutMs: 1000 }

/** As OpenSSH 9.2 writes it; older ones have the login as one of the steps. */
const log = (login: string) => `OpenSSH_9.2p1 Debian-2
debug1: Connecting to 10.0.0.1 [10.0.0.1] port 22.
debug1: Connection established.
debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1
debug1: Server host key: ssh-ed25519 SHA256:x
Warning: Permanently added '10.0.0.1' (ED25519) to the list of known hosts.
debug1: SSH2_MSG_NEWKEYS sent
debug1: Authentications that can continue: publickey
${login}Authenticated to 10.0.0.1 ([10.0.0.1]:22) using "publickey".
debug1: Entering interactive session.
Connection to 10.0.0.1 closed by remote host.
`

test.each(["", "debug1: "])("a connection that ends after the login (%s) is no refused login", (login) => {
  expect(failureOf(DESTINATION, log(login), "")).toMatchObject({
    code: "E_CONNECT",
    message: expect.stringContaining("closed by remote host"),
  })
  expect(wordsAfterLogin(log(login))).toBe("Connection to 10.0.0.1 closed by remote host.")
})

/** What ssh is told by an operator who has this configuration. */
async function ordered(config: string, more: Partial<SshSettings> = {}): Promise<readonly string[]> {
  const home = mkdtempSync(join(tmpdir(), "tr-openssh-"))
  try {
    mkdirSync(join(home, ".ssh"))
    writeFileSync(join(home, ".ssh/config"), config)
    const ssh = { become: "sudo", hostKeys: "strict", connectTimeoutMs: 1000, transport: "openssh", ...more } as const
    const host = { name: "node1", group: "controllers", address: "10.0.0.1", links: ["10.0.0.1"], ssh } as const
    const around = { home, env: {}, localUser: "me", lookup: createSshConfig({ home }) }
    return (await orderFor(host, around)).words
  } finally {
    rmSync(home, { recursive: true })
  }
}

test("a section for the host's name counts, whatever it has", async () => {
  const words = await ordered("Host node1\n  Compression yes\n")
  expect(words).toContain("HostName=10.0.0.1")
  expect(words.at(-1)).toBe("node1")
})

test.each(["-oProxyCommand=touch", "one,-oProxyCommand=touch"])(
  "a jump host %s is refused, as by ssh2",
  async (jump) => {
    await expect(ordered("", { proxyJump: jump })).rejects.toMatchObject({ code: "E_INPUT" })
  },
)

test.each(["none", "one,me@two:2222", "ssh://me@[fd00::1]:22"])("a jump host %s is ssh's own to read", async (jump) => {
  expect(await ordered("", { proxyJump: jump })).toContain(`ProxyJump=${jump}`)
})

test("a known_hosts of the inventory's holds on the way too: the ssh to each jump host is told of it", async () => {
  const words = await ordered("", { proxyJump: "one,me@two:2222", knownHosts: "/my 100% hosts" })
  expect(words.filter((word) => word.startsWith("ProxyJump="))).toEqual([])
  const command = words.find((word) => word.startsWith("ProxyCommand="))!.slice("ProxyCommand=".length)
  // ssh fills in what has a percent sign, and a shell reads the rest: to `two`, and by a line of the same kind to `one` before.
  const filled = (line: string, host: string) =>
    line.replaceAll(/%[hp%]/g, (token) => ({ "%h": host, "%p": "22" })[token] ?? "%")
  const read = (line: string) =>
    execFileSync("sh", ["-c", `ssh() { printf '%s\\n' "$@"; }; ${line}`], { encoding: "utf8" }).split("\n")
  const two = read(filled(command, "10.0.0.1"))
  expect(two.slice(-9, -1)).toEqual(["-l", "me", "-p", "2222", "-W", "[10.0.0.1]:22", "--", "two"])
  const one = read(filled(two.find((word) => word.startsWith("ProxyCommand="))!.slice("ProxyCommand=".length), "two"))
  expect(one.slice(-5, -1)).toEqual(["-W", "[two]:22", "--", "one"])
  for (const told of [two, one]) {
    expect(told).toEqual(
      expect.arrayContaining(['UserKnownHostsFile="/my 100%% hosts"', "GlobalKnownHostsFile=none", "BatchMode=yes"]),
    )
  }
})

test("so it does for a jump host of ~/.ssh/config's; without a known_hosts of the inventory's ssh is left to it", async () => {
  const config = "Host 10.0.0.1\n  ProxyJump gate\n"
  expect((await ordered(config, { knownHosts: "/mine" })).join(" ")).toMatch(
    /ProxyCommand=ssh .*UserKnownHostsFile=.*\/mine.* -- gate /,
  )
  expect((await ordered(config)).join(" ")).not.toMatch(/Proxy/)
  expect((await ordered(config, { proxyJump: "none", knownHosts: "/mine" })).join(" ")).toContain("-o ProxyJump=none")
})
