import type { Drift } from "../base/events.ts"
import { Secret } from "../base/secret.ts"
import { isHashOf, rabbitHash, SHA256 } from "./password.ts"
import type { Permission, RabbitmqPolicy } from "./settings.ts"
import type { RunningStatus } from "./status.ts"

/** What the brokers hold that the inventory says. */
export interface Definitions {
  users: readonly { name: string; password: Secret; tags: readonly string[] }[]
  vhosts: readonly string[]
  permissions: readonly (Permission & { user: string })[]
  policies: readonly RabbitmqPolicy[]
}

/** Of what is wanted that which is not so. */
export function missing(want: Definitions, have: RunningStatus): Definitions {
  return {
    users: want.users.filter((user) => userDrift(user, have) !== undefined),
    vhosts: want.vhosts.filter((vhost) => !have.vhosts.includes(vhost)),
    permissions: want.permissions.filter((one) => permissionDrift(one, have) !== undefined),
    policies: want.policies.filter((policy) => policyDrift(policy, have) !== undefined),
  }
}

export function definitionsDrift(want: Definitions, have: RunningStatus): readonly Drift[] {
  const lacking = missing(want, have)
  return [
    ...lacking.vhosts.map((vhost) => drift(`vhost ${vhost}`, "absent", "present")),
    ...lacking.users.map((user) => drift(`user ${user.name}`, userDrift(user, have)!, tagsOf(user.tags))),
    ...lacking.permissions.map((one) => {
      return drift(`${one.user}'s permissions in ${one.vhost}`, permissionDrift(one, have)!, permissionWords(one))
    }),
    ...lacking.policies.map((policy) =>
      drift(`policy ${policy.name} of ${policy.vhost}`, policyDrift(policy, have)!, policyWords(policy)),
    ),
  ]
}

/** What is there and nobody's that the inventory knows. It is left alone. */
export function foreign(want: Definitions, have: RunningStatus): readonly string[] {
  const names = <One extends { name: string }>(list: readonly One[]) => list.map(({ name }) => name)
  const policy = ({ vhost, name }: { vhost: string; name: string }) => `policy ${name} of ${vhost}`
  const wanted = want.policies.map(policy)
  return [
    ...names(have.users)
      .filter((name) => !names(want.users).includes(name))
      .map((name) => `user ${name}`),
    ...have.vhosts.filter((vhost) => !want.vhosts.includes(vhost)).map((vhost) => `vhost ${vhost}`),
    ...have.policies.map(policy).filter((one) => !wanted.includes(one)),
  ]
}

/** A document of definitions, as RabbitMQ imports them. 3.8 wants the tags as one text. */
export function definitionsDocument({ users, vhosts, permissions, policies }: Definitions, version: string): Secret {
  const old = /^3\.[0-8]\./.test(version)
  const document = {
    users: users.map(({ name, password, tags }) => ({
      name,
      password_hash: rabbitHash(password),
      hashing_algorithm: SHA256,
      tags: old ? tags.join(",") : tags,
    })),
    vhosts: vhosts.map((name) => ({ name })),
    permissions,
    policies: policies.map(({ applyTo, ...policy }) => ({ ...policy, "apply-to": applyTo })),
  }
  return new Secret(JSON.stringify(document))
}

function userDrift(
  { name, password, tags }: Definitions["users"][number],
  { users }: RunningStatus,
): string | undefined {
  const have = users.find((user) => user.name === name)
  if (have === undefined) return "absent"
  if (!isHashOf(password, have)) return "another password"
  return [...have.tags].sort().join() === [...tags].sort().join() ? undefined : tagsOf(have.tags)
}

function permissionDrift(
  wanted: Definitions["permissions"][number],
  { permissions }: RunningStatus,
): string | undefined {
  const have = permissions.find(({ user, vhost }) => user === wanted.user && vhost === wanted.vhost)
  if (have === undefined) return "none"
  return permissionWords(have) === permissionWords(wanted) ? undefined : permissionWords(have)
}

function policyDrift(wanted: RabbitmqPolicy, { policies }: RunningStatus): string | undefined {
  const have = policies.find(({ vhost, name }) => vhost === wanted.vhost && name === wanted.name)
  if (have === undefined) return "absent"
  const words = policyWords({ ...have, applyTo: have["apply-to"] })
  return words === policyWords(wanted) ? undefined : words
}

function tagsOf(tags: readonly string[]): string {
  return tags.length === 0 ? "as in the inventory, no tags" : `as in the inventory, ${tags.join(", ")}`
}

function permissionWords({ configure, write, read }: Omit<Permission, "vhost">): string {
  return [configure, write, read].map((pattern) => `"${pattern}"`).join(" ")
}

function policyWords({ pattern, definition, priority, applyTo }: Omit<RabbitmqPolicy, "vhost" | "name">): string {
  const keys = Object.entries(definition).sort(([a], [b]) => (a < b ? -1 : 1))
  return `"${pattern}" ${applyTo} ${JSON.stringify(Object.fromEntries(keys))} ${priority}`
}

function drift(attribute: string, have: string, want: string): Drift {
  return { attribute, have, want, risk: "none" }
}
