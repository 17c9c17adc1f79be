import { cleanLine, cleanLines } from "../base/clean.ts"
import type { ExecResult } from "../base/exec-result.ts"

/** What a command said on each host, every line under its host's name. */
export function renderExec(answers: readonly (readonly [string, ExecResult])[]): string {
  return answers.map(([host, result]) => textOf(host, result)).join("")
}

function textOf(host: string, { code, signal, stdout, stderr }: ExecResult): string {
  const said = [stdout, stderr].filter((text) => text !== "" && text !== "\n")
  const lines = said.flatMap((text) => cleanLines(text.trimEnd())).map((line) => `${host}  ${line}\n`)
  const ended = `ended by ${cleanLine(signal ?? "a signal")}`
  return lines.join("") + (code === 0 ? "" : `${host}  ${code === null ? ended : `exit ${code}`}\n`)
}
