import { existsSync, readFileSync } from "node:fs"
import { dirname, resolve } from "node:path"
import { mergeSources } from "../document/merge-sources.ts"
import { formatPath, InputError, type InputProblem, type Path } from "../document/problems.ts"
import { readYaml } from "../document/yaml-source.ts"
import type { Inventory, SecretSource } from "../model/inventory.ts"
import type { MissingSecretError } from "./secrets.ts"

/** All of them at once, each at the place where the inventory names it: its file is read again for that, if it is there. */
export function missingSecretsError(
  { file, files = [file] }: Pick<Inventory, "file" | "files">,
  missing: readonly MissingSecretError[],
): InputError {
  const there = files.filter((one) => existsSync(one)).map((one) => readYaml(readFileSync(one, "utf8"), one))
  const [first, ...others] = there
  const yaml = first && mergeSources([first, ...others], file)
  const problems = missing.flatMap(({ source, message }): InputProblem[] => {
    const paths = pathsOf(yaml?.raw, (value) => isSource(value, source, resolve(dirname(files[0]!))))
    if (yaml === undefined || paths.length === 0) return [{ file, message }]
    return paths.map((path) => ({ file, ...yaml.locate(path), path, message: `${formatPath(path)}: ${message}` }))
  })
  return new InputError(unique(problems))
}

function isSource(value: unknown, source: SecretSource, directory: string): boolean {
  const { env, file, command } = (value ?? {}) as Readonly<Record<string, unknown>>
  switch (source.from) {
    case "env":
      return env === source.name
    case "file":
      return typeof file === "string" && (file === source.path || resolve(directory, file) === resolve(source.path))
    case "command":
      return command === source.command
    case "literal":
      return false
  }
}

function pathsOf(value: unknown, is: (value: unknown) => boolean, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return []
  if (is(value)) return [path]
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  return entries.flatMap(([key, one]) => pathsOf(one, is, [...path, key]))
}

function unique(problems: readonly InputProblem[]): readonly InputProblem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()]
}
