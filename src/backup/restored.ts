import type { Drift, Finding } from "../base/events.ts"
import { Secret } from "../base/secret.ts"
import { quoteAll } from "../base/sh.ts"
import { listing } from "../base/words.ts"
import {
  CLUSTER_CONF,
  COROSYNC_CONF,
  corosyncConfText,
  type NodeCluster,
  nodeClusterScript,
  parseNodeCluster,
} from "../corosync/conf-probe.ts"
import { withoutDevice } from "../corosync/edit.ts"
import { putCorosyncConf } from "../corosync/put-corosync-conf.ts"
import { partsOf } from "../host/sections.ts"
import { toEnd } from "../membership/by-hand.ts"
import { isForeign, isIn } from "../membership/situation.ts"
import type { Action } from "../model/action.ts"
import { defineJointStep, type Members, type Step } from "../model/step.ts"
import { chooseDialect } from "../pacemaker/dialects/dialect.ts"
import type { Backup, KeptFile } from "./archive.ts"
import { type Chosen, chosenFor } from "./chosen.ts"

interface Want extends Chosen {
  cluster: string
}

interface Have extends NodeCluster {
  /** Its corosync.conf as it stands. */
  text: string | undefined
  /** Which of the backup's other files are there. */
  there: ReadonlySet<string>
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
    bind(context) {
      const chosen = chosenFor(backup, file, context)
      // The device has certificates on the members and on its host: it is set up anew.
      return chosen && { ...chosen, cluster: backup.cluster, conf: withoutDevice(chosen.conf) }
    },
    title: () => `files of ${file}`,
    probe: ({ own, state }) => ({
      shared: [CLUSTER_CONF],
      script: nodeClusterScript({ there: whichAreThere([...own, ...state].map(({ path }) => path)) }),
      parse: ({ stdout }) => ({
        ...parseNodeCluster(stdout),
        text: corosyncConfText(stdout),
        there: new Set(partsOf(stdout, ["there"]).there.split("\n")),
      }),
    }),
    check: (want, members) => (mayRestore(want, members) ? drift(want, members) : []),
    findings: (want, members) => findings(want, members, file),
    plan: (want, members) => [...filesFor(want, members).map(putBack), putCorosyncConf(want.conf)],
  })
}

function whichAreThere(paths: readonly string[]): string {
  return `for path in ${quoteAll(paths)}; do [ ! -e "$path" ] || printf '%s\\n' "$path"; done`
}

/** Hosts of no cluster, or of this one as the backup has it. */
function mayRestore(want: Want, { all }: Members<Have>): boolean {
  return all.every(
    ({ have }) => !isForeign(want.cluster, have) && (!isIn(want.cluster, have) || isOfBackup(want, have)),
  )
}

function isOfBackup({ conf }: Want, { text }: Have): boolean {
  return text !== undefined && bare(text) === bare(conf)
}

/** Without what the shells write anew as they set the device up again: its block, the file's number, empty lines. */
function bare(text: string): string {
  const lines = withoutDevice(text).split("\n")
  return lines.filter((line) => line.trim() !== "" && !/^\s*config_version:/.test(line)).join("\n")
}

function drift(want: Want, members: Members<Have>): Drift[] {
  const { have, facts } = members.elected
  if (isIn(want.cluster, have)) return []
  const expected = have.vendor || facts.versions.corosync === undefined ? { expected: true } : {}
  const paths = [...filesFor(want, members).map(({ path }) => path), COROSYNC_CONF]
  const isThere = (path: string) => (path === COROSYNC_CONF ? have.text !== undefined : have.there.has(path))
  return paths.map((path) => {
    const have = isThere(path) ? "the host's own" : "absent"
    return { attribute: path, have, want: "of the backup", risk: "none", ...expected }
  })
}

/** Beside a member that is in the cluster not the state: what the cluster has become since is that one's to tell. */
function filesFor({ cluster, own, state }: Want, { all }: Members<Have>): readonly KeptFile[] {
  return all.some(({ have }) => isIn(cluster, have)) ? own : [...own, ...state]
}

function findings(want: Want, { all, elected }: Members<Have>, file: string): Finding[] {
  const { cluster } = want
  const { have, host, facts } = elected
  const isAnother = (one: Have) => isIn(cluster, one) && !isOfBackup(want, one)
  if (isAnother(have)) {
    return [
      {
        severity: "error",
        message: `${host} is in the cluster ${cluster} already, and not as ${file} has it`,
        hint: `A backup is put onto hosts that are in no cluster. To give this one up, on each of its nodes: ${toEnd(chooseDialect(facts, "auto"))}`,
      },
    ]
  }
  const others = all.filter((one) => isAnother(one.have)).map((one) => one.host)
  if (others.length === 0 || isIn(cluster, have)) return []
  const message = `${host} gets nothing of ${file}: ${listing(others)} ${others.length === 1 ? "is" : "are"} in the cluster, and not as that has it`
  return [{ severity: "error", message, hint: `If the cluster is to stay as it is there: haops add-node ${host}` }]
}

/** By base64 on standard input: keys are bytes, and secret. What is there is kept; a signature beside it would be of another content. */
function putBack({ path, mode, owner, content }: KeptFile): Action {
  return {
    type: "run",
    argv: ["sh", "-c", PUT_BACK, "haops-restore", path, mode, owner],
    stdin: new Secret(content.toString("base64")),
    label: `write ${path} (${mode} ${owner}), ${content.length} bytes of the backup`,
  }
}

/** A directory that is not there yet is for root and for the group that the file is for. */
const PUT_BACK = `
set -eu
path=$1 mode=$2 owner=$3
directory=$(dirname -- "$path")
[ -d "$directory" ] || install -d -m 0750 -g "\${owner#*:}" -- "$directory"
umask 077
new=$(mktemp -- "$directory/.haops.XXXXXXXX")
trap 'rm -f -- "$new"' EXIT
base64 -d >"$new"
chmod -- "$mode" "$new"
chown -- "$owner" "$new"
if [ -f "$path" ]; then
  sum=$(sha256sum <"$path")
  copy=$path.haops-$(printf %s "$sum" | cut -c1-12)
  [ "$sum" = "$(sha256sum <"$new")" ] || [ -e "$copy" ] || cp -p -- "$path" "$copy"
fi
rm -f -- "$path.sig"
mv -fT -- "$new" "$path"
if command -v restorecon >/dev/null 2>&1; then restorecon -- "$path"; fi
`
