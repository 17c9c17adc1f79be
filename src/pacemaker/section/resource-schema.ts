import * as z from "zod"
import { idSchema, optionsSchema, scalarSchema } from "../../document/scalars-schema.ts"
import { secretReferenceSchema } from "../../document/secret-schema.ts"
import { resourceRuleSchema, utilizationSchema } from "./held-schema.ts"
import { ELSEWHERE, refuseSecrets } from "./refuse-secrets.ts"

const AGENT = /^(ocf:[\w.-]+:[\w.-]+|(systemd|service|lsb):[\w.@:-]+|template:[A-Za-z_][\w.-]*)$/
const OWN_AGENT = /^(ocf:[\w.-]+:[\w.-]+|(systemd|service|lsb):[\w.@:-]+)$/

const operationSchema = z.union([
  z.string().min(1).describe("Its interval, such as 30s"),
  optionsSchema.describe("interval, timeout, on-fail, … as pacemaker spells them"),
  z.array(optionsSchema).min(1).describe("Several of one name, such as a monitor for each role"),
])

const cloneSchema = z.union([
  z.boolean().describe("true: an instance on every node"),
  z
    .object({
      id: idSchema.optional().describe("Default: the resource's name and -clone"),
      promotable: z.boolean().optional().describe("Instances can be promoted. Default false"),
    })
    .catchall(scalarSchema)
    .describe("Meta attributes of the clone: interleave, clone-max, …"),
])

const parameters = z
  .record(z.string().min(1), z.union([scalarSchema, secretReferenceSchema]))
  .superRefine(refuseSecrets(`write { file: PATH }, { env: NAME } or { command: LINE }, or ${ELSEWHERE}`))
  .optional()
  .describe("Parameters of the agent; a secret as { env: NAME }, { file: PATH } or { command: LINE }")

const details = {
  operations: z
    .record(z.string().min(1), operationSchema)
    .optional()
    .describe("Operations by name: monitor, start, stop, …"),
  meta: optionsSchema.optional().describe("Meta attributes: migration-threshold, resource-stickiness, …"),
}

/** What a resource that haops makes of a VIP or haproxy has beyond what haops gives it. */
export const tuningSchema = z.strictObject({
  parameters: optionsSchema
    .superRefine(refuseSecrets(ELSEWHERE))
    .optional()
    .describe("Parameters of the agent; no secrets, name a script or file of the node"),
  ...details,
})

/** A resource of the cluster; its name is its key. */
export const resourceSchema = z.strictObject({
  agent: z
    .string()
    .regex(AGENT, "expected an agent such as ocf:heartbeat:IPaddr2 or systemd:openstack-keystone")
    .describe(
      "Resource agent, such as ocf:heartbeat:IPaddr2 or systemd:openstack-keystone; template:NAME for one of templates",
    ),
  parameters,
  ...details,
  clone: cloneSchema.optional().describe("Run it on every node; with meta attributes such as interleave: true"),
  utilization: utilizationSchema.describe("What it takes of a node's room, which placement-strategy may weigh"),
  rules: z.array(resourceRuleSchema).optional().describe("Attributes that hold where or when a rule does"),
  group: idSchema.optional().describe("Resource group that it is a member of, in the order of this file"),
  bundle: idSchema.optional().describe("Bundle in whose containers it runs"),
})

/** What several resources have in common; its name is its key. */
export const templateSchema = tuningSchema.extend({
  agent: z
    .string()
    .regex(OWN_AGENT, "expected an agent such as ocf:heartbeat:IPaddr2 or systemd:openstack-keystone")
    .describe("Agent of all that is made from it"),
  utilization: utilizationSchema.describe("What each takes of a node's room"),
})

/** A fencing device. */
export const fencingSchema = z.strictObject({
  name: idSchema.describe("Id of the device in the cluster"),
  agent: z
    .string()
    .regex(/^(stonith:)?[\w./-]+$/, "expected a fence agent such as fence_ipmilan (a device is made from no template)")
    .describe("Fence agent, such as fence_ipmilan"),
  parameters,
  ...details,
})

export type ResourceYaml = z.output<typeof resourceSchema>
export type TemplateYaml = z.output<typeof templateSchema>
export type TuningYaml = z.output<typeof tuningSchema>
export type FencingYaml = z.output<typeof fencingSchema>
