import { HaopsError } from "../base/errors.ts"
import type { Finding } from "../base/events.ts"
import type { Secret } from "../base/secret.ts"
import type { SecretSource } from "../model/inventory.ts"
import type { Attributes, Cib } from "./cib.ts"
import type { DesiredResource } from "./desired.ts"
import { isMangled } from "./kept-values.ts"
import type { SecretNames } from "./secret-record.ts"
import { ANOTHER, hasStandIn, standIn } from "./stand-in.ts"
import { escapeXml } from "./xml.ts"

/** A secret parameter of a resource, and what stands for it wherever a CIB is edited, compared and shown. */
export interface ParameterSecret {
  resource: string
  name: string
  standIn: string
  value: Secret
}

/** The secrets that these resources name, read. Throws what `secret` throws, and `E_INPUT` for bytes that no CIB can hold. */
export function parameterSecrets(
  resources: readonly DesiredResource[],
  secret: (source: SecretSource) => Secret,
): readonly ParameterSecret[] {
  return resources.flatMap(({ id, secrets = {} }) =>
    Object.entries(secrets).map(([name, source]) => {
      const value = secret(source)
      requireXml(value.reveal(), `parameter ${name} of ${id}`)
      return { resource: id, name, standIn: standIn(id, name), value }
    }),
  )
}

/**
 * The CIB with its secrets gone: what stands for one where the cluster has it, and something else where it has another. One that the
 * inventory names no more is known by the record of what haops made; `wanted`: what the inventory has in its place, which is none.
 */
export function withoutSecrets(
  cib: Cib,
  secrets: readonly ParameterSecret[],
  remembered: SecretNames = {},
  wanted: readonly DesiredResource[] = [],
): Cib {
  if (secrets.length === 0 && Object.keys(remembered).length === 0) return cib
  return {
    ...cib,
    resources: cib.resources.map((resource) => {
      const own = secrets.filter((secret) => secret.resource === resource.id)
      const former = remembered[resource.id] ?? []
      if (own.length + former.length === 0) return resource
      const open = wanted.find(({ id }) => id === resource.id)?.parameters ?? {}
      return { ...resource, parameters: masked(resource.parameters, own, { names: former, open }) }
    }),
  }
}

function masked(
  parameters: Attributes,
  own: readonly ParameterSecret[],
  former: { names: readonly string[]; open: Attributes },
): Attributes {
  const pairs = Object.entries(parameters).map(([name, value]) => {
    const secret = own.find((one) => one.name === name)
    if (secret === undefined)
      return [name, former.names.includes(name) && value !== former.open[name] ? ANOTHER : value]
    return [name, value === secret.value.reveal() ? secret.standIn : ANOTHER]
  })
  return Object.fromEntries(pairs)
}

/** The text of a CIB with the secrets in the places of what stands for them. Nothing that stands for one is ever written. */
export function filledIn(text: string, secrets: readonly ParameterSecret[]): string {
  const filled = secrets.reduce(
    (all, { standIn, value }) => all.replaceAll(`"${standIn}"`, () => `"${escapeXml(value.reveal())}"`),
    text,
  )
  if (hasStandIn(filled)) throw new HaopsError("E_BUG", "a secret could not be put into the CIB")
  return filled
}

/** Secrets of which a cluster of this release would keep something else. */
export function mangledSecrets(secrets: readonly ParameterSecret[], pacemaker: string | undefined): readonly Finding[] {
  const mangled = secrets.filter(({ value }) => isMangled(value.reveal(), pacemaker))
  return mangled.map(({ resource, name }) => {
    const message = `the secret ${name} of ${resource} has a line break or a tab, which pacemaker ${pacemaker} does not keep`
    return {
      severity: "error",
      message,
      hint: "Put it into a file of the nodes, and name that where the agent takes one.",
    }
  })
}

/** Characters that XML 1.0 has no way to write. */
function requireXml(value: string, what: string): void {
  if (!/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(value)) return
  throw new HaopsError(
    "E_INPUT",
    `the secret for ${what} has control characters, which a cluster's configuration cannot hold`,
  )
}
