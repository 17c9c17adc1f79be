import type { Drift, Finding } from "../../base/events.ts"
import type { Secret } from "../../base/secret.ts"
import { CLUSTER_CONF, nodeClusterScript, parseNodeCluster } from "../../corosync/conf-probe.ts"
import type { Action } from "../../model/action.ts"
import type { QuorumDevice } from "../../model/inventory.ts"
import type { Probe } from "../../model/probe.ts"
import { defineClusterStep, type Members, type Standing } from "../../model/step.ts"
import { chooseDialect } from "../../pacemaker/dialects/dialect.ts"
import { isFencingOn } from "../../pacemaker/section/advice.ts"
import { distrustOf, FILES_AND_SBD, type FilesAndSbd } from "../device-distrust.ts"
import { strangersTo } from "../known-hosts.ts"
import { describeLosses, deviceBy, rollIn } from "../losses.ts"
import { pacemakerOn } from "../nodes.ts"
import { run } from "../run.ts"
import { liveConf, rank } from "../situation.ts"
import { describeRules, rulesOf } from "../voting-rules.ts"

/** pcs tells every member in turn, and starts the device's daemon there. */
const TIMEOUT_MS = 180_000

/** The device's daemon asks for the vote anew every 8 s or so, and gives it once all members are heard. */
const VOTE_TIMEOUT_MS = 60_000

/** bash, because sh cannot. */
const REACH = `timeout 5 bash -c ': <"/dev/tcp/$0/5403"' "$1"`
const REACHED = "corosync-qnetd listens there; the port must be open from every member of the cluster."

/** A device that is configured and not heard has a row of 0 votes, and none in the total. */
const VOTES = `said=$(timeout 5 corosync-quorumtool -s)
printf '%s\\n' "$said" | grep -E '^(Flags|Expected votes|Total votes):'
printf '%s\\n' "$said" | grep -q '^Flags:.* Qdevice' &&
printf '%s\\n' "$said" | grep -Eq '^ *0 +[1-9][0-9]* +Qdevice'`
const VOTED = "On a member: corosync-qdevice-tool -s. 5403/tcp to the device's host must be open from every member."

interface Want {
  cluster: string
  shell: "pcs" | "crmsh" | "auto"
  /** Undefined: none is wanted. */
  device?: QuorumDevice | undefined
  password: Secret
  /** Options of votequorum. */
  quorum: Readonly<Record<string, string>>
  /** Somebody is there to fence. */
  fenced: boolean
  /** The inventory wants sbd. */
  sbd?: boolean
}

/**
 * The quorum device of a live cluster: added, or changed by another in its place. pcs takes `two_node` back with it and reloads corosync
 * on every member; nothing restarts. A device that the inventory does not name is reported and stays.
 */
