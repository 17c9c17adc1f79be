import * as z from "zod"
import { TIMEOUTS, type TimeoutName } from "../../model/haproxy.ts"
import { GLOBAL_SETTING_NAMES, GLOBAL_SETTINGS } from "../../model/haproxy-global.ts"
import { OPTION_NAMES, OPTIONS } from "../../model/haproxy-options.ts"

/** Haproxy reads a bare number as milliseconds; people read it as seconds. So a unit is required. */
export const timeSchema = z
  .string()
  .regex(/^\d+(us|ms|s|m|h|d)$/, 'write a number and its unit, such as "10s", "500ms" or "3h"')

/** One word of haproxy's configuration: no blanks. */
export const wordSchema = z.string().regex(/^[^\s\0]+$/, "must be one word, without blanks")

/** Text that stays on one line of the file. */
export const lineSchema = z.string().regex(/^[^\n\r\0]+$/, "must be one line of text")

export const portSchema = z.int().min(1).max(65535)

/** What haproxy takes from its environment where it starts: `$API_PORT`, or with braces. */
export const VARIABLE = /^\$(\{[A-Za-z_][A-Za-z0-9_]*\}|[A-Za-z_][A-Za-z0-9_]*)$/

export const variableSchema = z.string().regex(VARIABLE, "must be a variable, such as $API_PORT")

/** Haproxy's own set of characters for the names of sections and servers. */
export const sectionNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9_.:-]+$/, 'may hold letters, digits, "-", "_", "." and ":" only')

export const rawSchema = z.union([
  z.string().describe("Lines in haproxy's own words"),
  z.array(lineSchema).describe("Lines in haproxy's own words"),
])

const modeSchema = z
  .enum(["tcp", "http"])
  .describe("tcp: connections pass as they are. http: haproxy reads and balances requests")

const forwardForSchema = z.strictObject({
  except: wordSchema.describe("Clients of this address or network are not written down").optional(),
  header: wordSchema.describe("Name of the header; default X-Forwarded-For").optional(),
  ifNone: z.boolean().describe("Leave a header that is already there alone").optional(),
})

const flagShape = shapeOf(
  OPTION_NAMES.filter((name) => name !== "forwardfor"),
  (name) => z.boolean().describe(OPTIONS[name].says).optional(),
)

const optionsSchema = z
  .union([
    z.array(z.enum(OPTION_NAMES)).describe("The whole set: options that are not listed are not written"),
    z.strictObject({
      ...flagShape,
      forwardfor: z.union([z.boolean(), forwardForSchema]).describe(OPTIONS.forwardfor.says).optional(),
    }),
  ])
  .describe(
    "Haproxy's `option` directives. A list is the whole set; a mapping changes single options, false switches off",
  )

const TIMEOUT_SAYS: Readonly<Record<TimeoutName, string>> = {
  "http-request": "For a request to be complete; haops' default is 10s",
  "http-keep-alive": "For the next request on a connection; haproxy's default is that of http-request",
  queue: "In the queue for a server; haops' default is 1m",
  connect: "For a server to accept; haops' default is 10s",
  client: "Without a byte from the client; haops' default is 1m",
  "client-fin": "Of a connection that the client has half closed",
  server: "Without a byte from the server; haops' default is 1m",
  "server-fin": "Of a connection that the server has half closed",
  tunnel: "Without a byte of a WebSocket and its like, in place of client and server",
  tarpit: "That an unwanted request is kept waiting",
  check: "For a check to be answered once it is connected; haops' default is 10s",
}

const timeoutsSchema = z
  .strictObject(shapeOf(TIMEOUTS, (name) => timeSchema.describe(TIMEOUT_SAYS[name]).optional()))
  .describe("Haproxy's `timeout` directives; those that are absent keep their default")

const maxconnSchema = z.int().min(1).describe("Connections at a time; more wait in the kernel's queue")

const errorfilesSchema = z
  .record(z.string().regex(/^[1-5]\d\d$/, "must be an HTTP status, such as 503"), wordSchema)
  .describe("HTTP status to the file on the node that is sent in its place")

const settingSchemas = {
  count: z.int().min(1),
  percent: z.int().min(0).max(50),
  time: timeSchema,
  word: wordSchema,
} as const

/** Directives of the global section that are one value. */
export const globalShape = shapeOf(GLOBAL_SETTING_NAMES, (name) => {
  const { is, says } = GLOBAL_SETTINGS[name]
  return settingSchemas[is].describe(says).optional()
})

/** What `defaults` and every service can say. */
export const tuningShape = {
  mode: modeSchema.optional(),
  maxconn: maxconnSchema.optional(),
  retries: z.int().min(0).describe("Attempts to connect to a server").optional(),
  options: optionsSchema.optional(),
  timeouts: timeoutsSchema.optional(),
  errorfiles: errorfilesSchema.optional(),
}

/** What `defaults` can say besides: that one of haops' own defaults is not written. */
export const defaultsShape = {
  ...tuningShape,
  maxconn: z
    .union([maxconnSchema, z.literal(false)])
    .describe("Default 4000. false: none of its own")
    .optional(),
  timeouts: z
    .strictObject(
      shapeOf(TIMEOUTS, (name) =>
        z
          .union([timeSchema, z.literal(false)])
          .describe(TIMEOUT_SAYS[name])
          .optional(),
      ),
    )
    .describe("Haproxy's `timeout` directives; those that are absent keep haops' default, false is not written")
    .optional(),
}

type RawYaml = z.output<typeof rawSchema>

/** Raw configuration as lines, without blank ones. */
export function rawLines(raw: RawYaml | undefined): readonly string[] {
  if (raw === undefined) return []
  const lines = (typeof raw === "string" ? raw.split(/\r?\n/) : raw).map((line) => line.trimEnd())
  return lines.filter((line) => line !== "")
}

function shapeOf<Name extends string, Schema>(
  names: readonly Name[],
  schemaOf: (name: Name) => Schema,
): Record<Name, Schema> {
  return Object.fromEntries(names.map((name) => [name, schemaOf(name)])) as Record<Name, Schema>
}
