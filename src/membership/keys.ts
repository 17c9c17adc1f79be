import type { CorosyncConf } from "../corosync/conf.ts"
import { AUTHKEY, type KeyFile, type Keys, type NodeCluster, PACEMAKER_AUTHKEY } from "../corosync/conf-probe.ts"
import type { Member, Peers } from "../model/step.ts"
import type { CrmStatus } from "../pacemaker/crm-mon.ts"
import { isIn } from "./situation.ts"

/** What a node has for keys, and how it stands in the cluster. */
export interface KeysView extends NodeCluster {
  keys: Keys
  /** Undefined where the cluster does not run on this node. */
  status: CrmStatus | undefined
  /** Corosync runs. */
  running: boolean
}

/** Corosync refuses a shorter one: 1024 bits (totem's `TOTEM_PRIVATE_KEY_LEN_MIN`). In bytes. */
export const SHORTEST_KEY = 128

/** Whose key is right, by number: that which more than half of all members have, those too that the inventory does not name. */
export interface Ballot {
  path: string
  right: readonly Member<KeysView>[]
  wrong: readonly Member<KeysView>[]
}

/**
 * How the members stand to a key that all of them must have alike. Undefined where there is nothing to compare: all have the same, or it
 * is of no use to the cluster. `right` is empty where it cannot be told whose is right.
 */
export function ballotOn(path: string, cluster: string, { all }: Peers<KeysView>): Ballot | undefined {
  const members = all.filter(({ have }) => isIn(cluster, have))
  if (!members.some(({ have }) => isOfUse(path, have))) return undefined
  const holders = new Map<string, Member<KeysView>[]>()
  for (const member of members) {
    const key = sound(path, member.have)
    if (key !== undefined) holders.set(key.digest, [...(holders.get(key.digest) ?? []), member])
  }
  const [most = []] = [...holders.values()].sort((a, b) => b.length - a.length)
  if (most.length === members.length || holders.size === 0) return undefined
  // Members that the inventory does not name are not asked, and may have another.
  const votes = Math.max(members.length, ...members.map(({ have }) => have.conf?.nodes.length ?? 0))
  const right = 2 * most.length > votes ? most : []
  return { path, right, wrong: members.filter((member) => !right.includes(member)) }
}

/** The key where corosync would take it. */
export function sound(path: string, { keys }: KeysView): KeyFile | undefined {
  const key = keys.get(path)
  return key !== undefined && (path !== AUTHKEY || key.size >= SHORTEST_KEY) ? key : undefined
}

/** Corosync's where its traffic is encrypted, pacemaker's where there are nodes that it reaches from afar. */
function isOfUse(path: string, { conf, status }: KeysView): boolean {
  return path === PACEMAKER_AUTHKEY ? (status?.remotes ?? []).length > 0 : conf !== undefined && isEncrypted(conf)
}

/** The options that pcs and haops write, and the older one that stands for both. */
export function isEncrypted({ totem }: CorosyncConf): boolean {
  const { crypto_cipher: cipher = "none", crypto_hash: hash = "none", secauth = "off" } = totem
  return cipher !== "none" || hash !== "none" || secauth === "on"
}

/** `corosync authkey`, for people. */
export function nameOf(path: string): string {
  return path === AUTHKEY ? "corosync authkey" : "pacemaker authkey"
}

/**
 * The member that runs alone with its wrong key: those that have the right one see it gone. One that any of them sees, quorum or not, or that
 * has quorum itself, as where pacemaker alone was stopped on the others, read the right key when it started, and may be the one that serves.
 */
export function isCutOff({ host, have }: Member<KeysView>, { path, right }: Ballot): boolean {
  if (path !== AUTHKEY || !have.running || have.status?.quorate === true) return false
  return !right.some((one) => one.have.status?.nodes.some(({ name, online }) => name === host && online))
}
