import type { LabNode } from "./node.ts"

export interface Untouched {
  /** Files and directories that were made, changed, renamed or given away since, by node; a removed one shows as its directory. */
  changes(): Promise<Record<string, readonly string[]>>
}

/** What a cluster that runs does not write of its own accord. */
export function ownChanges(changes: Readonly<Record<string, readonly string[]>>): readonly string[] {
  return Object.values(changes)
    .flat()
    .filter((path) => !/^\/(var\/lib\/(pacemaker|corosync|pcsd)|dev\/shm)/.test(path))
}

const MARK = "/var/lib/lab-mark"

/** Remembers the state of the nodes' disks, their units and their kernel parameters, so that a test can tell that nothing was touched. */
export async function rememberState(nodes: readonly LabNode[]): Promise<Untouched> {
  // Older than every change to come: timestamps come from the kernel's tick, 10 ms long at worst.
  const before = await Promise.all(
    nodes.map(async (node) => await node.must(`touch ${MARK} && sleep 0.02 && ${STATE}`)),
  )
  return {
    changes: async () => {
      const found = await Promise.all(nodes.map((node, index) => changesOn(node, before[index]!)))
      return Object.fromEntries(nodes.map(({ name }, index) => [name, found[index]!]))
    },
  }
}

async function changesOn(node: LabNode, before: string): Promise<readonly string[]> {
  const files = lines(await node.must(CHANGED_FILES))
  const old = new Set(lines(before))
  const now = lines(await node.must(STATE))
  return [...files, ...now.filter((line) => !old.has(line)), ...[...old].filter((line) => !now.includes(line))]
}

/**
 * Logs and systemd's own bookkeeping aside, and what a login itself leaves; and what a pacemaker writes of its own accord, such as that of
 * Debian's default cluster, which elects itself some 20 s after its start.
 */
const CHANGED_FILES = `find / -xdev \\( -path /var/log -o -path /var/lib/pacemaker/pengine -o -path /var/lib/pacemaker/cib -o -path /var/lib/systemd -o -path /proc -o -path /sys -o -path /run -o -path /tmp \
-o -path ${MARK} \\) -prune -o -cnewer ${MARK} -print`

const STATE = `systemctl list-units --no-legend --plain --type=service --state=active | awk '{print $1, $3}' |
grep -v -e '^user@' -e '^user-runtime-dir@' -e '^systemd-' -e '^session-'; sysctl -n net.ipv4.ip_nonlocal_bind net.ipv4.ip_forward; find /run/haops 2>/dev/null || true`

function lines(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "")
}
