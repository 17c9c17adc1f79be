/** What one device came to, by the word of the node on which it was used. */
export interface DeviceRun {
  device: string
  /** The node whose fencer used it. */
  on: string
  ok: boolean
  /** What it said, such as `returned 1`. */
  said: string
}

/** Shell that tells what the node's fencer said within so many seconds. Exits 0 whatever is there. */
export function fencerLogScript(seconds: number): string {
  return `journalctl --quiet --no-pager --output=cat --since=-${Math.ceil(seconds)}s --identifier=pacemaker-fenced || :`
}

/** Pacemaker 2.0: `… (call 2 from stonith_admin.1) for host 'n' with device 'd' returned: 0 (OK)`; since 2.1: `… targeting n using d returned 0`. */
const RAN =
  /Operation '(?:reboot|off|poweroff)' \[\d+\] (?:\(call \d+ from \S+\) for host '([^']+)' with device '([^']+)'|targeting (\S+) using (\S+)) (returned:? (-?\d+).*|could not be executed.*)$/

/**
 * The devices that were used to fence a node. Pacemaker's history knows who asked and which node did it, but no device: that stands in the
 * log of the node's fencer alone. Of several tries the last one counts.
 */
export function parseDeviceRuns(log: string, on: string, target: string): readonly DeviceRun[] {
  const runs = log.split("\n").flatMap((line): DeviceRun[] => {
    const [, oldTarget, oldDevice, newTarget, newDevice, said, code] = RAN.exec(line) ?? []
    const device = oldDevice ?? newDevice
    if (device === undefined || said === undefined || (oldTarget ?? newTarget) !== target) return []
    return [{ device, on, ok: code === "0", said: said.replace(/^(returned):/, "$1") }]
  })
  return [...new Map(runs.map((run) => [run.device, run])).values()]
}
