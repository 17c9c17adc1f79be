import { HaopsError } from "../../errors.ts"
import { quote, quoteAll } from "../../sh.ts"
import type { ProbeOutput, Question } from "../step.ts"
import { readAnswer } from "./answer.ts"
import { POLICY_MARK, POLICY_PATH } from "./package-install.ts"
import { HELD_BY } from "./package-lock.ts"

/** What the package database says about some packages. */
export interface PackageState {
  /** Installed packages and their full versions, as the manager spells them. */
  installed: ReadonlyMap<string, string>
  /** Packages that are there and not usable, with the state: `half-configured`, `unpacked`, … */
  broken: ReadonlyMap<string, string>
  /** Who holds the manager's lock, such as `unattended-upgr (pid 812)`. Asked only where something is to be installed. */
  heldBy: string | undefined
  /** Our policy-rc.d is still there: a run was cut short, and packages cannot start their services. */
  policyLeft: boolean
}

/** Shell that asks for all `names` at once. A name that nobody knows is an answer: not installed. */
export function packageScript(names: readonly string[]): string {
  return `
if command -v dpkg-query >/dev/null 2>&1; then
  dpkg-query -W -f='deb \${Package} \${db:Status-Status} \${Version}\\n' ${quoteAll(names)} 2>/dev/null || [ $? -eq 1 ] || exit
elif command -v rpm >/dev/null 2>&1; then
  # On a broken database rpm calls every package "not installed" and says so on standard error alone.
  said=$(rpm -q --qf '%{NAME} %{VERSION}-%{RELEASE}\\n' ${quoteAll(names)} 2>&1) || :
  case $said in *error:*) printf '%s\\n' "$said" >&2; exit 1 ;; esac
  printf '%s\\n' "$said" | sed -n '/ is not installed$/d; /^[^ ]* [^ ]*$/s/^/rpm /p'
else
  echo "neither dpkg nor rpm" >&2; exit 1
fi
if [ -e ${POLICY_PATH} ] && grep -qs ${quote(POLICY_MARK)} ${POLICY_PATH}; then echo 'policy left'; fi`
}

/** The same with who keeps the manager busy, where not all of any of these lists is installed. */
export function askLock(
  have: PackageState,
  wanted: readonly (readonly string[])[],
): Question<PackageState> | undefined {
  const complete = wanted.some((names) => names.every((name) => have.installed.has(name)))
  if (complete) return undefined
  return {
    script: `${HELD_BY} || :`,
    parse: ({ stdout }) => ({ ...have, heldBy: readAnswer(stdout, ["held"]).one("held") }),
  }
}

/** Reads what `packageScript` printed. Throws `E_PROBE` on anything else. */
export function parsePackages({ stdout }: ProbeOutput): PackageState {
  const answer = readAnswer(stdout, ["deb", "rpm", "policy"])
  const installed = new Map<string, string>()
  const broken = new Map<string, string>()
  for (const line of answer.all("deb")) {
    const [name, state, version] = wordsOf(line, 3)
    if (state === "installed") installed.set(name, version ?? "")
    else if (state !== "not-installed" && state !== "config-files") broken.set(name, state ?? "")
  }
  for (const line of answer.all("rpm")) {
    const [name, version = ""] = wordsOf(line, 2)
    installed.set(name, version)
  }
  return { installed, broken, heldBy: undefined, policyLeft: answer.one("policy") !== undefined }
}

function wordsOf(line: string, count: number): [string, ...string[]] {
  const words = line.split(" ")
  const [first, ...rest] = words
  if (!first || words.length !== count) {
    throw new HaopsError("E_PROBE", `not a line of the package database: ${JSON.stringify(line)}`)
  }
  return [first, ...rest]
}
