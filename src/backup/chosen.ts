import { isIP } from "node:net"
import { sameAddresses } from "../base/address.ts"
import { HaopsError } from "../base/errors.ts"
import { type CorosyncConf, parseCorosyncConf } from "../corosync/conf.ts"
import { AUTHKEY, COROSYNC_CONF, PACEMAKER_AUTHKEY } from "../corosync/conf-probe.ts"
import { type MemberNode, memberNodes, pacemakerOn } from "../membership/nodes.ts"
import type { BindContext } from "../model/step.ts"
import { DEBIAN_FILE, OTHER_FILE } from "../sbd/config.ts"
import type { Backup, KeptFile } from "./archive.ts"
import { restoredPaths } from "./kept.ts"

/** What a host needs to be a member of the cluster again. */
export interface Chosen {
  /** Corosync.conf. */
  conf: string
  /** Keys, by which it speaks to the others, and what is this host's alone: no other has it. */
  own: readonly KeptFile[]
  /** The cluster's configuration and what haops knows of it: where others have it, it comes from them. */
  state: readonly KeptFile[]
}

const OWN: readonly string[] = [AUTHKEY, PACEMAKER_AUTHKEY, DEBIAN_FILE, OTHER_FILE]
const CIB = "/var/lib/pacemaker/cib/cib.xml"
const RECORD = "/var/lib/haops/last-applied.json"
/** Each host has one of its own. Which of the records is believed, all of them say; sbd's names its node. */
const DIFFERENT: readonly string[] = [RECORD, DEBIAN_FILE, OTHER_FILE]

/**
 * What the backup has for a host, the same for all: of the member whose configuration is the newest, since one that was stopped has an
 * older one, and one that had not joined the distribution's. Undefined where the host is none of its members. Throws `E_INPUT` where
 * that would not be the cluster that it was, at the places that it had.
 */
export function chosenFor(backup: Backup, file: string, { inventory, host }: BindContext): Chosen | undefined {
  const { name } = inventory
  if (backup.cluster !== name) {
    throw new HaopsError("E_INPUT", `${file} is of the cluster ${backup.cluster}, and ${inventory.file} of ${name}`, {
      hint: "Name the inventory of that cluster with -i.",
    })
  }
  const pacemaker = pacemakerOn(inventory, host)
  if (pacemaker === undefined) return undefined
  const best = newestMember(backup)
  const text = best && textOf(backup, best, COROSYNC_CONF)
  if (best === undefined || text === undefined) throw lacking(file, COROSYNC_CONF)
  const conf = parseCorosyncConf(text)
  requireSame(conf, memberNodes(inventory, pacemaker), file, inventory.file)
  const own = (path: string) => (DIFFERENT.includes(path) ? fileOf(backup, host.name, path) : undefined)
  const files = restoredPaths(inventory, host).flatMap((path) => own(path) ?? fileOf(backup, best, path) ?? [])
  const needed = [CIB, ...(/^udpu?$/.test(conf.transport ?? "") ? [] : [AUTHKEY])]
  const missing = needed.find((path) => !files.some((one) => one.path === path))
  if (missing !== undefined) throw lacking(file, missing)
  // One that has come since is taken in afterwards, by `add-node`.
  if (!conf.nodes.some((node) => node.name === host.name)) return undefined
  return {
    conf: text,
    own: files.filter(({ path }) => OWN.includes(path)),
    state: files.filter(({ path }) => path !== COROSYNC_CONF && !OWN.includes(path)),
  }
}

/** The host that was furthest when the backup was made; undefined where none was in the cluster. */
export function newestMember(backup: Pick<Backup, "cluster" | "hosts" | "files">): string | undefined {
  const known = Object.keys(backup.hosts).flatMap((host) => {
    const conf = textOf(backup, host, COROSYNC_CONF)
    return conf !== undefined && clusterOf(conf) === backup.cluster ? [{ host, age: ageOf(backup, host, conf) }] : []
  })
  return known.sort((one, other) => compare(other.age, one.age))[0]?.host
}

function clusterOf(conf: string): string | undefined {
  try {
    return parseCorosyncConf(conf).name
  } catch {
    // Of a file that nobody can read nothing comes.
    return undefined
  }
}

/** Numbers that grow: corosync.conf's `config_version`, then the CIB's `admin_epoch`, `epoch` and `num_updates`. */
function ageOf(backup: Pick<Backup, "files">, host: string, conf: string): readonly number[] {
  const cib = /<cib\b[^>]*>/.exec(textOf(backup, host, CIB) ?? "")?.[0] ?? ""
  const number = (name: string) => Number(new RegExp(`\\s${name}="(\\d+)"`).exec(cib)?.[1] ?? -1)
  const version = Number(parseCorosyncConf(conf).totem.config_version ?? 0)
  return [version, number("admin_epoch"), number("epoch"), number("num_updates")]
}

function compare(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((value, index) => value !== other[index])
  return at < 0 ? 0 : one[at]! - other[at]!
}

function fileOf({ files }: Pick<Backup, "files">, host: string, path: string): KeptFile | undefined {
  return files.find((one) => one.host === host && one.path === path)
}

function textOf(backup: Pick<Backup, "files">, host: string, path: string): string | undefined {
  return fileOf(backup, host, path)?.content.toString()
}

function lacking(file: string, path: string): HaopsError {
  return new HaopsError("E_INPUT", `${file} has no ${path} of the cluster, which does not come back without it`)
}

/** Corosync finds the others at the addresses that it has written down, and counts the votes of all of them. */
function requireSame({ nodes }: CorosyncConf, members: readonly MemberNode[], file: string, inventory: string): void {
  for (const { name, addresses } of nodes) {
    const links = members.find((one) => one.name === name)?.links
    // What a name stands for the hosts' own files say.
    const same = !addresses.every((address) => isIP(address)) || sameAddresses(links ?? [], addresses)
    if (links !== undefined && same) continue
    const there = links === undefined ? "no such member" : `it at ${links.join(", ")}`
    const message = `${file} has the member ${name} at ${addresses.join(", ")}, and ${inventory} has ${there}`
    throw new HaopsError("E_INPUT", message, {
      hint: "A cluster comes back with the members that it had, at the addresses that they had: write them so. Changes come after it, by haops up and remove-node.",
    })
  }
}