export const quorumDevice = defineClusterStep<Want, FilesAndSbd>({
  kind: "quorum-device",
  summary: "the cluster's quorum device, where the inventory has one",
  needs: "all",
  bind({ inventory, host, secret }) {
    const pacemaker = pacemakerOn(inventory, host)
    if (pacemaker === undefined) return undefined
    const { shell, password, quorumDevice: device, quorum, sbd } = pacemaker
    const wanted = { ...(device && { device }), ...(sbd && { sbd: true }) }
    const fenced = isFencingOn(pacemaker) && (pacemaker.fencing.length > 0 || sbd !== undefined)
    return { cluster: inventory.name, shell, ...wanted, password: secret(password), quorum, fenced }
  },
  title: ({ device }) => (device === undefined ? "quorum device" : `quorum device on ${device.host}`),
  // Where no device is wanted, whom pcs can command is no question.
  probe: ({ device }) => (device === undefined ? CLUSTER_FILE : FILES_AND_SBD),
  elect: ({ cluster }, files) => rank(cluster, files),
  check: (wanted, members) => {
    if (wanted.device === undefined || byCrmsh(wanted, members)) return []
    const live = liveConf(wanted.cluster, members)
    const have = live?.device
    if ((have !== undefined && sameDevice(wanted.device, have)) || distrustOf(wanted, members).length > 0) return []
    const { host, algorithm } = wanted.device
    const shown = have === undefined ? "absent" : `${have.algorithm} on ${have.host}`
    const expected = live === undefined ? { expected: true } : {}
    return [
      {
        attribute: "quorum device",
        have: shown,
        want: `${algorithm} on ${host}`,
        risk: "reload",
        ...expected,
      } satisfies Drift,
    ]
  },
  findings,
  standing,
  plan: ({ device, password, shell }, { elected }) => {
    if (device === undefined) return []
    const { host, address, algorithm } = device
    const node = { name: host, address, links: [address] }
    const { membership } = chooseDialect(elected.facts, shell)
    const pcs = (...argv: string[]): Action => ({ type: "run", argv: ["pcs", ...argv], timeoutMs: TIMEOUT_MS })
    return [
      // First: a device that works is not given up for one that nobody reaches.
      {
        type: "run",
        argv: ["sh", "-c", REACH, "haops-reach", address],
        label: `reach ${host} on 5403/tcp`,
        hint: REACHED,
      },
      ...(strangersTo(elected.have.known, [node]).length === 0
        ? []
        : membership.auth([node], password).map((one) => run(one))),
      ...(elected.have.conf?.device === undefined ? [] : [pcs("quorum", "device", "remove")]),
      pcs("quorum", "device", "add", "model", "net", `host=${host}`, `algorithm=${algorithm}`),
      {
        type: "wait",
        for: `the vote of the quorum device on ${host}`,
        script: VOTES,
        timeoutMs: VOTE_TIMEOUT_MS,
        hint: VOTED,
      },
    ]
  },
})

/** What may be lost before and after, where votequorum's options or the device change: once corosync goes by them. */
function standing({ cluster, device, quorum, fenced }: Want, members: Members<FilesAndSbd>): Standing {
  const live = liveConf(cluster, members)
  if (live === undefined) return {}
  const options = Object.entries(quorum).some(([key, value]) => live.quorum[key] !== value)
  const changed = device !== undefined && (live.device === undefined || !sameDevice(device, live.device))
  if (!options && !changed) return {}
  const wanted = device === undefined ? {} : { device: deviceBy(device.algorithm) }
  const after = { ...live, quorum: { ...live.quorum, ...quorum }, ...wanted }
  const [now, then] = [describeLosses(rollIn(live)), describeLosses(rollIn(after))]
  const known = describeRules(rulesOf(live), fenced)
  const rules = describeRules(rulesOf(after), fenced).filter((rule) => !known.includes(rule))
  return {
    notes: [`Quorum: ${now}${now === then ? ", before and after" : ` → ${then}`}.`, ...rules.map((rule) => `${rule}.`)],
  }
}

const CLUSTER_FILE: Probe<FilesAndSbd> = {
  shared: [CLUSTER_CONF],
  script: nodeClusterScript(),
  parse: ({ stdout }) => ({ ...parseNodeCluster(stdout), known: new Map() }),
}

function byCrmsh({ shell }: Want, { elected }: Members<FilesAndSbd>): boolean {
  return chooseDialect(elected.facts, shell).name === "crmsh"
}

function sameDevice({ host, address, algorithm }: QuorumDevice, have: Readonly<Record<string, string>>): boolean {
  return have.model === "net" && [host, address].includes(have.host ?? "") && have.algorithm === algorithm
}

function findings(wanted: Want, members: Members<FilesAndSbd>): Finding[] {
  const have = liveConf(wanted.cluster, members)?.device
  if (wanted.device === undefined) {
    if (have === undefined) return []
    const message = `${wanted.cluster} has a quorum device on ${have.host ?? "an unknown host"} that the inventory does not name; it stays`
    return [
      {
        severity: "warning",
        message,
        hint: "Name it as pacemaker.quorumDevice, or on a member: pcs quorum device remove",
      },
    ]
  }
  if (!byCrmsh(wanted, members)) {
    return have !== undefined && sameDevice(wanted.device, have) ? [] : distrustOf(wanted, members)
  }
  const hint = "Use pcs, or on a member: crm cluster init qdevice --qnetd-hostname HOST"
  return [
    { severity: "error", message: "haops sets a quorum device up by pcs, and these nodes have crmsh alone", hint },
  ]
}
