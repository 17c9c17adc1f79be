import type { CorosyncConf } from "../corosync/conf.ts"
import { quorumDeviceSchema } from "../pacemaker/section/corosync-schema.ts"
import type { PacemakerYaml } from "../pacemaker/section/schema.ts"
import type { HostAnswer } from "./ask.ts"
import type { AdoptedHost } from "./members.ts"

type Answered = HostAnswer & { address: string }

/** Hosts beside the cluster that are part of what is taken in: they become the group loadbalancers. */
export interface Beside {
  hosts: readonly AdoptedHost[]
  /** Those that keep the addresses and balance, where no member does. */
  balancers: readonly Answered[]
  /** The cluster's quorum device, whose host is among them. */
  quorumDevice: PacemakerYaml["quorumDevice"]
}

export const NOBODY: Beside = { hosts: [], balancers: [], quorumDevice: undefined }

/**
 * Of the hosts that were asked and are no members, those whose part is plain: load balancers, where haproxy and keepalived run on them and on
 * no member, and the host of the quorum device. One that is in another cluster is none.
 */
export function besideCluster(
  { device, nodes }: Pick<CorosyncConf, "device" | "nodes">,
  { members, strangers }: { members: readonly Answered[]; strangers: readonly Answered[] },
): Beside {
  const taken = new Set(nodes.map(({ name }) => name))
  const free = strangers.filter(({ corosync, hostname }) => {
    const isFree = corosync === undefined && !taken.has(hostname)
    if (isFree) taken.add(hostname)
    return isFree
  })
  const balances = ({ haproxy, keepalived }: Answered) => haproxy !== undefined || keepalived !== undefined
  const balancers = members.some(balances) ? [] : free.filter(balances)
  const keeper = free.find(({ hostname, address }) => [hostname, address].includes(device?.host ?? ""))
  const words = quorumDeviceSchema.safeParse(keeper && wordsOf(device, keeper.hostname))
  const quorumDevice = words.success && device?.model === "net" ? words.data : undefined
  const all = free.filter((one) => balancers.includes(one) || (quorumDevice !== undefined && one === keeper))
  return { hosts: all.map(({ hostname, address }) => ({ name: hostname, address })), balancers, quorumDevice }
}

function wordsOf(device: CorosyncConf["device"], host: string): unknown {
  const { algorithm = "ffsplit" } = device ?? {}
  return algorithm === "ffsplit" ? { host } : { host, algorithm }
}
