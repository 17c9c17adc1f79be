import * as z from "zod"
import { groupSchema, idSchema } from "../../document/scalars-schema.ts"
import { secretSchema } from "../../document/secret-schema.ts"
import { bundleSchema } from "./bundle-schema.ts"
import { OPERATION_DEFAULTS, PROPERTIES, RESOURCE_DEFAULTS, vocabularySchema } from "./cluster-vocabulary.ts"
import { constraintSchema } from "./constraint-schema.ts"
import { quorumDeviceSchema, quorumSchema, totemSchema } from "./corosync-schema.ts"
import { defaultRuleSchema, nodeSchema } from "./held-schema.ts"
import { aclsSchema, alertSchema, fencingLevelSchema, tagsSchema } from "./parts-schema.ts"
import { fencingSchema, resourceSchema, templateSchema } from "./resource-schema.ts"
import { sbdSchema } from "./sbd.ts"

/** The cluster: membership, properties, resources and constraints. */
export const pacemakerSchema = z.strictObject({
  on: groupSchema.optional().describe("Hosts that are its members. Default controllers"),
  shell: z
    .enum(["pcs", "crmsh", "auto"])
    .optional()
    .describe("Cluster shell. Default auto: what the nodes have, pcs first"),
  password: secretSchema.describe("password of the user hacluster: { env: NAME }, { file: PATH } or { command: LINE }"),
  transport: z
    .enum(["knet", "udpu", "udp"])
    .optional()
    .describe("Corosync's transport. Default knet, encrypted, up to 8 links"),
  totem: totemSchema.optional().describe("How soon a node counts as dead"),
  quorum: quorumSchema.optional().describe("How votes are counted"),
  quorumDevice: quorumDeviceSchema.optional(),
  properties: vocabularySchema(PROPERTIES)
    .optional()
    .describe("Cluster properties: no-quorum-policy, cluster-recheck-interval, …"),
  resourceDefaults: vocabularySchema(RESOURCE_DEFAULTS)
    .optional()
    .describe("Meta attributes of all resources: migration-threshold, …"),
  operationDefaults: vocabularySchema(OPERATION_DEFAULTS).optional().describe("Options of all operations: timeout, …"),
  resourceDefaultRules: z.array(defaultRuleSchema).optional().describe("Defaults of some resources, or at some times"),
  operationDefaultRules: z.array(defaultRuleSchema).optional().describe("Options of some operations, or at some times"),
  nodes: z.record(z.string().min(1), nodeSchema).optional().describe("What the cluster knows of its nodes, by name"),
  fencing: z.array(fencingSchema).optional().describe("Devices that cut off a node which does not answer"),
  sbd: sbdSchema.optional(),
  resources: z.record(idSchema, resourceSchema).optional().describe("Resources beyond the VIPs and haproxy, by name"),
  templates: z
    .record(idSchema, templateSchema)
    .optional()
    .describe("What several resources have in common, by name; agent: template:NAME makes one of it"),
  bundles: z
    .record(idSchema, bundleSchema)
    .optional()
    .describe("Containers that the cluster runs, by name; bundle: NAME puts a resource into one"),
  constraints: z.array(constraintSchema).optional().describe("What runs where, with what and after what"),
  fencingLevels: z.array(fencingLevelSchema).optional().describe("Which devices fence a node, one level after another"),
  tags: tagsSchema.optional().describe("Names for several resources at once"),
  alerts: z.record(idSchema, alertSchema).optional().describe("Programs that are run when something happens, by name"),
  acls: aclsSchema.optional().describe("Who may see and change what"),
})

export type PacemakerYaml = z.output<typeof pacemakerSchema>
