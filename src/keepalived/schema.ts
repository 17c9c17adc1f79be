import * as z from "zod"
import { durationSchema, milliseconds } from "../document/scalars-schema.ts"
import { secretSchema } from "../document/secret-schema.ts"

/** keepalived's own check runs every so many seconds: older versions know no parts of one. */
const secondsSchema = durationSchema.refine((text) => wholeSeconds(text), "expected whole seconds, such as 1s")

const times = z.int().min(1).max(100)

const checkSchema = z
  .strictObject({
    port: z
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .describe("Port of the loopback on which haproxy says that it is well. Default 1079"),
    interval: secondsSchema.optional().describe("How often it is asked, in whole seconds. Default 1s"),
    fall: times.optional().describe("Answers that may be missing before the VIP moves. Default 2"),
    rise: times.optional().describe("Answers in a row after which a host is good for the VIP again. Default 2"),
  })
  .describe("How keepalived finds out that haproxy answers; a process that is merely there does not count")

/** VRRP by keepalived, for VIPs that say `manager: keepalived`. Every key has a default. */
export const keepalivedSchema = z
  .strictObject({
    password: secretSchema
      .optional()
      .describe(
        "VRRP password, of which keepalived takes 8 characters. It travels readably: it guards against mistakes only",
      ),
    advertInterval: durationSchema
      .refine((text) => milliseconds(text) >= 10 && milliseconds(text) <= 40_000, "expected 10ms to 40s")
      .optional()
      .describe("How often the holder says that it is there; three silent intervals cost it the VIP. Default 1s"),
    peers: z
      .enum(["unicast", "multicast"])
      .optional()
      .describe("How the hosts talk. Default unicast, which every network carries"),
    nopreempt: z
      .boolean()
      .optional()
      .describe(
        "A host that comes back does not take the VIP from the one that has it. Default false: the first host does",
      ),
    check: checkSchema.optional(),
  })
  .describe("VRRP by keepalived, for VIPs that say manager: keepalived")

export type KeepalivedYaml = z.output<typeof keepalivedSchema>

function wholeSeconds(text: string): boolean {
  const ms = milliseconds(text)
  return ms >= 1000 && ms <= 3_600_000 && ms % 1000 === 0
}
