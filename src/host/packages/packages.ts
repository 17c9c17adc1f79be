import { HaopsError } from "../../base/errors.ts"
import { quoteAll } from "../../base/sh.ts"
import { shared } from "../shared.ts"
import { everyStackName } from "./stack-packages.ts"

/** Packages as the manager's database has them. */
export interface InstalledPackages {
  /** Installed packages and their full versions, as the manager spells them. */
  installed: ReadonlyMap<string, string>
  /** Packages that are there and not usable, with the state: `half-configured`, `unpacked`, … */
  broken: ReadonlyMap<string, string>
}

/** What `packageQuery` begins its lines with. */
export const PACKAGE_KEYS = ["deb", "rpm"] as const

/** Shell that asks for all `names` at once, a line a package. A name that nobody knows is an answer: not installed. */
export function packageQuery(names: readonly string[]): string {
  return `if command -v dpkg-query >/dev/null 2>&1; then
  dpkg-query -W -f='deb \${Package} \${db:Status-Status} \${Version}\\n' ${quoteAll(names)} 2>/dev/null || [ $? -eq 1 ] || exit
elif command -v rpm >/dev/null 2>&1; then
  # On a broken database rpm calls every package "not installed" and says so on standard error alone.
  said=$(rpm -q --qf '%{NAME} %{VERSION}-%{RELEASE}\\n' ${quoteAll(names)} 2>&1) || :
  case $said in *error:*) printf '%s\\n' "$said" >&2; exit 1 ;; esac
  printf '%s\\n' "$said" | sed -n '/ is not installed$/d; /^[^ ]* [^ ]*$/s/^/rpm /p'
else
  echo "neither dpkg nor rpm" >&2; exit 1
fi`
}

/** Shared question: all packages that the stack may have. Reading dpkg's database takes as long for one name as for all. */
export const STACK_PACKAGES = shared("packages", packageQuery(everyStackName()))

/** Reads lines of `packageQuery`, by their key. Throws `E_PROBE` on a line that is none. */
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
