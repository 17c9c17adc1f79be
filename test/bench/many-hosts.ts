import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { stringify } from "yaml"
import { HAOPS } from "../e2e/harness/haops.ts"
import { type Lab, startLab } from "../e2e/harness/lab.ts"
import { type Measured, measure, measureNode, median, times } from "./measure.ts"

const SSH2_ALONE = fileURLToPath(new URL("ssh2-alone.mjs", import.meta.url))

export interface ManyHosts {
  haops: Measured
  /** ssh2 alone: connections and one command, by no tool at all. */
  floor: Measured
}

/**
 * A run that changes nothing over this many hosts: sshd instances of one node, each with an address of its own. The inventory
 * manages sysctl alone. ssh2 alone is asked in turn.
 */
export async function manyHosts(count: number): Promise<ManyHosts> {
  await using lab = await startLab({ nodes: 1, responder: false })
  const addresses = await startInstances(lab, count)
  const names = addresses.map((_, index) => `host${String(index + 1).padStart(3, "0")}`)
  await writeInventory(lab, Object.fromEntries(names.map((name, index) => [name, addresses[index]])))
  const up = (...more: string[]) =>
    measureNode(HAOPS, ["run", "sysctl.yaml", "-i", "many.yaml", ...more], {
      cwd: lab.directory,
      env: { HOME: lab.directory },
    })
  // They share one disk and one kernel: what the first makes right is right for all.
  await up("--limit", names[0]!)
  const floor = () => measure([process.execPath, SSH2_ALONE, lab.identityFile, ...addresses])
  const rounds = await times(3, async () => ({ haops: await up("--forks", String(count)), floor: await floor() }))
  return { haops: median(rounds.map((round) => round.haops)), floor: median(rounds.map((round) => round.floor)) }
}

async function startInstances(lab: Lab, count: number): Promise<readonly string[]> {
  const node = lab.nodes[0]!
  const prefix = node.address.replace(/\d+$/, "")
  const addresses = Array.from({ length: count }, (_, index) => `${prefix}${index + 100}`)
  const start = `ip addr add $address/24 dev eth0 && /usr/sbin/sshd -o ListenAddress=$address -o PidFile=none`
  // The node's own sshd listens on every address.
  await node.must("sed -i '1i ListenAddress '$(hostname -i) /etc/ssh/sshd_config && systemctl restart ssh")
  await node.must(`for address in ${addresses.join(" ")}; do ${start} || exit 1; done`)
  const hostKeys = (await node.must("cat /etc/ssh/ssh_host_*_key.pub")).trim().split("\n")
  const lines = addresses.flatMap((address) =>
    hostKeys.map((key) => `${address} ${key.split(" ").slice(0, 2).join(" ")}\n`),
  )
  await writeFile(lab.knownHosts, lines.join(""), { flag: "a" })
  return addresses
}

async function writeInventory(lab: Lab, controllers: Record<string, string | undefined>): Promise<void> {
  const ssh = { user: "root", identityFile: "id_ed25519", knownHosts: "known_hosts" }
  const sysctl = { "net.ipv4.ip_nonlocal_bind": 1, "net.ipv4.ip_forward": 1 }
  await writeFile(join(lab.directory, "many.yaml"), stringify({ name: "many", ssh, controllers, sysctl }))
  const stages = [{ stage: "settings", steps: ["sysctl"] }]
  await writeFile(
    join(lab.directory, "sysctl.yaml"),
    stringify({ name: "sysctl", summary: "Kernel settings alone", stages }),
  )
}
