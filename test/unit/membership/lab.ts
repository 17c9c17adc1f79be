import { quoteAll } from "../../../src/base/sh.ts"
import { VOTING_VIEW, type VotingView } from "../../../src/membership/electorate.ts"
import type { Action } from "../../../src/model/action.ts"
import type { Subject } from "../../../src/model/step.ts"
import { host } from "../step-harness.ts"
import { context, inventory, PACEMAKER } from "./cluster.ts"

const ADDRESS = (index: number) => `10.0.0.${11 + index}`
export const NAMES = ["controller1", "controller2", "controller3", "controller4"]
const ID = /\d+$/

/** Four controllers, the last of which comes or goes. */
export const FOUR = inventory(
  NAMES.map((name, index) => host(name, ADDRESS(index + 1))),
  { pacemaker: PACEMAKER },
)

export interface Said {
  /** Names in its corosync.conf; none: there is no file. */
  conf?: readonly string[]
  cluster?: string
  /** Names that crm_mon shows online; none: the cluster does not run here. */
  online?: readonly string[]
  /** Names that crm_mon shows besides. */
  offline?: readonly string[]
  standby?: readonly string[]
  quorate?: boolean
  /** Resources by the nodes that they run on. */
  resources?: Readonly<Record<string, readonly string[]>>
  /** Resources that are not managed. */
  unmanaged?: readonly string[]
  known?: readonly string[]
  policy?: string
  maintenance?: boolean
  /** The quorum device of its corosync.conf, and the votes that it gives now. */
  device?: { algorithm: "ffsplit" | "lms"; gives: number }
  /** The votes that corosync expects; left out: one for each name, and the device's. */
  expected?: number
  /** Nodes that are in maintenance by themselves. */
  resting?: readonly string[]
}

/** A host's answer to `VOTING_VIEW`, which holds that to `NODE_VIEW`, read as the engine reads it. */
export function view(said: Said = {}): VotingView {
  return VOTING_VIEW.parse({ stdout: answer(said), stderr: "" })
}

/** What the probe would have printed. */
export function answer(said: Said): string {
  const known = Object.fromEntries(
    (said.known ?? []).map((name) => [name, { dest_list: [{ addr: name, port: 2224 }], token: "set" }]),
  )
  return `@@haops conf
${said.conf === undefined ? "absent" : `present x\n${corosyncConf(said.cluster ?? "lab", said.conf, said.device)}`}

@@haops known
${said.known === undefined ? "" : JSON.stringify({ format_version: 1, data_version: 1, known_hosts: known })}

@@haops status
${said.online === undefined ? "" : crmMon(said)}

@@haops quorum
${said.online === undefined ? "" : quorumtool(said)}
`
}

function quorumtool({ conf = [], online = [], quorate = true, device, ...said }: Said): string {
  const worth = device === undefined ? 0 : device.algorithm === "ffsplit" ? 1 : conf.length - 1
  const { expected = conf.length + worth } = said
  const rows = online.map((name) => `         ${ID.exec(name)?.[0] ?? "9"}          1 ${name}`)
  if (device !== undefined) rows.push(`         0          ${device.gives}            Qdevice`)
  return `Quorum information
------------------
Ring ID:          1.e
Quorate:          ${quorate ? "Yes" : "No"}

Votequorum information
----------------------
Expected votes:   ${expected}
Total votes:      ${online.length + (device?.gives ?? 0)}
Quorum:           ${conf.length === 2 && device === undefined ? 1 : Math.floor(expected / 2) + 1}
Flags:            ${quorate ? "Quorate" : ""}${conf.length === 2 && device === undefined ? " 2Node WaitForAll" : ""}

Membership information
----------------------
    Nodeid      Votes Name
${rows.join("\n")}`
}

function corosyncConf(cluster: string, names: readonly string[], device: Said["device"]): string {
  const nodes = names.map((name) => {
    const id = ID.exec(name)?.[0] ?? "9"
    return `  node {\n    ring0_addr: ${ADDRESS(Number(id))}\n    name: ${name}\n    nodeid: ${id}\n  }\n`
  })
  return `totem {\n  cluster_name: ${cluster}\n}\nnodelist {\n${nodes.join("")}}\n${deviceConf(device)}`
}

function deviceConf(device: Said["device"]): string {
  if (device === undefined) return ""
  const votes = device.algorithm === "ffsplit" ? "    votes: 1\n" : ""
  const net = `    net {\n      algorithm: ${device.algorithm}\n      host: witness\n    }\n`
  return `quorum {\n  device {\n    model: net\n${votes}${net}  }\n}\n`
}

function crmMon({ online = [], offline = [], standby = [], quorate = true, ...rest }: Said): string {
  const { resources = {}, unmanaged = [], policy = "stop", maintenance = false, resting = [] } = rest
  const node = (name: string, up: boolean) =>
    `<node name="${name}" id="1" online="${up}" standby="${standby.includes(name)}" maintenance="${resting.includes(name)}" pending="false" unclean="false"/>`
  const running = Object.entries(resources).flatMap(([id, nodes]) =>
    nodes.map(
      (name) =>
        `<resource id="${id}" resource_agent="a" role="Started" active="true" failed="false" managed="${!maintenance && !resting.includes(name) && !unmanaged.includes(id)}"><node name="${name}"/></resource>`,
    ),
  )
  return `<pacemaker-result><summary><current_dc present="true" name="controller1" with_quorum="${quorate}"/>
<cluster_options no-quorum-policy="${policy}" maintenance-mode="${maintenance}"/></summary>
<nodes>${online.map((name) => node(name, true)).join("")}${offline.map((name) => node(name, false)).join("")}</nodes>
<resources>${running.join("")}</resources></pacemaker-result>`
}

/** What a step wants where the verb is about controller4. */
export function about<Want>(
  step: { bind?: (of: ReturnType<typeof context>) => Want | undefined },
  subject: Partial<Subject> = {},
): Want {
  const [first] = FOUR.hosts
  const want = first && step.bind?.({ ...context(FOUR, first), subject: { node: "controller4", ...subject } })
  if (want === undefined) throw new Error("the step does not bind")
  return want
}

/** The command lines of actions; for a wait, what is waited for. */
export function commands(actions: readonly Action[]): string[] {
  return actions.map((action) => (action.type === "run" ? quoteAll(action.argv) : action.type))
}
