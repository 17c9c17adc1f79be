import { quoteAll } from "../../../src/base/sh.ts"
import type { NodeView } from "../../../src/membership/node-view.ts"
import { NODE_VIEW } from "../../../src/membership/node-view.ts"
import type { Action, Subject } from "../../../src/model/step.ts"
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
}

/** A host's answer to `NODE_VIEW`, read as the engine reads it. */
export function view(said: Said = {}): NodeView {
  return NODE_VIEW.parse({ stdout: answer(said), stderr: "" })
}

/** What the probe would have printed. */
export function answer(said: Said): string {
  const known = Object.fromEntries(
    (said.known ?? []).map((name) => [name, { dest_list: [{ addr: name, port: 2224 }], token: "set" }]),
  )
  return `@@haops conf
${said.conf === undefined ? "absent" : `present x\n${corosyncConf(said.cluster ?? "lab", said.conf)}`}

@@haops known
${said.known === undefined ? "" : JSON.stringify({ format_version: 1, data_version: 1, known_hosts: known })}

@@haops status
${said.online === undefined ? "" : crmMon(said)}
`
}

function corosyncConf(cluster: string, names: readonly string[]): string {
  const nodes = names.map((name) => {
    const id = ID.exec(name)?.[0] ?? "9"
    return `  node {\n    ring0_addr: ${ADDRESS(Number(id))}\n    name: ${name}\n    nodeid: ${id}\n  }\n`
  })
  return `totem {\n  cluster_name: ${cluster}\n}\nnodelist {\n${nodes.join("")}}\n`
}

function crmMon({ online = [], offline = [], standby = [], quorate = true, ...rest }: Said): string {
  const { resources = {}, unmanaged = [], policy = "stop", maintenance = false } = rest
  const node = (name: string, up: boolean) =>
    `<node name="${name}" id="1" online="${up}" standby="${standby.includes(name)}" pending="false" unclean="false"/>`
  const running = Object.entries(resources).flatMap(([id, nodes]) =>
    nodes.map(
      (name) =>
        `<resource id="${id}" resource_agent="a" role="Started" active="true" failed="false" managed="${!unmanaged.includes(id)}"><node name="${name}"/></resource>`,
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
