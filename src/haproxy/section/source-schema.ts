import * as z from "zod"
import { wordSchema } from "./vocabulary-schema.ts"

/** haproxy built on the nodes, in place of the distribution's package. */
export const sourceSchema = z
  .strictObject({
    url: z
      .string()
      .regex(/^https?:\/\/\S+$/, "must be an http or https address")
      .describe("Where the nodes fetch the tarball")
      .optional(),
    file: z.string().min(1).describe("The tarball on this machine, which haops sends to the nodes").optional(),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits, as sha256sum prints them")
      .describe("Checksum of the tarball"),
    version: z
      .string()
      .regex(/^\d+\.\d+(\.\d+)?$/, 'must be a version such as "2.8.5"')
      .describe("Version of haproxy; default: the one in the tarball's name")
      .optional(),
    target: z
      .string()
      .regex(/^[a-z0-9-]+$/, "must be a target of haproxy's Makefile, such as linux-glibc, or auto")
      .describe("TARGET of the build; default auto: by version and kernel")
      .optional(),
    prefix: z
      .string()
      .regex(/^\/[A-Za-z0-9_./+-]*[A-Za-z0-9_+-]$/, "must be an absolute directory")
      .describe("Where it is installed; default /usr/local")
      .optional(),
    flags: z
      .array(wordSchema.regex(/^[A-Z][A-Z0-9_]*=\S*$/, "must be NAME=VALUE"))
      .describe("Further words for make, such as [USE_LUA=1]; the last of a name counts")
      .optional(),
  })
  .describe("Build haproxy from source on the nodes, in place of the distribution's package")

export type SourceYaml = z.output<typeof sourceSchema>
