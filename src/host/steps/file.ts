import * as z from "zod"
import { defineStep } from "../../model/step.ts"
import { readAnswer } from "../answer.ts"
import { fileDrift, fileFindings, planFile } from "../file-drift.ts"
import { FILE_KEYS, fileScript, parseFile, sha256 } from "../file-state.ts"

const want = z.strictObject({
  path: z
    .string()
    .regex(/^\/.*[^/]$/, "an absolute path of a file")
    .describe("Absolute path on the host."),
  content: z.string().describe("The whole content. A YAML block (`content: |`) ends with a newline."),
  mode: z
    .string('octal in quotes, such as "0644"')
    .regex(/^0?[0-7]{3}$|^[0-7]{4}$/, 'octal, such as "0644"')
    .transform((mode) => mode.padStart(4, "0"))
    .default("0644")
    .describe('Permissions, octal in quotes: "0644" (default).'),
  owner: z
    .string()
    .regex(/^[^\s:]+:[^\s:]+$/, "user:group, such as root:root")
    .default("root:root")
    .describe("Owner and group, `root:root` by default."),
  validate: z
    .array(z.string())
    .min(1)
    .refine((words) => words.includes("{}"), "must contain {}, which stands for the new file")
    .optional()
    .describe(
      "Command that checks the new content before it takes the place of the old; `{}` stands for the new file.",
    ),
  backup: z.boolean().default(false).describe("Keep the old content beside it, once per content."),
})

/** A file on the host with exactly this content, mode and owner. */
export const file = defineStep({
  kind: "file",
  summary: "a file with this content, mode and owner; shows the diff, checks it first, replaces it atomically",
  want,
  title: ({ path }) => `file ${path}`,
  probe: ({ path, content }) => ({
    script: fileScript(path, { unless: sha256(content) }),
    parse: ({ stdout }) => parseFile(readAnswer(stdout, FILE_KEYS)),
  }),
  check: (wanted, have) => fileDrift(wanted, have),
  findings: ({ path }, have) => fileFindings(path, have),
  plan: (wanted, have) => planFile(wanted, have, { validate: wanted.validate, backup: wanted.backup }),
})
