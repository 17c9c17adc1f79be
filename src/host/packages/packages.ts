import { HaopsError } from "../../base/errors.ts"
import type { SharedQuestion } from "../../model/probe.ts"
import { sharedList } from "../shared.ts"
import { DATABASES } from "./systems.ts"

/** Packages as the manager's database has them. */
export interface InstalledPackages {
  /** Installed packages and their full versions, as the manager spells them. */
  installed: ReadonlyMap<string, string>
  /** Packages that are there and not usable, with the state: `half-configured`, `unpacked`, … */
  broken: ReadonlyMap<string, string>
  /** Packages that somebody told the manager to leave as they are, there or not. */
  kept: ReadonlySet<string>
}

/** What the answer to `askPackages` begins its lines with. */
export const PACKAGE_KEYS: readonly string[] = DATABASES.map(({ key }) => key)

/**
 * Shared question: these packages, a line each. A name that nobody knows is an answer: not installed. Reading dpkg's database takes as
 * long for one name as for a hundred, so that it is read once for all who ask.
 */
export function askPackages(names: readonly string[]): SharedQuestion {
  return sharedList(
    "packages",
    names,
    `${DATABASES.map(
      ({ program, query }, at) => `${at === 0 ? "if" : "elif"} command -v ${program} >/dev/null 2>&1; then
  ${query}`,
    ).join("\n")}
else
  echo "neither ${DATABASES.map(({ name }) => name).join(" nor ")}" >&2; exit 1
fi`,
  )
}

/** Reads lines of the answer to `askPackages`, by their key. Throws `E_PROBE` on a line that is none. */
export function readPackages(all: (key: string) => readonly string[]): InstalledPackages {
  const installed = new Map<string, string>()
  const broken = new Map<string, string>()
  const kept = new Set<string>()
  for (const { key, words, read } of DATABASES) {
    for (const line of all(key)) {
      const found = read(wordsOf(line, words))
      if (found?.version !== undefined) installed.set(found.name, found.version)
      if (found?.broken !== undefined) broken.set(found.name, found.broken)
      if (found?.kept === true) kept.add(found.name)
    }
  }
  return { installed, broken, kept }
}

function wordsOf(line: string, count: number): readonly string[] {
  const words = line.split(" ")
  if (!words[0] || words.length !== count) {
    throw new HaopsError("E_PROBE", `not a line of the package database: ${JSON.stringify(line)}`)
  }
  return words
}
