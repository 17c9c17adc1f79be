import * as z from "zod"
import { addressSchema, durationSchema, milliseconds } from "../document/scalars-schema.ts"
import { secretSchema } from "../document/secret-schema.ts"
import { tuningSchema } from "../pacemaker/section/resource-schema.ts"

/** boothd counts milliseconds in 31 bits. */
const MAX_SECONDS = Math.floor(0x7fffffff / 1000)

const secondsSchema = z
  .union([
    z.int().min(0),
    durationSchema.refine((text) => milliseconds(text) % 1000 === 0, "expected whole seconds, such as 30s"),
  ])
  .refine((time) => seconds(time) <= MAX_SECONDS, "boothd takes less than 25 days")

/** boothd takes no value of more characters. */
const MAX_LENGTH = 64

/** In boothd's file a value stands in quotes. */
const valueSchema = z
  .string()
  .min(1)
  .max(MAX_LENGTH, `boothd takes ${MAX_LENGTH} characters at most`)
  .regex(/^[^"\n\r]*$/, "boothd has no way to write a quotation mark or a line's end")

/** And no program with more. */
const MAX_ARGUMENTS = 14

const ticketSchema = z.strictObject({
  expire: secondsSchema
    .optional()
    .describe("How long a site keeps it unheard; then another site takes it. Default 10min"),
  acquireAfter: secondsSchema
    .optional()
    .describe("Waited besides, so that the site that lost it can stop or fence what depends on it. Default 0"),
  renewalFreq: secondsSchema.optional().describe("How often the site that has it renews it. Default: half of expire"),
  timeout: secondsSchema.optional().describe("Until a message that was not answered is sent again. Default 5s"),
  retries: z.int().min(3).max(100).optional().describe("How often. Default 10"),
  weights: valueSchema
    // boothd takes a number that begins with 0 for an octal one.
    .regex(/^(0|[1-9][0-9]*)(,(0|[1-9][0-9]*))*$/, "expected numbers between commas, such as 0,100,50")
    .optional()
    .describe('Who takes it first: "0,100,50", one a member, sites before arbitrators. Default: the order of sites'),
  beforeAcquireHandler: valueSchema
    .regex(/^\//, "expected a path from /, with its arguments")
    .refine(
      (text) => text.trim().split(/\s+/).length <= MAX_ARGUMENTS + 1,
      `boothd takes ${MAX_ARGUMENTS} arguments at most`,
    )
    .optional()
    .describe("Program, and its arguments, that has to end well before a site takes or renews it"),
  attrPrereq: z
    .array(valueSchema.regex(/^(auto|manual) \S+ (eq|ne) \S+$/, "expected such as auto repl_state eq ACTIVE"))
    .optional()
    .describe("Geo attributes without which a site does not take it, such as auto repl_state eq ACTIVE"),
  mode: z
    .enum(["auto", "manual"])
    .optional()
    .describe("manual: granted and revoked by hand alone, and never moved. Default auto"),
})

/** What boothd takes for a name, and an id in the CIB can be. */
const ticketName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9-]{0,62}$/, "boothd takes letters, digits and - for the name of a ticket, 63 at most")

export const boothSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9-]{0,30}$/, "expected letters, digits and -, 31 at most")
      .optional()
      .describe("Of the configuration, the same at all sites. Default booth"),
    port: z.int().min(1).max(65535).optional().describe("UDP and TCP. Default 9929"),
    vip: z.string().describe("VIP at which the others find this site: boothd runs where it is, and moves with it"),
    sites: z.array(addressSchema).min(2).describe("Addresses of all sites, this one's VIP among them, in one order"),
    arbitrators: z
      .array(addressSchema)
      .optional()
      .describe("Addresses of those that vote and hold no ticket; one that is a host here is set up as well"),
    key: secretSchema.describe(
      "What the members know each other by, the same for all: 8 to 64 characters, or base64: and bytes in base64",
    ),
    maxTimeSkew: secondsSchema.optional().describe("By how much clocks of members may differ. Default 10min"),
    tickets: z
      .record(ticketName, ticketSchema)
      .refine((tickets) => Object.keys(tickets).length > 0, "expected at least one ticket")
      .describe("Tickets by name, which constraints refer to"),
    resource: tuningSchema.optional().describe("What pacemaker's resource of boothd has beyond what haops gives it"),
  })
  .describe("This site of a booth cluster: tickets say at which of several clusters resources may run")

export type BoothYaml = z.output<typeof boothSchema>
export type TicketYaml = z.output<typeof ticketSchema>

/** Of a time that `secondsSchema` took. */
export function seconds(time: number | string): number {
  return typeof time === "number" ? time : milliseconds(time) / 1000
}
