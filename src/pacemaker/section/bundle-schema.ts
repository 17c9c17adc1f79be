import * as z from "zod"
import { addressSchema, optionsSchema } from "../../document/scalars-schema.ts"
import { isSensitiveName } from "../secret-names.ts"

const port = z.int().min(1).max(65535)
const directory = z.string().regex(/^\//, "expected the path of a directory")

/** Everybody reads it in the CIB and in the process list. A file may be named. */
const open = z
  .string()
  .min(1)
  .refine((text) => !givesSecret(text), {
    error: "a secret here would show in the process list: have a file of the node among storage",
  })

function givesSecret(text: string): boolean {
  return [...text.matchAll(/([\w-]+)(?:=|\s+)(?=([^\s]))/g)].some(([, name = "", first = ""]) => {
    // Of the engine's own secrets only the name is said.
    return name !== "--secret" && isSensitiveName(name) && !/[/-]/.test(first)
  })
}

const portSchema = z.union([
  port.describe("The same outside and inside"),
  z.strictObject({
    port: port.describe("Port of the host"),
    internalPort: port.optional().describe("Port in the container. Default: the same"),
  }),
  z.strictObject({
    range: z
      .string()
      .regex(/^\d+-\d+$/, "expected ports such as 2000-2010")
      .describe("Several ports"),
  }),
])

const target = directory.describe("Where it is in the container")
const options = open.optional().describe("Options of the engine, such as rw or ro")

const storageSchema = z.union([
  z.strictObject({ source: directory.describe("Directory or file of the host"), target, options }),
  z.strictObject({
    sourceRoot: directory.describe("Directory of the host, in which each replica has one of its own"),
    target,
    options,
  }),
])

const containerSchema = z.strictObject({
  image: z.string().min(1).describe("Image, which each node has or can fetch"),
  replicas: z.int().min(1).optional().describe("Instances in the cluster. Default: promotedMax, or 1"),
  replicasPerHost: z.int().min(1).optional().describe("Instances on one node. Default 1"),
  promotedMax: z.int().min(0).optional().describe("Instances that may be promoted. Default 0"),
  runCommand: open.optional().describe("Run in the container. Default: pacemaker-remoted, where it has a resource"),
  network: z.string().min(1).optional().describe("Network of the engine, such as host"),
  options: open.optional().describe("Further options of the engine"),
})

/** A container and what it needs of its host; its name is its key. */
export const bundleSchema = z
  .strictObject({
    podman: containerSchema.optional().describe("Run by podman"),
    docker: containerSchema.optional().describe("Run by docker"),
    rkt: z.never("pacemaker 3 has dropped rkt: write podman or docker").optional().describe("No more: write podman"),
    network: z
      .strictObject({
        ipRangeStart: addressSchema.optional().describe("Address of the first replica; the others have the next ones"),
        controlPort: port.optional().describe("Port of pacemaker-remoted in it. Default 3121"),
        hostInterface: z.string().min(1).optional().describe("Interface of the addresses"),
        hostNetmask: z.int().min(1).max(128).optional().describe("Length of their prefix"),
        addHost: z.boolean().optional().describe("Tell each replica the names of the others. Default true"),
        ports: z.array(portSchema).min(1).optional().describe("Ports that lead into the container"),
      })
      .optional()
      .describe("How replicas are reached"),
    storage: z.array(storageSchema).min(1).optional().describe("Directories of the host in the container"),
    meta: optionsSchema.optional().describe("Meta attributes: target-role, priority, …"),
  })
  .refine(({ podman, docker }) => (podman === undefined) !== (docker === undefined), {
    error: "a bundle is run by one engine: podman or docker",
  })

export type BundleYaml = z.output<typeof bundleSchema>
