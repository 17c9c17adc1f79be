import { HaopsError } from "../base/errors.ts"

/** What corosync says of its votes. */
export interface Quorum {
  quorate: boolean
  /** Votes that are there now. */
  votes: number
  expected: number
  /** Votes without which there is no quorum. */
  needed: number
  /** Nodes that may fail one after the other, the heaviest first, before quorum is lost. */
  survives: number
  /** Such as `2Node`, `WaitForAll`, `Qdevice`. */
  flags: readonly string[]
  /** Identifies the membership: the same on every node that agrees with the others. */
  ring: string
  /** Ids of the nodes that are members now, ascending. */
  members: readonly number[]
  /** The quorum device's votes that count now: 0 where it is configured and not heard. Undefined without one. */
  deviceVotes?: number | undefined
}

/** Shell that prints corosync's view, and nothing where corosync does not run here. Its exit code tells quorum, not success. */
export const QUORUM_SCRIPT = "timeout 5 corosync-quorumtool -s 2>/dev/null || :"

/** Reads what `QUORUM_SCRIPT` printed; undefined where corosync does not run. Throws `E_PROBE` on something else. */
export function parseQuorum(stdout: string): Quorum | undefined {
  if (!/^Quorum information/m.test(stdout)) {
    if (/\S/.test(stdout) && !/^Cannot initialize/m.test(stdout)) throw strange(stdout)
    return undefined
  }
  const text = (key: string): string => {
    const value = new RegExp(`^${key}:[ \\t]*(.*?)[ \\t]*$`, "m").exec(stdout)?.[1]
    if (value === undefined) throw strange(stdout)
    return value
  }
  const number = (key: string) => Number.parseInt(text(key), 10)
  const rows = membership(stdout)
  // A quorum device has the id 0 and is no node.
  const nodes = rows.filter(({ id }) => id !== 0)
  const device = rows.find(({ id }) => id === 0)
  const [votes, needed] = [number("Total votes"), number("Quorum")]
  const quorate = text("Quorate") === "Yes"
  return {
    quorate,
    votes,
    expected: number("Expected votes"),
    needed,
    survives: quorate
      ? survivable(
          votes,
          needed,
          nodes.map((node) => node.votes),
        )
      : 0,
    flags: text("Flags")
      .split(/\s+/)
      .filter((flag) => flag !== "" && flag !== "Quorate"),
    ring: text("Ring ID"),
    members: nodes.map(({ id }) => id).sort((a, b) => a - b),
    ...(device === undefined ? {} : { deviceVotes: device.votes }),
  }
}

/** Lines such as `         2          1 controller2`, and `         0          0            Qdevice (votes 1)` for a device unheard. */
function membership(stdout: string): { id: number; votes: number }[] {
  const table = stdout.split(/^Membership information$/m)[1] ?? ""
  const rows = [...table.matchAll(/^\s*(0x[0-9a-f]+|\d+)\s+(\d+)\s+\S/gm)]
  return rows.map(([, id, votes]) => ({ id: Number(id), votes: Number(votes) }))
}

function survivable(votes: number, needed: number, nodes: readonly number[]): number {
  let left = votes
  let failures = 0
  for (const weight of [...nodes].sort((a, b) => b - a)) {
    left -= weight
    if (left < needed) return failures
    failures++
  }
  return failures
}

function strange(stdout: string): HaopsError {
  return new HaopsError(
    "E_PROBE",
    `unexpected output of corosync-quorumtool: ${JSON.stringify(stdout.trim().slice(0, 80))}`,
  )
}
