import type { Drift, Finding } from "../../base/events.ts"
import { readAnswer } from "../../host/answer.ts"
import { fileDrift, fileFindings, planFile } from "../../host/file-drift.ts"
import { FILE_KEYS, type FileState, fileScript, parseFile } from "../../host/file-state.ts"
import { askAll, partsOf } from "../../host/sections.ts"
import type { Action } from "../../model/action.ts"
import { hostsWith, settingsOn } from "../../model/section.ts"
import { defineJointStep, type Members } from "../../model/step.ts"
import { aroundRestart } from "../around-restart.ts"
import { type ConfigWant, configFiles, RABBITMQ_CONFIG } from "../config.ts"
import { isMirroring, nodeName, RABBITMQ } from "../settings.ts"
import { runningOf } from "../situation.ts"
import { RABBITMQ_ANSWER, type RabbitmqState, stateProbe } from "../state.ts"
import { versionFindings } from "../version.ts"

export interface RabbitmqWant extends ConfigWant {
  members: readonly string[]
  version?: 3 | 4 | undefined
  /** Policies of the inventory that mirror. */
  mirroring: readonly string[]
}

/** RabbitMQ on a host, and its files. */
export interface ConfigState extends RabbitmqState {
  files: readonly FileState[]
}

/**
 * What a member reads when it starts. A change restarts one member at a time, where all others run and no queue loses its quorum by it.
 */
export const rabbitmqConfig = defineJointStep<RabbitmqWant, ConfigState>({
  kind: "rabbitmq-config",
  answers: [RABBITMQ_ANSWER],
  summary: "rabbitmq.conf and the member's name; a change restarts one member at a time",
  bind(context) {
    const settings = settingsOn(context, RABBITMQ)
    if (settings === undefined) return undefined
    const { partitionHandling, version, policies } = settings
    const mirroring = policies.filter(({ definition }) => Object.keys(definition).some(isMirroring))
    return {
      host: context.host.name,
      address: context.host.address,
      members: hostsWith(context.inventory, RABBITMQ).map(({ name }) => name),
      partitionHandling,
      version,
      mirroring: mirroring.map(({ name }) => name),
      settings: settings.settings,
    }
  },
  title: () => "RabbitMQ's configuration",
  probe(want) {
    const { shared = [], script, parse } = stateProbe(want.host, want.members)
    const paths = configFiles(want).map(({ path }) => path)
    return {
      shared,
      script: askAll({ state: script, ...Object.fromEntries(paths.map((path, i) => [`file${i}`, fileScript(path)])) }),
      parse({ stdout, stderr }) {
        const parts = partsOf(stdout, ["state", ...paths.map((_, i) => `file${i}`)])
        const files = paths.map((_, i) => parseFile(readAnswer(parts[`file${i}`] ?? "", FILE_KEYS)))
        return { ...parse({ stdout: parts.state ?? "", stderr }), files }
      },
    }
  },
  check: (want, { elected: { have } }) => drift(want, have),
  findings: (want, { elected: { have, facts } }) => [
    ...(facts.family === "debian" ? [] : [NOT_HERE]),
    ...versionFindings(want, have, facts),
    ...configFiles(want).flatMap(({ path }, i) => fileFindings(path, have.files[i]!)),
    ...have.loopback.map(loopback),
    ...renamed(want.host, have),
  ],
  plan: (want, { elected: { have } }) => [
    ...configFiles(want).flatMap((file, i) => planFile(file, have.files[i]!, { backup: true })),
    ...(isUp(have) ? restart(want, have) : []),
  ],
  mustWait,
  // What does not run holds no quorum.
  needsAll: (_want, { elected: { have } }) => isUp(have),
})

const NOT_HERE: Finding = {
  severity: "error",
  message: "haops sets RabbitMQ up on Debian and its kin alone",
  hint: "Leave the section out.",
}

/** The distribution port is bound to what the name means: the others would find nobody (openstack-ansible, LP 1960587). */
function loopback(name: string): Finding {
  const message = `the name ${name} leads to this host's own loopback, so that RabbitMQ's members do not find each other`
  return { severity: "error", message, hint: `Take it off the line of 127.0.1.1 in /etc/hosts.` }
}

/** By another name it would start as an empty broker beside its data. */
function renamed(host: string, { nodes }: RabbitmqState): Finding[] {
  if (nodes.length === 0 || nodes.includes(nodeName(host))) return []
  const message = `its RabbitMQ has its data as ${nodes.join(", ")}, and as ${nodeName(host)} would start without it`
  const hint = `Call the host in the inventory as RabbitMQ calls it. If the data may go: systemctl stop rabbitmq-server, and move /var/lib/rabbitmq/mnesia away.`
  return [{ severity: "error", message, hint }]
}

function drift(want: RabbitmqWant, have: ConfigState): Drift[] {
  const risk = isUp(have) ? "restart" : "none"
  const found = configFiles(want).flatMap((file, i) => fileDrift(file, have.files[i]!, { risk }))
  if (found.length > 0 || !have.older) return found
  return [
    { attribute: "RabbitMQ's loaded configuration", have: "an older one", want: `that of ${RABBITMQ_CONFIG}`, risk },
  ]
}

function isUp({ unit }: RabbitmqState): boolean {
  return unit.active === "active"
}

function restart({ host, members }: RabbitmqWant, { status }: ConfigState): Action[] {
  const alone = status?.running !== true || status.members.length < 2
  const { before, after } = alone ? { before: [], after: [] } : aroundRestart(host, members)
  const argv = ["systemctl", "restart", "--", "rabbitmq-server.service"]
  return [...before, { type: "run", argv, timeoutMs: 660_000 }, ...after]
}

/** Only a member that runs is missed. */
function mustWait(
  { host, members }: RabbitmqWant,
  { elected: { have }, all }: Members<ConfigState>,
): string | undefined {
  if (!isUp(have)) return undefined
  const down = members.filter((name) => name !== host && isMember(have, name) && runningOf(all, name) === undefined)
  if (down.length > 0) return `RabbitMQ on ${down.join(", ")} does not run, and one more would be one too many`
  const { partitions = [] } = have.status?.running === true ? have.status : {}
  return partitions.length > 0 ? `it is cut off from ${partitions.join(", ")}` : undefined
}

function isMember({ status }: ConfigState, name: string): boolean {
  return status?.members.includes(nodeName(name)) === true
}
