import type { LabNode } from "./node.ts"

export interface SshUse {
  /** Logins by key that sshd accepted. */
  connections: number
  /** Commands and shells that it started for them. */
  commands: number
}

/** Makes sshd note every command that it starts, in the node's journal: what a test counts is then sshd's own account. */
export async function logSshUse(nodes: readonly LabNode[]): Promise<void> {
  await Promise.all(
    nodes.map(async (node) => {
      await node.write("/etc/ssh/sshd_config.d/lab-log.conf", "LogLevel VERBOSE\n")
      await node.must("systemctl reload ssh")
    }),
  )
}

/** What sshd has noted on each node since it boots, by node. Needs `logSshUse` before. */
export async function readSshUse(nodes: readonly LabNode[]): Promise<Record<string, SshUse>> {
  const entries = await Promise.all(
    nodes.map(async (node) => {
      const log = (await node.must("journalctl --sync && journalctl -b -o cat -t sshd -t sshd-session")).split("\n")
      const count = (start: string) => log.filter((line) => line.startsWith(start)).length
      return [
        node.name,
        { connections: count("Accepted publickey for "), commands: count("Starting session: ") },
      ] as const
    }),
  )
  return Object.fromEntries(entries)
}

/** What came between two readings. */
export function sshUseBetween(before: Record<string, SshUse>, after: Record<string, SshUse>): Record<string, SshUse> {
  return Object.fromEntries(
    Object.entries(after).map(([name, { connections, commands }]) => {
      const old = before[name] ?? { connections: 0, commands: 0 }
      return [name, { connections: connections - old.connections, commands: commands - old.commands }]
    }),
  )
}
