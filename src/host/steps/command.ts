import * as z from "zod"
import { HaopsError } from "../../base/errors.ts"
import { RISKS } from "../../base/events.ts"
import { quote, quoteAll } from "../../base/sh.ts"
import { defineStep } from "../../model/step.ts"

const want = z.strictObject({
  check: z
    .string()
    .min(1)
    .describe(
      "Shell, read-only, that exits 0 when there is nothing to do and 1 when `run` is needed; any other code means that it could not find out. The first line it prints is shown as the reason.",
    ),
  run: z
    .union([z.string().min(1), z.array(z.string()).min(1)])
    .describe("What to do when the check exits 1: a list of words, or a line for `sh`."),
  risk: z
    .enum(RISKS)
    .default("none")
    .describe("What running it costs at that moment; `restart` and `failover` are asked about first."),
  timeout: z.number().int().min(1).max(86_400).default(600).describe("Seconds that `run` may take."),
})

type Have = { inSync: boolean; said: string }

/** A user's own step: a command behind a check of theirs. */
export const command = defineStep<z.infer<typeof want>, Have>({
  kind: "command",
  summary: "a command of your own, run where its check says that it is needed",
  want,
  title: ({ run }) => `command ${lineOf(run)}`.slice(0, 70),
  probe: ({ check }) => ({
    script: `
said=$(sh -c ${quote(check)}); code=$?
if [ "$code" -gt 1 ]; then printf '%s\\n' "$said" >&2; exit "$code"; fi
printf '%s\\n%s\\n' "$code" "$said"`,
    parse: ({ stdout }) => parse(stdout),
  }),
  check: ({ run, risk }, { inSync, said }) =>
    inSync ? [] : [{ attribute: lineOf(run), have: said || "the check exits 1", want: "the check exits 0", risk }],
  plan: ({ run, timeout }) => [{ type: "run", argv: argvOf(run), timeoutMs: timeout * 1000, label: lineOf(run) }],
})

function parse(stdout: string): Have {
  const [code, said = ""] = stdout.split("\n")
  if (code !== "0" && code !== "1") throw new HaopsError("E_PROBE", "the check's exit code is missing")
  return { inSync: code === "0", said: said.slice(0, 200) }
}

function argvOf(run: string | readonly string[]): readonly string[] {
  return typeof run === "string" ? ["sh", "-c", run] : run
}

/** The first line of what is run, as an operator would type it. */
function lineOf(run: string | readonly string[]): string {
  const [line = ""] = (typeof run === "string" ? run : quoteAll(run)).trim().split("\n")
  return line
}
