import { createHash } from "node:crypto"
import { isIP } from "node:net"
import { dirname } from "node:path"
import { HaopsError } from "../base/errors.ts"
import type { Drift, Finding } from "../base/events.ts"
import { Secret } from "../base/secret.ts"
import { quoteAll } from "../base/sh.ts"
import { listing } from "../base/words.ts"
import { type CorosyncNode, parseCorosyncConf } from "../corosync/conf.ts"
import {
  CLUSTER_CONF,
  COROSYNC_CONF,
  type NodeCluster,
  nodeClusterScript,
  parseNodeCluster,
} from "../corosync/conf-probe.ts"
import { withoutDevice } from "../corosync/edit.ts"
import { putCorosyncConf } from "../corosync/put-corosync-conf.ts"
import { partsOf } from "../host/sections.ts"
import { type MemberNode, memberNodes, pacemakerOn } from "../membership/nodes.ts"
import { isForeign, isIn } from "../membership/situation.ts"
import type { Action } from "../model/action.ts"
import type { BindContext, Members, Step } from "../model/step.ts"
import { defineJointStep } from "../model/step.ts"
import type { Backup, KeptFile } from "./archive.ts"
import { restoredPaths } from "./kept.ts"

interface Want {
  cluster: string
  /** Of this host, but for corosync.conf. */
  files: readonly KeptFile[]
  /** Corosync.conf as it is to be: a host that has it is a member. Undefined on a host that is none. */
  conf: string | undefined
}

interface Have extends NodeCluster {
  /** SHA-256 of corosync.conf; empty where there is none. */
  digest: string
  /** Of the other files those that are there. */
  present: readonly string[]
}

/**
 * What a backup has of the hosts and no inventory says: keys, corosync.conf, the cluster's configuration, the record of what is haops's.
 * Put onto hosts that are in no cluster, before anything is founded there: then the cluster is there, and is started as it was. A host
 * that is in one keeps what it has; it must be this very one.
 */
export function restoredStep(backup: Backup, file: string): Step {
  return defineJointStep<Want, Have>({
    kind: "restored",
    summary: "what a backup has of a host and no inventory says",
    bind: (context) => wantOf(backup, file, context),
    title: () => `files of ${file}`,
    probe: ({ files }) => ({
      shared: [CLUSTER_CONF],
      script: nodeClusterScript({
        digest: `if [ -e ${COROSYNC_CONF} ]; then sha256sum <${COROSYNC_CONF}; fi`,
        present: `for path in ${quoteAll(files.map(({ path }) => path))}; do if [ -e "$path" ]; then echo "$path"; fi; done`,
      }),
      parse: ({ stdout }) => {
        const { digest, present } = partsOf(stdout, ["digest", "present"])
        return {
          ...parseNodeCluster(stdout),
          digest: digest.split(" ", 1)[0] ?? "",
          present: present.split("\n").filter((path) => path !== ""),
        }
      },
    }),
    check: (want, members) => (mayRestore(want, members) ? drift(want, members) : []),
    findings: (want, members) => findings(want, members, file),
    plan: (want, members) => plan(want, members.elected.have),
  })
}

function wantOf(backup: Backup, file: string, { inventory, host }: BindContext): Want | undefined {
  const { name, file: inventoryFile } = inventory
  if (backup.cluster !== name) {
    throw new HaopsError("E_INPUT", `${file} is of the cluster ${backup.cluster}, and ${inventoryFile} of ${name}`, {
      hint: "Name the inventory of that cluster with -i.",
    })
  }
  const own = restoredPaths(inventory, host).flatMap((path) => found(backup, host.name, path))
  const files = own.filter(({ path }) => path !== COROSYNC_CONF)
  const pacemaker = pacemakerOn(inventory, host)
  if (pacemaker === undefined) return { cluster: name, files, conf: undefined }
  const text = own.find(({ path }) => path === COROSYNC_CONF)?.content.toString()
  if (text === undefined) {
    throw new HaopsError("E_INPUT", `${file} has no ${COROSYNC_CONF}, so there is no cluster to be made of it`)
  }
  const { nodes } = parseCorosyncConf(text)
  requireSame(nodes, memberNodes(inventory, pacemaker), file, inventoryFile)
  // One that has come since is taken in afterwards, by `add-node`.
  if (!nodes.some((node) => node.name === host.name)) return undefined
  // Its device has certificates on the members and on its host: it is set up anew.
  return { cluster: name, files, conf: withoutDevice(text) }
}

