import type { Notes } from "../document/notes.ts"
import { sourceFrom } from "../document/paths.ts"
import { texts } from "../document/scalars-schema.ts"
import { secretSource } from "../document/secret-schema.ts"
import { defineSection, type ExpandContext, hostsWith, settingsOf } from "../model/section.ts"
import { type RabbitmqYaml, rabbitmqSchema } from "./schema.ts"
import { isMirroring, RABBITMQ, type RabbitmqPolicy, type RabbitmqSettings } from "./settings.ts"

export const section = defineSection<RabbitmqYaml, RabbitmqSettings>({
  ...RABBITMQ,
  place: 65,
  schema: rabbitmqSchema.optional(),
  expand(yaml, context) {
    if (yaml === undefined) return undefined
    const settings = settingsFrom(yaml, context)
    judge(yaml, settings, context)
    return settings
  },
  secrets: [["rabbitmq", "users", "*", "password"]],
  advise(inventory, notes) {
    const settings = settingsOf(inventory, RABBITMQ)
    const members = hostsWith(inventory, RABBITMQ)
    if (settings?.partitionHandling !== "pause_minority" || members.length !== 2) return
    notes.warning(
      ["rabbitmq", "partitionHandling"],
      "of two members each is a minority: where one stops, the other pauses",
    )
  },
})

function settingsFrom(yaml: RabbitmqYaml, { file }: ExpandContext): RabbitmqSettings {
  const users = Object.entries(yaml.users ?? {}).map(([name, { password, tags = [], permissions = {} }]) => ({
    name,
    password: sourceFrom(file, secretSource(password)),
    tags,
    permissions: Object.entries(permissions).map(([vhost, granted]) => ({ vhost, ...granted })),
  }))
  const policies = Object.entries(yaml.policies ?? {}).map(([name, policy]): RabbitmqPolicy => {
    const { vhost = "/", pattern, definition, priority = 0, applyTo = "all" } = policy
    return { vhost, name, pattern, definition, priority, applyTo }
  })
  const named = [...users.flatMap(({ permissions }) => permissions), ...policies].map(({ vhost }) => vhost)
  return {
    on: yaml.on ?? "controllers",
    cookie: sourceFrom(file, secretSource(yaml.cookie)),
    version: yaml.version,
    users,
    vhosts: [...new Set(["/", ...(yaml.vhosts ?? []), ...named])],
    policies,
    partitionHandling: yaml.partitionHandling ?? "pause_minority",
    settings: texts(yaml.settings),
  }
}

/** What haops writes itself, or what would go around it. */
const OURS = /^(listeners\.tcp\.|cluster_partition_handling$|cluster_formation\.|load_definitions$|definitions\.)/

/** The file can be read by everybody on the host, and in the inventory it would be in clear. */
const IN_CLEAR = /^default_(user|pass)$|(^|[._])passw(or)?d$/

function judge(yaml: RabbitmqYaml, settings: RabbitmqSettings, { hosts, notes }: ExpandContext): void {
  const members = hosts.filter(({ group }) => group === settings.on)
  if (members.length === 0) notes.problem(["rabbitmq", "on"], `there are no ${settings.on}`)
  for (const { name } of members.filter(({ name }) => name.includes("."))) {
    notes.problem([settings.on, name], "RabbitMQ calls its members by short names: no dot", { at: "key" })
  }
  for (const key of Object.keys(settings.settings).filter((key) => OURS.test(key))) {
    notes.problem(["rabbitmq", "settings", key], "is haops's own to write", { at: "key" })
  }
  for (const key of Object.keys(settings.settings).filter((key) => IN_CLEAR.test(key))) {
    const way = key.startsWith("default_") ? ": say it as rabbitmq.users" : ""
    const message = `would stand in a file that everybody on the host can read, as it stands here${way}`
    notes.problem(["rabbitmq", "settings", key], message, { at: "key" })
  }
  if (settings.version === 4) refuseMirroring(yaml, notes)
}

function refuseMirroring({ policies = {} }: RabbitmqYaml, notes: Notes): void {
  for (const [name, { definition }] of Object.entries(policies)) {
    const key = Object.keys(definition).find(isMirroring)
    if (key === undefined) continue
    const message =
      "RabbitMQ 4 has no mirrored queues, and does not boot with such a policy: have clients declare quorum queues"
    notes.problem(["rabbitmq", "policies", name, "definition", key], message, { at: "key" })
  }
}
