import { rememberLast } from "../base/remember-last.ts"
import { AUTHKEYS, CLUSTER_CONF, clusterIsNamed, TELL_IDENTITY } from "../corosync/conf-probe.ts"
import { STACK_UNITS } from "../host/units.ts"
import { answerKey } from "../model/answer-key.ts"
import type { Probe } from "../model/probe.ts"
import type { Agents } from "./agents/metadata.ts"
import { type Cib, EMPTY_CIB } from "./cib.ts"
import { parseCib } from "./cib-parse.ts"
import { CIB } from "./cib-question.ts"
import { NOT_CONNECTED } from "./crm-mon.ts"
import { fingerprintOf } from "./fingerprint.ts"
import { optionsScript, parseOptions } from "./known-options.ts"
import { type ClusterIdentity, LAST_APPLIED, type LastApplied, parseLastApplied } from "./ownership.ts"
import { parseSbd, type RunningSbd, SBD } from "./sbd-question.ts"

/** The CIB as a node has it. */
export const CIB_ANSWER = answerKey<CibHave>("CIB")

/** What a node knows of the cluster's configuration. */
export interface CibHave {
  /** `absent`: pacemaker's tools are not installed. `down`: the cluster does not run on this node. */
  cluster: "absent" | "down" | "up"
  /** Empty unless `up`. */
  cib: Cib
  /** Its text, without the status section; empty unless `up`. */
  text: string
  /** Changes when the configuration does; empty unless `up`. */
  fingerprint: string
  /** What haops remembers on this node of what it made. */
  lastApplied?: LastApplied | undefined
  /** The cluster that this node is in, by its files; undefined where they do not tell. */
  identity?: ClusterIdentity | undefined
  /** Of the options that were asked about, those that this node's pacemaker knows; undefined where that is not known. */
  options?: ReadonlySet<string> | undefined
  /** sbd there; undefined where it was not asked about. */
  sbd?: RunningSbd | undefined
  /** Of the agents of what is to be made or changed, what this node knows; undefined where nothing is, or none could be asked. */
  agents?: Agents | undefined
  /** Of the engines of bundles that are to be made or changed, those that this node has; undefined where none was asked about. */
  engines?: ReadonlySet<string> | undefined
}

/**
 * Reads the CIB by `cibadmin`, in milliseconds where each pcs call takes half a second. A cluster of another name than `cluster`
 * counts as down: Debian starts one of its own on installation, without quorum for its first 20 s. Default: whichever runs.
 * `options`: names of which some pacemaker may know nothing. `watchdog`: whether sbd runs is asked too.
 */
export function cibProbe(cluster?: string, options: readonly string[] = [], watchdog = false): Probe<CibHave> {
  const other = cluster === undefined ? "" : `${clusterIsNamed(cluster)} || { echo 'cluster down'; exit 0; }`
  return {
    shared: [AUTHKEYS, CIB, ...(cluster === undefined ? [] : [CLUSTER_CONF]), ...(watchdog ? [SBD, STACK_UNITS] : [])],
    script: `
if [ -f ${LAST_APPLIED} ]; then record=; read -r record <${LAST_APPLIED} || [ -n "$record" ]; printf 'last-applied %s\\n' "$record"; fi
${TELL_IDENTITY}
command -v cibadmin >/dev/null 2>&1 || { echo 'cluster absent'; exit 0; }
${optionsScript(options)}
${other}${watchdog ? `\nsbd=${SBD}\necho "sbd $sbd"` : ""}
answer=${CIB}
case $answer in
  'exit '*) case \${answer#exit } in ${NOT_CONNECTED}) echo 'cluster down'; exit 0;; esac
    # It is asked again for its own words, which the shared answer has not.
    timeout 20 cibadmin -Q >/dev/null; exit "\${answer#exit }" ;;
esac
printf 'cluster up\\n%s\\n' "$answer"
`,
    parse: ({ stdout }) => parse(stdout),
  }
}

function parse(stdout: string): CibHave {
  const start = stdout.search(/^</m)
  const head = start === -1 ? stdout : stdout.slice(0, start)
  const fields = new Map(head.split("\n").map((line) => [line.split(" ", 1)[0], line.slice(line.indexOf(" ") + 1)]))
  const lastApplied = parseLastApplied(fields.get("last-applied") ?? "")
  const options = parseOptions(head)
  const sbd = fields.get("sbd")
  const known = {
    lastApplied,
    identity: identityOf(fields.get("identity")),
    ...(options === undefined ? {} : { options }),
    ...(sbd === undefined ? {} : { sbd: parseSbd(sbd) }),
  }
  const cluster = fields.get("cluster")
  if (cluster === "absent" || cluster === "down")
    return { cluster, cib: EMPTY_CIB, text: "", fingerprint: "", ...known }
  if (cluster !== "up" || start === -1) throw new Error("the CIB is missing from the answer")
  return { cluster, ...read(stdout.slice(start)), ...known }
}

function identityOf(line = "- -"): ClusterIdentity | undefined {
  const [uuid, key] = line.split(" ").map((word) => (word === "-" ? undefined : word))
  if (uuid === undefined && key === undefined) return undefined
  return { ...(uuid === undefined ? {} : { uuid }), ...(key === undefined ? {} : { key }) }
}

/** All nodes give the same answer, each of them to several steps. */
const read = rememberLast((text) => ({ cib: parseCib(text), text, fingerprint: fingerprintOf(text) }))