/** Corosync finds the others at the addresses that it has written down, and counts the votes of all of them. */
function requireSame(
  nodes: readonly Pick<CorosyncNode, "name" | "addresses">[],
  members: readonly MemberNode[],
  file: string,
  inventory: string,
): void {
  for (const { name, addresses } of nodes) {
    const links = members.find((one) => one.name === name)?.links
    // What a name stands for the hosts' own files say.
    const same = links?.join() === addresses.join() || !addresses.every((address) => isIP(address))
    if (links !== undefined && same) continue
    const there = links === undefined ? "no such member" : `it at ${links.join(", ")}`
    throw new HaopsError(
      "E_INPUT",
      `${file} has the member ${name} at ${addresses.join(", ")}, and ${inventory} has ${there}`,
      {
        hint: "A cluster comes back with the members that it had, at the addresses that they had: write them so. Changes come after it, by haops up and remove-node.",
      },
    )
  }
}

/** A host's own files. One that was not asked then has those of the others, which are the same on all members. */
function found({ files }: Backup, host: string, path: string): readonly KeptFile[] {
  const isThere = (one: KeptFile) => (path.endsWith("/*") ? dirname(one.path) === path.slice(0, -2) : one.path === path)
  const own = files.filter((one) => one.host === host && isThere(one))
  const other = files.find(isThere)?.host
  return own.length > 0 ? own : files.filter((one) => one.host === other && isThere(one))
}

/** Hosts of no cluster, or of this one as the backup has it. */
function mayRestore({ cluster, conf }: Want, { all }: Members<Have>): boolean {
  return all.every(({ have }) => !isForeign(cluster, have) && (!isIn(cluster, have) || isOfBackup(conf, have)))
}

function isOfBackup(conf: string | undefined, { digest }: Have): boolean {
  return conf !== undefined && digest === createHash("sha256").update(conf).digest("hex")
}

function drift(want: Want, { elected: { have, facts } }: Members<Have>): Drift[] {
  const expected = have.vendor || facts.versions.corosync === undefined ? { expected: true } : {}
  const paths = [...missing(want, have).map(({ path }) => path), ...(isBare(want, have) ? [COROSYNC_CONF] : [])]
  return paths.map((path) => ({ attribute: path, have: "absent", want: "of the backup", risk: "none", ...expected }))
}

/** It is to be a member, and is not yet. */
function isBare({ cluster, conf }: Want, have: Have): boolean {
  return conf !== undefined && !isIn(cluster, have)
}

/** A host that is to be a member has nothing of its own that counts; else what is there stays. */
function missing(want: Want, have: Have): readonly KeptFile[] {
  return isBare(want, have) ? want.files : want.files.filter(({ path }) => !have.present.includes(path))
}

function findings({ cluster, conf }: Want, { all, elected }: Members<Have>, file: string): Finding[] {
  const { have, host } = elected
  if (isIn(cluster, have) && !isOfBackup(conf, have)) {
    return [
      {
        severity: "error",
        message: `${host} is in the cluster ${cluster} already, and not as ${file} has it`,
        hint: "A backup is put onto hosts that are in no cluster. To give this one up, on each of its nodes: pcs cluster destroy",
      },
    ]
  }
  const others = all.filter((one) => isIn(cluster, one.have) && !isOfBackup(conf, one.have)).map((one) => one.host)
  if (others.length === 0 || isIn(cluster, have)) return []
  const message = `${host} gets nothing of ${file}: ${listing(others)} ${others.length === 1 ? "is" : "are"} in the cluster, and not as that has it`
  return [{ severity: "error", message, hint: `If the cluster is to stay as it is there: haops add-node ${host}` }]
}

function plan(want: Want, have: Have): Action[] {
  const conf = isBare(want, have) ? want.conf : undefined
  return [...missing(want, have).map(putBack), ...(conf === undefined ? [] : [putCorosyncConf(conf)])]
}

/** By base64 on standard input: keys are bytes, and secret. Its signature would be of another content. */
function putBack({ path, mode, owner, content }: KeptFile): Action {
  return {
    type: "run",
    argv: ["sh", "-c", PUT_BACK, "haops-restore", path, mode, owner],
    stdin: new Secret(content.toString("base64")),
    label: `write ${path} (${mode} ${owner}), ${content.length} bytes of the backup`,
  }
}

const PUT_BACK = `
set -eu
path=$1 mode=$2 owner=$3
directory=$(dirname -- "$path")
[ -d "$directory" ] || install -d -m 0755 -- "$directory"
umask 077
new=$(mktemp -- "$directory/.haops.XXXXXXXX")
trap 'rm -f -- "$new"' EXIT
base64 -d >"$new"
chmod -- "$mode" "$new"
chown -- "$owner" "$new"
rm -f -- "$path.sig"
mv -fT -- "$new" "$path"
if command -v restorecon >/dev/null 2>&1; then restorecon -- "$path"; fi
`
