import { listing } from "../../base/words.ts"
import {
  AUTHKEY,
  AUTHKEYS,
  CLUSTER_CONF,
  nodeClusterScript,
  PACEMAKER_AUTHKEY,
  parseKeys,
  parseNodeCluster,
} from "../../corosync/conf-probe.ts"
import { partsOf } from "../../host/sections.ts"
import { tellShared } from "../../host/shared.ts"
import { parseStackUnits, STACK_UNITS, TELL_STACK_UNITS } from "../../host/units.ts"
import type { Action } from "../../model/action.ts"
import { type Drift, defineJointStep, type Finding, type Members } from "../../model/step.ts"
import { CRM_MON, parseCrmMon } from "../../pacemaker/crm-mon.ts"
import { chooseDialect } from "../../pacemaker/dialects/dialect.ts"
import { toRekey } from "../by-hand.ts"
import { CLUSTER_WANT, type ClusterWant, clusterWant } from "../cluster-want.ts"
import { type Ballot, ballotOn, isCutOff, isEncrypted, type KeysView, nameOf, SHORTEST_KEY, sound } from "../keys.ts"
import { isIn } from "../situation.ts"
import { statusScript } from "../wait-script.ts"

type All = Members<KeysView>

const STOP_TIMEOUT_MS = 180_000
const JOIN_TIMEOUT_MS = 90_000

/**
 * Members that have another key than most get theirs. Corosync read its own when it started, so that nobody notices before the next
 * restart: then the member is alone, and is restarted once it has the right one. Nothing on the others is touched.
 */
export const authkeys = defineJointStep<ClusterWant, KeysView>({
  kind: "authkeys",
  summary: "the same keys of corosync and pacemaker on every member",
  want: CLUSTER_WANT,
  bind: clusterWant,
  title: () => "keys of the cluster",
  probe: () => ({
    shared: [CLUSTER_CONF, AUTHKEYS, STACK_UNITS, CRM_MON],
    script: nodeClusterScript({ keys: tellShared(AUTHKEYS), units: TELL_STACK_UNITS, status: tellShared(CRM_MON) }),
    parse: ({ stdout }) => {
      const { keys, units, status } = partsOf(stdout, ["keys", "units", "status"])
      return {
        ...parseNodeCluster(stdout),
        keys: parseKeys(keys),
        running: parseStackUnits(units, ["corosync"]).corosync.active === "active",
        status: parseCrmMon(status),
      }
    },
  }),
  check: (want, members) => lost(want, members).map((ballot) => drift(ballot, members)),
  findings,
  plan: (want, members) => lost(want, members).flatMap((ballot) => repair(ballot, members)),
})

/** The keys of which this member has another one than most. */
function lost({ name }: ClusterWant, members: All): readonly Ballot[] {
  const { host } = members.elected
  const ballots = [AUTHKEY, PACEMAKER_AUTHKEY].flatMap((path) => ballotOn(path, name, members) ?? [])
  return ballots.filter(({ right, wrong }) => right.length > 0 && wrong.some((one) => one.host === host))
}

function drift(ballot: Ballot, { elected }: All): Drift {
  const have = elected.have.keys.has(ballot.path) ? "another one" : "absent"
  const want = `that of ${listing(ballot.right.map(({ host }) => host))}`
  const alone = isCutOff(elected, ballot)
  return {
    attribute: nameOf(ballot.path),
    have: alone ? `${have}, and the node is alone with it` : have,
    want,
    ...(alone ? { risk: "restart", cost: "the others do not see it" } : { risk: "none" }),
  }
}

/** Stopped before the key comes, so that a run which is cut short leaves what the next one starts. */
function repair(ballot: Ballot, { elected }: All): readonly Action[] {
  const [source] = ballot.right
  const key = source?.have.keys.get(ballot.path)
  if (source === undefined || key === undefined) return []
  const { path } = ballot
  const { digest, mode, owner } = path === AUTHKEY ? { ...key, mode: "0400", owner: "root:root" } : key
  const take: Action = { type: "copy", from: source.host, path, digest, mode, owner }
  if (!isCutOff(elected, ballot)) return [take]
  const stopped = [systemctl("stop", "pacemaker.service", "corosync.service"), take]
  // Where there is nobody yet whom it could join, all are started together (`cluster-start`).
  if (!ballot.right.some(({ have }) => have.status?.quorate === true)) return stopped
  return [
    ...stopped,
    systemctl("start", "corosync.service", "pacemaker.service"),
    {
      type: "wait",
      for: `${elected.host} to be online with quorum`,
      script: statusScript({ online: [elected.host] }),
      timeoutMs: JOIN_TIMEOUT_MS,
      hint: "Look at `journalctl -u corosync -u pacemaker` on the node.",
    },
  ]
}

function systemctl(...words: readonly string[]): Action {
  return { type: "run", argv: ["systemctl", ...words], timeoutMs: STOP_TIMEOUT_MS }
}

function findings({ name, shell }: ClusterWant, members: All): readonly Finding[] {
  const { elected } = members
  if (!isIn(name, elected.have)) return []
  const rekey = toRekey(chooseDialect(elected.facts, shell))
  const ballots = [AUTHKEY, PACEMAKER_AUTHKEY].flatMap((path) => ballotOn(path, name, members) ?? [])
  return [
    ...ballots.filter(({ right, wrong }) => right.length === 0 && wrong[0]?.host === elected.host).map(undecided),
    ...(ballots.some(({ path, right }) => path === AUTHKEY && right.length > 0) ? [] : unsound(members, rekey)),
    ...readable(members, rekey),
  ]
}

/** Two or more have as many as each other: only who changed one of them knows which it was. */
function undecided({ path, wrong }: Ballot): Finding {
  const groups = new Map<string, string[]>()
  for (const { host, have } of wrong) {
    const digest = sound(path, have)?.digest ?? ""
    groups.set(digest, [...(groups.get(digest) ?? []), host])
  }
  const named = listing([...groups.values()].map((hosts) => hosts.join(" with ")))
  const comes = path === AUTHKEY ? "restarted, they will not find each other" : "remote nodes know one of them only"
  return {
    severity: "warning",
    message: `${named} have different ${nameOf(path)}s, and whose is right cannot be told: ${comes}`,
    hint:
      `See which ${path} was changed last (ls -l), copy the right one over the other (root, 0400), and restart that node alone: ` +
      "systemctl stop pacemaker corosync; systemctl start pacemaker",
  }
}

/** What corosync would refuse at its next start, which may be now. */
function unsound({ elected: { have } }: All, rekey: string): Finding[] {
  if (have.conf === undefined || !isEncrypted(have.conf) || sound(AUTHKEY, have) !== undefined) return []
  const size = have.keys.get(AUTHKEY)?.size
  const what =
    size === undefined ? "is not there" : `has ${size} bytes, and corosync takes none of less than ${SHORTEST_KEY}`
  return [
    {
      severity: have.running ? "warning" : "error",
      message: `${AUTHKEY} ${what}: corosync ${have.running ? "runs on without it, and does not start again" : "will not start"}`,
      hint: `A new one for all members, which they take up as they run: ${rekey}`,
    },
  ]
}

function readable({ elected: { have } }: All, rekey: string): Finding[] {
  const mode = have.keys.get(AUTHKEY)?.mode
  if (mode === undefined || (Number.parseInt(mode, 8) & 0o077) === 0) return []
  const message = `${AUTHKEY} can be read by others than root (mode ${mode}): who has it can join the cluster`
  return [
    {
      severity: "warning",
      message,
      hint: `chmod 400 ${AUTHKEY}; if somebody may have read it: ${rekey}`,
    },
  ]
}
