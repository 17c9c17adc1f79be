import type { Finding } from "../../base/events.ts"
import { Secret } from "../../base/secret.ts"
import { listing } from "../../base/words.ts"
import type { Action } from "../../model/action.ts"
import { hostsWith, settingsOn } from "../../model/section.ts"
import { defineClusterStep, type Members } from "../../model/step.ts"
import { type Definitions, definitionsDocument, definitionsDrift, foreign, missing } from "../definitions.ts"
import { erlCall } from "../erl-call.ts"
import { RABBITMQ } from "../settings.ts"
import { runningOf } from "../situation.ts"
import { type RabbitmqState, stateProbe } from "../state.ts"
import type { RunningStatus } from "../status.ts"

interface Want {
  host: string
  members: readonly string[]
  definitions: Definitions
}

/**
 * Users, virtual hosts, permissions and policies as the inventory has them, by one import. Those of others are left alone. The package's
 * own user, whose password everybody knows, goes before there is any other.
 */
export const rabbitmqDefinitions = defineClusterStep<Want, RabbitmqState>({
  kind: "rabbitmq-definitions",
  summary: "RabbitMQ's users, virtual hosts, permissions and policies, by one import; those of others are left alone",
  needs: "any",
  bind(context) {
    const settings = settingsOn(context, RABBITMQ)
    if (settings === undefined) return undefined
    const { users, vhosts, policies } = settings
    return {
      host: context.host.name,
      members: hostsWith(context.inventory, RABBITMQ).map(({ name }) => name),
      definitions: {
        users: users.map(({ name, password, tags }) => ({ name, password: context.secret(password), tags })),
        vhosts,
        permissions: users.flatMap(({ name, permissions }) => permissions.map((one) => ({ user: name, ...one }))),
        policies,
      },
    }
  },
  title: () => "RabbitMQ's users and policies",
  probe: ({ host, members }) => stateProbe(host, members),
  elect: (_want, { status }) => (status?.running === true ? status.members.length : 0),
  check(want, members) {
    const have = statusOf(members)
    if (have === undefined)
      return [
        {
          attribute: "users and policies",
          have: "not known",
          want: "as in the inventory",
          risk: "none",
          expected: true,
        },
      ]
    return [
      ...definitionsDrift(want.definitions, have),
      ...(isNew(have, want)
        ? [
            {
              attribute: "user guest",
              have: "the package's, whose password is known",
              want: "absent",
              risk: "none",
            } as const,
          ]
        : []),
    ]
  },
  findings: perhapsWiped,
  plan: (want, members) => plan(want, members),
  standing(want, members) {
    const have = statusOf(members)
    const others = have === undefined || isNew(have, want) ? [] : foreign(want.definitions, have)
    return { notes: others.length === 0 ? [] : [`RabbitMQ: not in the inventory, left alone: ${listing(others, 9)}`] }
  },
})

function statusOf({ elected, all }: Members<RabbitmqState>): RunningStatus | undefined {
  return runningOf(all, elected.host)
}

/** With users it would be a second cluster, which clients are let in by and nobody may empty any more. */
function perhapsWiped(_want: Want, members: Members<RabbitmqState>): Finding[] {
  const { elected, missing: silent } = members
  const have = statusOf(members)
  if (have === undefined || silent.length === 0 || have.members.length > 1) return []
  if (!have.users.every(({ name }) => name === "guest")) return []
  const message = `RabbitMQ of ${elected.host} is new and by itself, and ${listing(silent)} ${silent.length === 1 ? "does" : "do"} not answer: it may be a member of theirs that was wiped`
  return [{ severity: "error", message, hint: "Bring them back first, or take those that are lost out (remove-node)." }]
}

/** Nobody has made anything there yet. */
function isNew({ users }: RunningStatus, { definitions }: Want): boolean {
  return (
    users.every(({ name }) => name === "guest") &&
    users.length === 1 &&
    !definitions.users.some(({ name }) => name === "guest")
  )
}

function plan(want: Want, members: Members<RabbitmqState>): readonly Action[] {
  const have = statusOf(members)
  if (have === undefined) return []
  const { host } = members.elected
  const lacking = missing(want.definitions, have)
  const { users, vhosts, permissions, policies } = lacking
  const words = [
    ...vhosts.map((vhost) => `vhost ${vhost}`),
    ...users.map(({ name }) => `user ${name}`),
    ...permissions.map(({ user, vhost }) => `permissions of ${user} in ${vhost}`),
    ...policies.map(({ name }) => `policy ${name}`),
  ]
  return [
    ...(isNew(have, want) ? [withoutGuest(host)] : []),
    ...(words.length === 0 ? [] : [importing(host, lacking, have.version, words)]),
  ]
}

function importing(host: string, lacking: Definitions, version: string, words: readonly string[]): Action {
  return {
    type: "run",
    argv: ["sh", "-c", importScript(host), "haops-rabbitmq"],
    stdin: definitionsDocument(lacking, version),
    // Each run draws salts of its own.
    sameAs: new Secret(JSON.stringify(lacking, (_key, value) => (value instanceof Secret ? value.reveal() : value))),
    timeoutMs: 60_000,
    label: `import ${words.join(", ")}`,
  }
}

const FILE = "/var/lib/rabbitmq/haops-definitions.json"

/** rabbitmqctl takes 6.5 s for it, and on 4.0 hangs where it is to read standard input. */
function importScript(host: string): string {
  const expression = `{ok,B}=file:read_file("${FILE}"),rabbit_definitions:import_raw(B).`
  return `umask 077
trap 'rm -f -- ${FILE}' EXIT
install -o rabbitmq -g rabbitmq -m 0600 /dev/null ${FILE} && cat >${FILE} || exit
said=$(${erlCall(host, expression, 50)})
[ "$said" = '{ok, ok}' ] || { printf '%s\\n' "$said" >&2; exit 1; }`
}

function withoutGuest(host: string): Action {
  const expression = `rabbit_auth_backend_internal:delete_user(<<"guest">>,<<"haops">>).`
  const script = `said=$(${erlCall(host, expression)}); [ "$said" = '{ok, ok}' ] || { printf '%s\\n' "$said" >&2; exit 1; }`
  return { type: "run", argv: ["sh", "-c", script], timeoutMs: 30_000, label: "delete the package's user guest" }
}
