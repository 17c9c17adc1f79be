import { HaopsError } from "../../base/errors.ts"
import { sharedList } from "../shared.ts"

/** Packages as the manager's database has them. */
export interface InstalledPackages {
  /** Installed packages and their full versions, as the manager spells them. */
  installed: ReadonlyMap<string, string>
  /** Packages that are there and not usable, with the state: `half-configured`, `unpacked`, … */
  broken: ReadonlyMap<string, string>
}

/** What the answer to `askPackages` begins its lines with. */
export const PACKAGE_KEYS = ["deb", "rpm"] as const

/**
 * Shared question: these packages, a line each. A name that nobody knows is an answer: not installed. Reading dpkg's database takes as
 * long for one name as for a hundred, so that it is read once for all who ask.
 */
export function askPackages(names: readonly string[]): string {
  return sharedList(
    "packages",
    names,
    `if command -v dpkg-query >/dev/null 2>&1; then
  dpkg-query -W -f='deb \${Package} \${db:Status-Status} \${Version}\\n' "$@" 2>/dev/null || [ $? -eq 1 ] || exit
elif command -v rpm >/dev/null 2>&1; then
  # On a broken database rpm calls every package "not installed" and says so on standard error alone.
  said=$(rpm -q --qf '%{NAME} %{VERSION}-%{RELEASE}\\n' "$@" 2>&1) || :
  case $said in *error:*) printf '%s\\n' "$said" >&2; exit 1 ;; esac
  printf '%s\\n' "$said" | sed -n '/ is not installed$/d; /^[^ ]* [^ ]*$/s/^/rpm /p'
else
  echo "neither dpkg nor rpm" >&2; exit 1
fi`,
  )
}

/** Reads lines of the answer to `askPackages`, by their key. Throws `E_PROBE` on a line that is none. */
export function readPackages(all: (key: (typeof PACKAGE_KEYS)[number]) => readonly string[]): InstalledPackages {
  const installed = new Map<string, string>()
  const broken = new Map<string, string>()
  for (const line of all("deb")) {
    const [name, state, version] = wordsOf(line, 3)
    if (state === "installed") installed.set(name, version ?? "")
    else if (state !== "not-installed" && state !== "config-files") broken.set(name, state ?? "")
  }
  for (const line of all("rpm")) {
    const [name, version = ""] = wordsOf(line, 2)
    installed.set(name, version)
  }
  return { installed, broken }
}

function wordsOf(line: string, count: number): [string, ...string[]] {
  const words = line.split(" ")
  const [first, ...rest] = words
  if (!first || words.length !== count) {
    throw new HaopsError("E_PROBE", `not a line of the package database: ${JSON.stringify(line)}`)
  }
  return [first, ...rest]
}
