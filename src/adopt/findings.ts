import { asHaopsError } from "../base/errors.ts"
import { canBeRead } from "../haproxy/adopt.ts"
import { adoptSysctl } from "../host/adopt-sysctl.ts"
import type { SshYaml } from "../inventory/ssh-schema.ts"
import { type AdoptedKeepalived, adoptKeepalived } from "../keepalived/adopt.ts"
import { type AdoptedCorosync, adoptCorosync } from "../pacemaker/adopt/corosync-yaml.ts"
import type { Agents } from "../pacemaker/agents/metadata.ts"
import type { Cib } from "../pacemaker/cib.ts"
import { parseCib } from "../pacemaker/cib-parse.ts"
import { type Beside, besideCluster, NOBODY } from "./beside.ts"
import { type AdoptedHosts, type AskedHost, adoptHosts, strangersOf } from "./members.ts"

export interface AdoptRequest {
  asked: readonly AskedHost[]
  /** What the cluster's agents say of themselves; empty where nobody could be asked. */
  agents: Agents
  /** How the hosts are logged in to. */
  ssh: SshYaml
}

/** What was read of the cluster, before it is put into words. */
export interface Findings {
  hosts: AdoptedHosts
  beside: Beside
  corosync: AdoptedCorosync | undefined
  cib: { text: string; parsed: Cib } | undefined
  /** boothd's files on the first host that has some, by path. */
  booth: ReadonlyMap<string, string>
  /** The haproxy.cfg of the first host that has one. */
  haproxy: string | undefined
  keepalived: AdoptedKeepalived
  sysctl: ReturnType<typeof adoptSysctl>
  crmsh: boolean
  ssh: SshYaml
  told: readonly string[]
}

/** What the hosts' answers come to together; where they differ, that is told. */
export function findingsOf({ asked, ssh }: AdoptRequest, takesBeside = true): Findings {
  const answered = asked.flatMap(({ address, answer }) => (answer === undefined ? [] : [{ address, ...answer }]))
  const conf = answered.find((one) => one.corosync !== undefined)?.corosync
  const adopted = conf === undefined ? undefined : adoptCorosync(conf)
  const strangers = adopted === undefined ? [] : strangersOf(adopted.conf, asked).map(({ address }) => address)
  const members = answered.filter((one) => one.corosync === conf || !strangers.includes(one.address))
  const corosync = same(members, "corosync")
  const cib = members.find((one) => one.cib !== undefined)?.cib
  const away = answered.filter((one) => !members.includes(one))
  const beside = adopted && takesBeside ? besideCluster(adopted.conf, { members, strangers: away }) : NOBODY
  const sources = beside.balancers.length === 0 ? members : beside.balancers
  const haproxy = same(sources, "haproxy")
  const parsed = cib === undefined ? undefined : parseCib(cib)
  const isBeside = ({ address }: { address: string }) => beside.hosts.some((one) => one.address === address)
  const hosts = adoptHosts(
    adopted?.conf,
    parsed,
    asked.filter((one) => !isBeside(one)),
  )
  const nameOf = new Map(hosts.hosts.map(({ address, name }) => [address, name]))
  const confs = sources.flatMap(({ address, hostname, keepalived: text }) => {
    return text === undefined ? [] : [{ host: nameOf.get(address) ?? hostname, address, text }]
  })
  const keepalived = adoptKeepalived(confs)
  const sysctl = adoptSysctl(
    [...members, ...away.filter(isBeside)].map(({ hostname, sysctl: lines }) => ({ host: hostname, lines })),
  )
  const unreadable = haproxy.first === undefined ? undefined : whyUnreadable(haproxy.first)
  return {
    hosts: adopted === undefined ? { ...hosts, hosts: inOrder(hosts.hosts, keepalived.order) } : hosts,
    beside: { ...beside, hosts: inOrder(beside.hosts, keepalived.order) },
    corosync: adopted && withDevice(adopted, beside),
    cib: cib === undefined || parsed === undefined ? undefined : { text: cib, parsed },
    booth: members.find(({ booth }) => booth.size > 0)?.booth ?? new Map(),
    haproxy: unreadable === undefined ? haproxy.first : undefined,
    keepalived,
    sysctl,
    crmsh: members.some(({ corosync: text, crmsh }) => text !== undefined && crmsh),
    ssh,
    told: [
      ...corosync.told,
      ...(adopted !== undefined && cib === undefined
        ? ["pacemaker runs on none of the hosts, so its configuration is not in the inventory"]
        : []),
      ...haproxy.told,
      ...(unreadable === undefined ? [] : [`haproxy.cfg could not be taken in: ${unreadable}`]),
      ...hosts.told,
      ...keepalived.told,
      ...sysctl.differing.map((name) => `${name} is not the same on all hosts, and so not in the inventory`),
    ],
  }
}

/** Its host is in the inventory: it is no comment. */
function withDevice(adopted: AdoptedCorosync, { quorumDevice }: Beside): AdoptedCorosync {
  if (quorumDevice === undefined) return adopted
  const remarks = adopted.remarks.filter(({ path }) => path.join(".") !== "pacemaker.quorumDevice")
  return { ...adopted, pacemaker: { ...adopted.pacemaker, quorumDevice }, remarks }
}

type Member = { address: string; hostname: string; corosync: string | undefined; haproxy: string | undefined }

/** The file of the first host that has it. */
function same(
  members: readonly Member[],
  key: "corosync" | "haproxy",
): { first: string | undefined; told: readonly string[] } {
  const [first, ...others] = members.filter((one) => one[key] !== undefined)
  const differing = others.filter((one) => one[key] !== first?.[key]).map(({ hostname }) => hostname)
  if (differing.length === 0) return { first: first?.[key], told: [] }
  const file = key === "corosync" ? "corosync.conf" : "haproxy.cfg"
  return {
    first: first?.[key],
    told: [`${file} is another one on ${differing.join(", ")} than on ${first!.hostname}, whose is taken in`],
  }
}

function whyUnreadable(text: string): string | undefined {
  try {
    canBeRead(text)
    return undefined
  } catch (thrown) {
    return asHaopsError(thrown).message
  }
}

/** Those that keepalived has first come first. */
function inOrder(hosts: AdoptedHosts["hosts"], order: readonly string[]): AdoptedHosts["hosts"] {
  const rank = ({ name }: { name: string }) => (order.includes(name) ? order.indexOf(name) : order.length)
  return hosts.toSorted((a, b) => rank(a) - rank(b))
}
