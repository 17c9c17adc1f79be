import type { Drift, Finding } from "../../base/events.ts"
import { Secret } from "../../base/secret.ts"
import { readAnswer } from "../../host/answer.ts"
import { type FileWant, fileDrift, fileFindings, planFile } from "../../host/file-drift.ts"
import { FILE_KEYS, type FileState, fileScript, parseFile, sha256 } from "../../host/file-state.ts"
import { partsOf } from "../../host/sections.ts"
import type { Action } from "../../model/action.ts"
import type { HostFacts } from "../../model/host-facts.ts"
import type { Probe } from "../../model/probe.ts"
import { defineStep } from "../../model/step.ts"
import { bindGalera } from "../bind.ts"
import { CHECK_SOCKET, CHECK_USER, checkFiles } from "../config/check-files.ts"
import { CONFIG, configFile, REDACT, redactConfig, sstAuth, VALIDATE } from "../config/files.ts"
import { isPrimary } from "../decide.ts"
import { type GaleraState, galeraProbe, SQL } from "../node/state.ts"
import { variableNames } from "../variables.ts"
import type { GaleraWant } from "../want.ts"

interface Have {
  state: GaleraState
  config: FileState
  check: readonly FileState[]
  /** The system's user that the check runs as. */
  user: boolean
}

/** The server's file and the check over HTTP. Nothing restarts: that is for a step of its own. */
export const galeraConfig = defineStep<GaleraWant, Have>({
  kind: "galera-config",
  summary: "a Galera member's file, checked by its own server, and its check over HTTP",
  bind: bindGalera,
  title: () => "galera configuration",
  probe,
  check: (want, have) => [
    ...bootDrift(have),
    ...fileDrift(configFile(want), have.config, { redact: redactConfig }),
    ...checkDrift(want, have),
  ],
  findings,
  plan,
})

function probe(want: GaleraWant): Probe<Have> {
  const state = galeraProbe(variableNames(want))
  const files = wantedFiles(want)
  const question = (path: string, options: Parameters<typeof fileScript>[1]) =>
    `(${fileScript(path, options)}\n) || exit`
  return {
    ...(state.shared ? { shared: state.shared } : {}),
    script: `echo '@@haops state'
${state.script}
echo '@@haops config'
${question(CONFIG, { filter: REDACT })}
${files.map((file, at) => `echo '@@haops file${at}'\n${question(file.path, { unless: sha256(file.content) })}`).join("\n")}
echo '@@haops user'
grep -q '^${CHECK_USER}:' /etc/passwd && echo yes
exit 0`,
    parse: (output) => {
      const names = ["state", "config", "user", ...files.map((_, at) => `file${at}`)]
      const parts = partsOf(output.stdout, names)
      const file = (name: string) => parseFile(readAnswer(parts[name] ?? "", FILE_KEYS))
      return {
        state: state.parse({ ...output, stdout: parts.state ?? "" }),
        config: file("config"),
        check: files.map((_, at) => file(`file${at}`)),
        user: parts.user === "yes",
      }
    },
  }
}

function wantedFiles({ address, check }: GaleraWant): readonly FileWant[] {
  return check === undefined ? [] : checkFiles(address, check)
}

function bootDrift({ state: { installed, unit } }: Have): Drift[] {
  if (installed && unit.file === "enabled") return []
  const expected = installed ? {} : { expected: true }
  return [
    { attribute: "mariadb starts at boot", have: unit.file || "not installed", want: "yes", risk: "none", ...expected },
  ]
}

function checkDrift(want: GaleraWant, { check, user, state }: Have): Drift[] {
  const files = wantedFiles(want)
  // One of an inventory before this one: nobody asks it any more.
  if (files.length === 0)
    return state.socket ? [{ attribute: CHECK_SOCKET, have: "listening", want: "absent", risk: "none" }] : []
  return [
    ...(user ? [] : [absent(`user ${CHECK_USER}`)]),
    ...files.flatMap((file, at) => fileDrift(file, check[at]!)),
    ...(state.socket ? [] : [{ ...absent(CHECK_SOCKET), have: "not listening", want: "listening" }]),
  ]
}

