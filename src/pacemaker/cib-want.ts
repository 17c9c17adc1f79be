import * as z from "zod"
import type { Inventory, Pacemaker } from "../model/inventory.ts"
import type { BindContext } from "../model/step.ts"
import { type Desired, desiredCib } from "./desired.ts"
import { type ParameterSecret, parameterSecrets } from "./parameter-secrets.ts"

const attributes = z.record(z.string(), z.string())

const resource = z.strictObject({
  id: z.string(),
  agent: z.string().describe("As pcs spells it: `ocf:heartbeat:IPaddr2`, `systemd:haproxy`."),
  fencing: z.boolean(),
  parameters: attributes,
  operations: z.array(z.strictObject({ name: z.string(), options: attributes })).readonly(),
  meta: attributes,
  clone: z.strictObject({ id: z.string(), meta: attributes, promotable: z.boolean() }).optional(),
  group: z.string().optional(),
})

const constraint = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("colocation"),
    id: z.string(),
    resource: z.string(),
    with: z.string(),
    score: z.string(),
  }),
  z.strictObject({
    type: z.literal("order"),
    id: z.string(),
    first: z.string(),
    // biome-ignore lint/suspicious/noThenProperty: the word of the inventory, in data that nobody awaits
    then: z.string(),
    kind: z.enum(["Mandatory", "Optional", "Serialize"]),
    firstAction: z.string(),
    thenAction: z.string(),
    symmetrical: z.boolean().optional(),
  }),
  z.strictObject({
    type: z.literal("location"),
    id: z.string(),
    resource: z.string(),
    node: z.string(),
    score: z.string(),
  }),
])

/** What a cluster's CIB should hold, and the shell to say it in. */
export const CIB_WANT = z.strictObject({
  cluster: z
    .string()
    .optional()
    .describe("Name of the cluster; one of another name is not looked at. Default: whichever runs."),
  shell: z.enum(["pcs", "crmsh", "auto"]),
  desired: z.strictObject({
    sections: z.strictObject({
      property: attributes,
      "resource-default": attributes,
      "operation-default": attributes,
    }),
    resources: z.array(resource).readonly(),
    constraints: z.array(constraint).readonly(),
  }) satisfies z.ZodType<Desired>,
})

export interface CibWant {
  cluster?: string | undefined
  shell: Pacemaker["shell"]
  desired: Desired
  /** What the stand-ins among the parameters stand for. */
  secrets?: readonly ParameterSecret[] | undefined
}

/** The want of the inventory; undefined where it does not manage pacemaker. */
export function cibWant(inventory: Inventory, secret: BindContext["secret"]): CibWant | undefined {
  const desired = desiredCib(inventory)
  const { name: cluster, pacemaker } = inventory
  if (desired === undefined || pacemaker === undefined) return undefined
  const secrets = parameterSecrets(desired.resources, secret)
  return { cluster, shell: pacemaker.shell, desired, ...(secrets.length === 0 ? {} : { secrets }) }
}
