import * as z from "zod"
import { Secret } from "../base/secret.ts"
import type { SecretSource } from "../model/inventory.ts"

const REFERENCES = [
  z.strictObject({ env: z.string().min(1).describe("Environment variable of haops that holds the secret") }),
  z.strictObject({ file: z.string().min(1).describe("File that holds the secret; a final newline is dropped") }),
  z.strictObject({
    command: z.string().min(1).describe("Command line whose output is the secret, such as `pass show x`"),
  }),
] as const

/** A secret that is somewhere else: `{ env: NAME }`, `{ file: PATH }`, `{ command: LINE }`. */
export const secretReferenceSchema = z.union(REFERENCES)

/** A secret as the inventory writes it: `{ env: NAME }`, `{ file: PATH }`, `{ command: LINE }`, or the text itself (warned about). */
export const secretSchema = z
  .union([
    ...REFERENCES,
    z.string().min(1).describe("The secret itself; accepted with a warning, since the inventory is read by many"),
  ])
  .describe("A secret: { env: NAME }, { file: PATH } or { command: LINE }")

type SecretYaml = z.output<typeof secretSchema>

/** Where a secret of the inventory comes from; the text itself is wrapped at once, so that it cannot be printed. */
export function secretSource(yaml: SecretYaml): SecretSource {
  if (typeof yaml === "string") return { from: "literal", value: new Secret(yaml) }
  if ("env" in yaml) return { from: "env", name: yaml.env }
  if ("file" in yaml) return { from: "file", path: yaml.file }
  return { from: "command", command: yaml.command }
}
