import { HaopsError } from "../base/errors.ts"
import { quote } from "../base/sh.ts"
import { askAll, partsOf } from "../host/sections.ts"
import { shared, tellShared } from "../host/shared.ts"
import { type CorosyncConf, parseCorosyncConf } from "./conf.ts"

export const COROSYNC_CONF = "/etc/corosync/corosync.conf"

export const AUTHKEY = "/etc/corosync/authkey"

/** Of the connections to remote nodes. */
export const PACEMAKER_AUTHKEY = "/etc/pacemaker/authkey"

/** The cluster that a node's files say it is in. */
export interface NodeCluster {
  /** Undefined where there is no corosync.conf. */
  conf: CorosyncConf | undefined
  /** True where the file is the one that the distribution's package shipped, byte for byte. */
  vendor: boolean
}

/**
 * Shared question: `absent`, or `present NAME` or `vendor NAME` and the file. Whether it is the distribution's own is told by the
 * checksum in dpkg's records, never by the name; where dpkg does not know the file, md5sum has nothing to check and fails.
 */
export const CLUSTER_CONF = shared(
  "corosync_conf",
  `if [ -e ${COROSYNC_CONF} ]; then
  text=$(cat ${COROSYNC_CONF}) || exit
  state=present name=
  set -f; IFS='
'
  for line in $text; do
    case $line in *cluster_name:*) ;; *) continue ;; esac
    case \${line%%cluster_name:*} in *[![:space:]]*) continue ;; esac
    name=\${line#*cluster_name:}
    name=\${name#"\${name%%[![:space:]]*}"}
    name=\${name%"\${name##*[![:space:]]}"}
  done
  unset IFS
  if [ "$name" = debian ] && dpkg-query -W -f='\${Conffiles}\\n' corosync 2>/dev/null |
    sed -n 's|^ \\(${COROSYNC_CONF}\\) \\([0-9a-f]\\{32\\}\\)$|\\2  \\1|p' | md5sum --status -c - 2>/dev/null
  then state=vendor; fi
  printf '%s %s\\n%s\\n' "$state" "$name" "$text"
else echo absent; fi`,
)

const PARTS = { conf: tellShared(CLUSTER_CONF) }

/** Shell condition: the node's corosync.conf is the distribution's own. */
export const IS_VENDORS = `{ conf=${CLUSTER_CONF}; case $conf in 'vendor '*) ;; *) false ;; esac; }`

/** Shell condition: the node's corosync.conf is that of a cluster of this name. */
export function clusterIsNamed(name: string): string {
  return `{ conf=${CLUSTER_CONF}; conf=\${conf%%
*}; case $conf in absent) false ;; *) [ "\${conf#* }" = ${quote(name)} ] ;; esac; }`
}

/** What is known of a key: its digest tells nothing of it, since it has 128 random bytes or more. */
export interface KeyFile {
  /** SHA-256, in hexadecimal. */
  digest: string
  /** Bytes. */
  size: number
  /** Octal. */
  mode: string
  /** `user:group`. */
  owner: string
}

/** The keys of a node, by the path of their file. */
export type Keys = ReadonlyMap<string, KeyFile>

/** Shared question: `PATH SIZE MODE OWNER` and `DIGEST  PATH` of each key that is there; of a link, what it leads to, which is what is read. */
export const AUTHKEYS = shared(
  "authkeys",
  `stat -L -c '%n %s %a %U:%G' ${AUTHKEY} ${PACEMAKER_AUTHKEY} 2>/dev/null || :
sha256sum ${AUTHKEY} ${PACEMAKER_AUTHKEY} 2>/dev/null || :`,
)

export function parseKeys(text: string): Keys {
  const lines = text.split("\n").map((line) => line.split(/ +/))
  const digests = new Map(lines.map(([digest = "", path = ""]) => [path, digest]))
  const files = lines.flatMap(([path = "", size = "", mode = "", owner = ""]): [string, KeyFile][] => {
    const digest = digests.get(path)
    return digest === undefined || owner === "" ? [] : [[path, { digest, size: Number(size), mode, owner }]]
  })
  return new Map(files)
}

/**
 * Shell that prints `identity UUID DIGEST`: the id that pcs gives to a cluster (`cluster_uuid`, since pcs 0.10.15), and the digest of its
 * authkey; `-` where there is none. Founded anew a cluster has others of them. Asks `AUTHKEYS`.
 */
export const TELL_IDENTITY = `uuid= key=
if [ -e ${COROSYNC_CONF} ]; then
  while read -r name value rest; do
    case $name in cluster_uuid:) uuid=$value ;; esac
  done <${COROSYNC_CONF}
fi
keys=${AUTHKEYS}
while read -r digest path; do
  case $path in ${AUTHKEY}) key=$digest ;; esac
done <<END
$keys
END
printf 'identity %s %s\n' "\${uuid:--}" "\${key:--}"`

/** Shell that tells which cluster a node's files put it in; further questions go in `extra`. */
export function nodeClusterScript(extra: Readonly<Record<string, string>> = {}): string {
  return askAll({ ...PARTS, ...extra })
}

/** Throws `E_PROBE` where the answer or the node's corosync.conf is malformed. */
export function parseNodeCluster(stdout: string): NodeCluster {
  const { state, text } = readConf(stdout)
  return { conf: text === undefined ? undefined : parseCorosyncConf(text), vendor: state === "vendor" }
}

/** The node's corosync.conf as it stands; undefined where there is none. */
export function corosyncConfText(stdout: string): string | undefined {
  return readConf(stdout).text
}

function readConf(stdout: string): { state: string; text: string | undefined } {
  const [head = "", ...lines] = partsOf(stdout, ["conf"]).conf.split("\n")
  const state = head.split(" ", 1)[0] ?? ""
  if (state === "absent") return { state, text: undefined }
  if (state === "present" || state === "vendor") return { state, text: `${lines.join("\n")}\n` }
  throw new HaopsError("E_PROBE", `not the state of a corosync.conf: ${JSON.stringify(head)}`)
}
