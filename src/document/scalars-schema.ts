import * as z from "zod"
import { canonicalAddress } from "../base/address.ts"
import { timeReader } from "../base/time.ts"

/** Text, a number or true and false: what other programs take as one word. */
export const scalarSchema = z.union([z.string(), z.number(), z.boolean()])

/** Names as the program that reads them spells them, each with one value. */
export const optionsSchema = z.record(z.string().min(1), scalarSchema)

export type OptionsYaml = z.output<typeof optionsSchema>

const DURATION = "a time with its unit, such as 500ms, 30s, 5min or 1h"

/** A time that says its unit, in the words that pacemaker takes. */
export const durationSchema = z
  .string(`expected ${DURATION}`)
  // What is no time has no size that could be wrong as well.
  .regex(/^[0-9]+(ms|s|min|h)$/, { error: `expected ${DURATION}`, abort: true })
  .describe(DURATION)

/** Pacemaker repeats nothing that has an interval of 0. */
export const NOT_ZERO = [/[1-9]/, 'must be more than 0, which pacemaker takes for "never again"'] as const

export const addressSchema = z
  .string("expected an IP address")
  .refine((text) => canonicalAddress(text) !== undefined, { error: ({ input }) => `"${input}" is not an IP address` })

/** A name that can be an id in pacemaker's CIB, which is XML. */
export const idSchema = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_.-]*$/, "a name begins with a letter or _ and goes on with letters, digits, _ . -")

export const groupSchema = z.enum(["controllers", "loadbalancers"])

/** Options as text: `true`, `1000`, `5min`. */
export function texts(options: OptionsYaml | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(options ?? {}).map(([name, value]) => [name, String(value)]))
}

const readTime = timeReader(["ms", "s", "min", "h"])

/** Milliseconds of a text that `durationSchema` took. */
export function milliseconds(duration: string): number {
  return readTime(duration)!
}
