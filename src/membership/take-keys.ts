import { AUTHKEY, type Keys, PACEMAKER_AUTHKEY } from "../corosync/conf-probe.ts"
import type { Action } from "../model/action.ts"
import type { Member, Members } from "../model/step.ts"

/**
 * The cluster's keys for a node that is to be a member of it and has none, or others: each from the member `first`, or from one that has the
 * same as most where that has another.
 */
export function takeKeys<Have extends { keys: Keys }>(first: Member<Have>, members: Members<Have>): readonly Action[] {
  return [AUTHKEY, PACEMAKER_AUTHKEY].flatMap((path) => take(path, first, members))
}

function take<Have extends { keys: Keys }>(
  path: string,
  first: Member<Have>,
  { all, elected }: Members<Have>,
): Action[] {
  const members = all.filter(({ host }) => host !== elected.host)
  const { host, have } = holderOf(path, [first, ...members.filter((one) => one !== first)])
  const key = have.keys.get(path)
  if (key === undefined || elected.have.keys.get(path)?.digest === key.digest) return []
  // Corosync's is root's alone, whatever was made of it on the other member (`authkeys`).
  const { digest, mode, owner } = path === AUTHKEY ? { ...key, mode: "0400", owner: "root:root" } : key
  return [{ type: "copy", from: host, path, digest, mode: mode.padStart(4, "0"), owner }]
}

/** The first one whose key most have: a member with another one runs on with that of the others until it restarts. */
function holderOf<Have extends { keys: Keys }>(path: string, members: readonly Member<Have>[]): Member<Have> {
  const votes = ({ have }: Member<Have>) => {
    const digest = have.keys.get(path)?.digest
    return digest === undefined ? 0 : members.filter((one) => one.have.keys.get(path)?.digest === digest).length
  }
  return members.reduce((best, one) => (votes(one) > votes(best) ? one : best))
}
