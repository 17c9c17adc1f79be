import * as z from "zod"
import type { Drift } from "../../base/events.ts"
import { reveal, Secret } from "../../base/secret.ts"
import { type FileWant, fileDrift, fileFindings, planFile } from "../../host/file-drift.ts"
import { sha256 } from "../../host/file-state.ts"
import { unitActions } from "../../host/unit-actions.ts"
import { bootDrift, isThere, maskedFindings } from "../../host/unit-judge.ts"
import type { Action } from "../../model/action.ts"
import { hostsOf } from "../../model/inventory.ts"
import { type BindContext, defineStep } from "../../model/step.ts"
import { isHaproxy } from "../../pacemaker/section/vip-resources.ts"
import { redactHaproxyConfig } from "../config/redact.ts"
import { HAPROXY_CONFIG, renderHaproxyConfig } from "../config/render.ts"
import { inOrderOf } from "../config/server-order.ts"
import { AGENT_WANT, agentOf } from "../node/agent.ts"
import { HAPROXY_UNIT, reloadHaproxy } from "../node/reload.ts"
import { keepStates } from "../node/server-state.ts"
import { HAPROXY_SHARED, type HaproxyState, haproxyScript, parseHaproxy } from "../node/state.ts"

const { path, mode, owner } = HAPROXY_CONFIG

const want = z.strictObject({
  content: z.union([z.string(), z.instanceof(Secret)]).describe("The whole haproxy.cfg."),
  cluster: z.string().describe("Name of the cluster; while it runs here, haproxy is not stopped."),
  runBy: z.enum(["pacemaker", "systemd"]).describe("Who starts and stops haproxy on this host."),
  vips: z
    .array(z.string())
    .default([])
    .describe("Addresses of the VIPs that this host may hold: its turn comes last then."),
  agent: AGENT_WANT,
  states: z
    .strictObject({ socket: z.string().describe("The runtime socket, which tells them.") })
    .optional()
    .describe("What is known of the servers is handed on over every reload; left out: that is somebody else's."),
})

type Want = z.infer<typeof want>

const STATES = "servers' states at a reload"

/** haproxy.cfg from the inventory, checked by the node's own haproxy, then reloaded; and who starts haproxy. */
export const haproxyConfig = defineStep<Want, HaproxyState>({
  kind: "haproxy-config",
  summary: "haproxy.cfg from the inventory, checked by the node's own haproxy; a change reloads, never restarts",
  want,
  bind,
  title: () => "haproxy config",
  probe: ({ content, cluster, vips, agent, states }) => ({
    shared: HAPROXY_SHARED,
    script: haproxyScript(path, sha256(reveal(content)), { cluster, vips, agent, states }),
    parse: parseHaproxy,
  }),
  check: (wanted, have) => [
    ...statesDrift(wanted, have),
    ...configDrift(asOrdered(wanted, have), have),
    ...unitDrift(wanted, have),
  ],
  findings: (_want, { file, unit }) => [...fileFindings(path, file), ...maskedFindings(HAPROXY_UNIT, unit)],
  plan: (wanted, have, drift) => plan(asOrdered(wanted, have), have, drift),
  servesClients: (_wanted, { hasVip }) => hasVip,
})

function bind({ inventory, host, secret }: BindContext): Want | undefined {
  const { haproxy, pacemaker } = inventory
  if (haproxy?.on.includes(host.group) !== true) return undefined
  const content = renderHaproxyConfig(haproxy, host.group, secret)
  const member = pacemaker !== undefined && hostsOf(inventory, pacemaker.on).includes(host)
  const resource = pacemaker?.resources.some(isHaproxy) === true
  const vips = inventory.vips.filter((vip) => vip.on === host.group).map(({ address }) => address)
  return {
    content,
    cluster: inventory.name,
    runBy: member && resource ? "pacemaker" : "systemd",
    vips,
    ...agentOf(inventory, host),
    ...(haproxy.global.handsOnStates ? { states: { socket: haproxy.global.socket.path } } : {}),
  }
}

/** With the servers in the node's own order, where that is all that differs and means nothing. */
function asOrdered(wanted: Want, { file }: HaproxyState): Want {
  if (file.type !== "file" || file.content === undefined) return wanted
  const have = file.content.toString()
  const text = inOrderOf(reveal(wanted.content), have)
  if (sha256(text) !== file.sha256) return wanted
  return { ...wanted, content: typeof wanted.content === "string" ? text : new Secret(text) }
}

/** Without it each reload sends requests to servers that are down, and forgets what an operator drained. */
function statesDrift({ states }: Want, { statesKept, unit }: HaproxyState): Drift[] {
  if (states === undefined || statesKept) return []
  const expected = unit.load === "not-found" ? { expected: true } : {}
  return [{ attribute: STATES, have: "forgotten", want: "handed on", risk: "none", ...expected }]
}

function configDrift({ content, runBy }: Want, have: HaproxyState): Drift[] {
  const reloads = have.memory !== "none" && !mustStop(runBy, have)
  const risk = reloads ? "reload" : "none"
  const drift = fileDrift(haproxyFile(content), have.file, { risk, redact: redactHaproxyConfig })
  if (drift.length > 0 || !reloads || have.memory === "current") return drift
  const attribute = "haproxy's loaded configuration"
  return [{ attribute, have: "an older one", want: `that of ${path}`, risk: "reload" }]
}

/** Where pacemaker runs haproxy, systemd must not start it at boot: it would run beside the cluster's decisions. */
function unitDrift({ runBy }: Want, have: HaproxyState): Drift[] {
  const { unit, memory } = have
  const drift: Drift[] = []
  const expected = isThere(unit) ? {} : { expected: true }
  if (runBy === "pacemaker") {
    if (unit.file === "enabled" || unit.file === "enabled-runtime") drift.push(bootDrift(unit.file, false))
    if (mustStop(runBy, have)) {
      drift.push({ attribute: "running", have: "outside the cluster", want: "inactive", risk: "restart" })
    }
    return drift
  }
  if (unit.file !== "enabled") drift.push({ ...bootDrift(unit.file, true), ...expected })
  if (memory === "none")
    drift.push({ attribute: "running", have: unit.active, want: "active", risk: "none", ...expected })
  return drift
}

/** haproxy that runs before there is a cluster was started by its package or by hand. Under a cluster it is never stopped here. */
function mustStop(runBy: Want["runBy"], { memory, clustered }: HaproxyState): boolean {
  return runBy === "pacemaker" && memory !== "none" && !clustered
}

function plan({ content, agent, states }: Want, have: HaproxyState, drift: readonly Drift[]): Action[] {
  const validate = ["haproxy", "-c", "-f", "{}"]
  const actions = planFile(haproxyFile(content), have.file, { validate, backup: true })
  // The content goes out as it came in, so that a secret stays one.
  const file = actions.map((action) => (action.type === "put" ? { ...action, content } : action))
  const units = drift.flatMap((one) => unitActions(HAPROXY_UNIT, have.unit, one))
  const reload = drift.some(({ risk }) => risk === "reload") ? reloadHaproxy([path], agent) : []
  const keep = states !== undefined && drift.some(({ attribute }) => attribute === STATES)
  return [...(keep ? keepStates(states.socket, { reread: !have.clustered }) : []), ...file, ...reload, ...units]
}

/** haproxy.cfg with this content. */
export function haproxyFile(content: Want["content"]): FileWant {
  return { path, content: reveal(content), mode, owner }
}
