import { execFileSync } from "node:child_process"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir, userInfo } from "node:os"
import { join } from "node:path"
import { stringify } from "yaml"
import { HAOPS } from "../e2e/harness/haops.ts"
import { makeKey, type SshTestServer, startSshServer } from "../ssh/server.ts"
import { type Measured, measureNode, median, times } from "./measure.ts"

export interface Look {
  hosts: number
  measured: Measured
}

/** What a host more may cost haops itself. */
const PER_HOST = { ms: 15, mb: 0.2 }

/**
 * What a look costs haops itself at each number of hosts, one ssh server of this process standing for all of them, each at an address of
 * 127.0.0.0/8. The playbook is one file that is as it should be; the hosts' keys stand in a known_hosts as Debian's ssh writes it: three
 * a host, names hidden. What grows faster than the hosts shows here.
 */
export async function looks(counts: readonly number[]): Promise<readonly Look[]> {
  const directory = await mkdtemp(join(tmpdir(), "haops-looks-"))
  const keys = (["ed25519", "ecdsa", "rsa"] as const).map(makeKey)
  await using server = await startSshServer({ address: "0.0.0.0", hostKeys: keys.map((key) => key.private) })
  try {
    await writeFile(join(directory, "id"), makeKey().private, { mode: 0o600 })
    await writePlaybook(directory)
    const found: Look[] = []
    for (const hosts of counts) {
      await writeInventory(directory, server, hosts)
      const args = ["run", "look.yaml", "-i", `hosts-${hosts}.yaml`, "--forks", "100", "--timeout", "60"]
      const look = () => measureNode(HAOPS, args, { cwd: directory, env: { HOME: directory } })
      // What V8 compiles is kept from then on.
      if (found.length === 0) await look()
      found.push({ hosts, measured: median(await times(3, look)) })
    }
    return found
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** What a host more costs, from the fewest to the most; both targets are kept. */
export function growthIsMet(found: readonly Look[]): boolean {
  const { ms, mb } = growth(found)
  return ms <= PER_HOST.ms && mb <= PER_HOST.mb
}

export function looksText(found: readonly Look[]): string {
  const lines = found.map(
    ({ hosts, measured: { cpuSeconds, peakMb } }) =>
      `  ${String(hosts).padStart(4)} hosts  ${cpuSeconds!.toFixed(2)} s of processor  ${peakMb!.toFixed(0)} MB\n`,
  )
  const { ms, mb } = growth(found)
  const met = growthIsMet(found) ? "met" : "MISSED"
  const more = `  a host more costs ${ms.toFixed(1)} ms and ${mb.toFixed(2)} MB: ${met} (${PER_HOST.ms} ms, ${PER_HOST.mb} MB)\n`
  return `What a look costs haops itself, one server standing for all hosts:\n${lines.join("")}${more}`
}

function growth(found: readonly Look[]): { ms: number; mb: number } {
  const [first, last] = [found[0]!, found.at(-1)!]
  const more = last.hosts - first.hosts
  return {
    ms: ((last.measured.cpuSeconds! - first.measured.cpuSeconds!) * 1000) / more,
    mb: (last.measured.peakMb! - first.measured.peakMb!) / more,
  }
}

async function writePlaybook(directory: string): Promise<void> {
  const path = join(directory, "file")
  await writeFile(path, "as it should be\n", { mode: 0o644 })
  const { username, gid } = userInfo()
  const group = execFileSync("id", ["-gn", String(username)], { encoding: "utf8" }).trim() || String(gid)
  const file = { path, content: "as it should be\n", mode: "0644", owner: `${username}:${group}` }
  const stages = [{ stage: "look", steps: [{ file }] }]
  await writeFile(join(directory, "look.yaml"), stringify({ name: "look", summary: "One file", stages }))
}

async function writeInventory(directory: string, { port, hostKeys }: SshTestServer, hosts: number): Promise<void> {
  const addresses = Array.from(
    { length: hosts },
    (_, index) => `127.0.${2 + Math.floor(index / 200)}.${1 + (index % 200)}`,
  )
  const ssh = { user: userInfo().username, port, identityFile: "id", knownHosts: `known-${hosts}` }
  const controllers = Object.fromEntries(addresses.map((address, index) => [`host${index + 1}`, address]))
  await writeFile(join(directory, `hosts-${hosts}.yaml`), stringify({ name: "looks", ssh, controllers }))
  const lines = addresses.flatMap((address) => hostKeys.map((key) => `[${address}]:${port} ${key}\n`))
  await writeFile(join(directory, `known-${hosts}`), lines.join(""))
  execFileSync("ssh-keygen", ["-q", "-H", "-f", join(directory, `known-${hosts}`)], { stdio: "ignore" })
}