function absent(attribute: string): Drift {
  return { attribute, have: "absent", want: "present", risk: "none" }
}

function findings(want: GaleraWant, { config, check, state }: Have, { family, os }: HostFacts): Finding[] {
  const files = [{ path: CONFIG }, ...wantedFiles(want)]
  const masked =
    state.unit.file === "masked"
      ? [refusal("mariadb.service is masked", "If it may run again: systemctl unmask mariadb")]
      : []
  const strange = family === "debian" ? [] : [refusal(`Galera is managed on Debian and Ubuntu alone, not on ${os}`)]
  return [
    ...strange,
    ...masked,
    ...renamed(want, state),
    ...files.flatMap(({ path }, at) => fileFindings(path, [config, ...check][at]!)),
  ]
}

/** The name can be set live, and counts at the next start alone: one by one they would drop out of the group. */
function renamed({ cluster }: GaleraWant, state: GaleraState): Finding[] {
  const name = state.variables.get("wsrep_cluster_name")?.value
  if (!isPrimary(state) || name === undefined || name === cluster) return []
  const message = `its cluster is called "${name}", and the inventory's "${cluster}": members of two names do not let each other in`
  return [
    refusal(message, "Keep the inventory's name as the cluster's. A new one takes a stop of all members at once."),
  ]
}

function refusal(message: string, hint?: string): Finding {
  return { severity: "error", message, hint }
}

function plan(want: GaleraWant, { config, check, user, state }: Have, drift: readonly Drift[]): Action[] {
  const files = wantedFiles(want)
  const put = files.flatMap((file, at) => planFile(file, check[at]!))
  const run = (...argv: string[]): Action => ({ type: "run", argv })
  const socket = files.length > 0 && (put.length > 0 || !state.socket)
  const server = planFile(configFile(want), config, { validate: VALIDATE }).map((action) =>
    action.type === "put" && want.sst.password !== undefined
      ? { ...action, content: new Secret(String(action.content)) }
      : action,
  )
  return [
    ...(server.length > 0 ? sstLive(want, state) : []),
    ...server,
    ...(files.length > 0 && !user
      ? [run("useradd", "-r", "-M", "-d", "/", "-s", "/usr/sbin/nologin", CHECK_USER)]
      : []),
    ...put,
    ...(files.length === 0 && state.socket ? RETIRED : []),
    ...(socket
      ? [
          run("systemctl", "daemon-reload"),
          run("systemctl", "enable", "--quiet", CHECK_SOCKET),
          run("systemctl", "restart", CHECK_SOCKET),
        ]
      : []),
    ...(drift.some(({ attribute }) => attribute === "mariadb starts at boot")
      ? [run("systemctl", "enable", "--quiet", "mariadb.service")]
      : []),
  ]
}

/** The server shows no password, so that no later look could tell which one it goes by: before the file says that it is done. */
function sstLive({ sst: { password } }: GaleraWant, state: GaleraState): Action[] {
  if (password === undefined || !isPrimary(state)) return []
  const stdin = new Secret(`set global wsrep_sst_auth = '${sstAuth(password)}';\n`)
  return [{ type: "run", argv: ["sh", "-c", SQL, "haops-galera"], stdin, label: "set live: wsrep_sst_auth" }]
}

const RETIRED: readonly Action[] = [
  { type: "run", argv: ["systemctl", "disable", "--now", "--quiet", "--", CHECK_SOCKET] },
  {
    type: "run",
    argv: ["rm", "-f", "--", ...checkFiles("", { port: 0, donor: false }).map(({ path }) => path)],
  },
  { type: "run", argv: ["systemctl", "daemon-reload"] },
]
