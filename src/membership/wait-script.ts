import { PAUSE } from "../base/pause.ts"
import { quote } from "../base/sh.ts"
import { CRM_MON_SCRIPT } from "../pacemaker/crm-mon.ts"

/** What a cluster is waited for to say of itself. */
interface Awaited {
  /** Nodes that are to be online and joined. */
  online: readonly string[]
  /** Resources that are to run, each on so many nodes. */
  running?: Readonly<Record<string, number>> | undefined
  /** True: no action may have failed. */
  clean?: boolean | undefined
  /** Whose failures nobody waits for the end of: of one resource, or of any, on a node. */
  passedOver?: readonly { node: string; resource?: string | undefined }[] | undefined
  /** Addresses that are to answer: at these a TCP connection is opened. */
  answering?: readonly { address: string; port: number }[] | undefined
}

/**
 * Shell that exits 0 once the cluster has quorum and all of `awaited` holds; else it says what was seen. crm_mon writes an element
 * a line, so that grep can tell. It decides only when to look again: what counts is the probe that follows.
 */
export function statusScript({ online, running = {}, clean, passedOver = [], answering = [] }: Awaited): string {
  return [
    `mon=$(${CRM_MON_SCRIPT})`,
    `has() { printf '%s\\n' "$mon" | grep -qE "$1"; }`,
    `missing() { echo "$1"; printf '%s\\n' "$mon" | grep -E '<current_dc|<node .*id=|<failure |<error'; exit 1; }`,
    `has '<current_dc present="true".* with_quorum="true"' || missing 'no quorum yet'`,
    ...online.map((node) => {
      const line = `<node name="${escapeRegExp(node)}" .*online="true".*pending="false".*unclean="false"`
      return `has ${quote(line)} || missing ${quote(`${node} is not online yet`)}`
    }),
    ...Object.entries(running).map(([resource, count]) => {
      const line = `<resource id="${escapeRegExp(resource)}(:[0-9]+)?" .*role="(Started|Promoted|Unpromoted|Master|Slave)".*active="true".*failed="false"`
      const there = `[ "$(printf '%s\\n' "$mon" | grep -cE ${quote(line)})" -ge ${count} ]`
      return `${there} || missing ${quote(`${resource} does not run yet`)}`
    }),
    ...(clean ? [`! ${failuresBut(passedOver)} || missing 'an action has failed'`] : []),
    ...answering.map(({ address, port }) => {
      return `${connectScript(address, port)} || missing ${quote(`${address} port ${port} does not answer`)}`
    }),
  ].join("\n")
}

/**
 * Shell that looks again and again until `script` exits 0, for at most so many seconds, and exits 0 either way: what is left then
 * is told by the probe that follows, node by node, and not by the last line of a loop. It ends early where `over` defines a function
 * of that name, which knows what the script said, and the time that is left, and succeeds once waiting is of no use.
 */
export function settleScript(script: string, seconds: number, over = "over() { false; }"): string {
  return `${PAUSE}
${over}
begun=$(date +%s%N) end=$(( $(date +%s) + ${seconds} ))
until said=$( (eval ${quote(script)}) 2>/dev/null ) || [ "$(date +%s)" -ge "$end" ] || over; do pause "$begun"; done`
}

/** Shell that opens a TCP connection and exits 0 where it is accepted within a second. bash, because sh cannot. */
export function connectScript(address: string, port: number): string {
  return `timeout 1 bash -c ${quote(`: </dev/tcp/${address}/${port}`)} 2>/dev/null`
}

function failuresBut(passedOver: NonNullable<Awaited["passedOver"]>): string {
  if (passedOver.length === 0) return "has '<failure '"
  const known = passedOver.map(({ node, resource }) => {
    const operation = resource === undefined ? "" : `op_key="${escapeRegExp(resource)}(:[0-9]+)?_[a-z-]+_[0-9]+" .*`
    return `<failure .*${operation}node="${escapeRegExp(node)}"`
  })
  return `printf '%s\\n' "$mon" | grep '<failure ' | grep -qvE ${quote(known.join("|"))}`
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
}
