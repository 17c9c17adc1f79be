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
  const changes = [...files, ...now.filter((line) => !old.has(line)), ...[...old].filter((line) => !now.includes(line))]
  if (!now.includes(ELECTED) || old.has(ELECTED)) return changes
  return changes.filter((line) => line !== ELECTED && !/^\/var\/lib\/pacemaker\/(pengine|cib)(\/|$)/.test(line))
}

/**
 * A pacemaker has elected itself. That of Debian's default cluster does it once, some 20 s after its start, and writes its configuration
 * and its scheduler's first input then, whatever else goes on.
 */
const ELECTED = "elected"

/** Logs and systemd's own bookkeeping aside, and what a login itself leaves. */
const CHANGED_FILES = `find / -xdev \\( -path /var/log -o -path /var/lib/systemd -o -path /proc -o -path /sys -o -path /run -o -path /tmp \
-o -path ${MARK} \\) -prune -o -cnewer ${MARK} -print`

const STATE = `systemctl list-units --no-legend --plain --type=service --state=active | awk '{print $1, $3}' |
grep -v -e '^user@' -e '^user-runtime-dir@' -e '^systemd-' -e '^session-'; sysctl -n net.ipv4.ip_nonlocal_bind net.ipv4.ip_forward; find /run/haops 2>/dev/null || true
[ ! -e /var/lib/pacemaker/pengine/pe-input.last ] || echo ${ELECTED}`

function lines(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "")
}
