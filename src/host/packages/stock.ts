import { HaopsError } from "../../base/errors.ts"
import { quoteAll } from "../../base/sh.ts"
import type { HostFacts } from "../../model/host-facts.ts"
import type { Question } from "../../model/probe.ts"
import type { Offers } from "./manager.ts"
import { MANAGERS } from "./systems.ts"

/** A package that is installed. */
export interface Installed {
  name: string
  version: string
  /** What it was built from, along with others: the source package's name. */
  source: string
  /** Somebody told the manager to leave it as it is. */
  kept: boolean
  /** Its installation did not end: `half-configured`. */
  broken?: string
}

/** Of dpkg's states those of an installation that was cut short. In others the package is there, or it is not. */
const CUT_SHORT = ["half-installed", "unpacked", "half-configured"]

/** Shell that prints every installed package, a line each. */
export const STOCK_SCRIPT = `if command -v dpkg-query >/dev/null 2>&1; then
  dpkg-query -W -f='\${db:Status-Status} \${source:Package} \${Package} \${Version} \${db:Status-Want}\\n'
elif command -v rpm >/dev/null 2>&1; then
  rpm -qa --qf 'installed %{SOURCERPM} %{NAME} %{VERSION}-%{RELEASE} install\\n'
else
  echo 'neither dpkg nor rpm' >&2; exit 1
fi`

export function readStock(stdout: string): readonly Installed[] {
  const lines = stdout.split("\n").filter((line) => line !== "")
  return lines.flatMap((line) => {
    const [state, source = "", name = "", version = "", wish, ...rest] = line.split(" ")
    if (wish === undefined || rest.length > 0) {
      throw new HaopsError("E_PROBE", `not a line of the package database: ${JSON.stringify(line)}`)
    }
    const broken = CUT_SHORT.find((one) => one === state)
    if (state !== "installed" && broken === undefined) return []
    // haproxy-2.4.22-3.el9.src.rpm, the source of all that is built with it.
    return [
      {
        name,
        version,
        source: source.replace(/-[^-]+-[^-]+\.(?:no)?src\.rpm$/, ""),
        kept: wish === "hold",
        ...(broken && { broken }),
      },
    ]
  })
}

/** Those of these names, and what was built along with them: a library of its own version, pacemaker would not start with. */
export function withSiblings(stock: readonly Installed[], names: readonly string[]): readonly Installed[] {
  const sources = new Set(stock.filter(({ name }) => names.includes(name)).map(({ source }) => source))
  return stock.filter(({ source }) => sources.has(source))
}

/** Asks what the repositories have of these packages, by the indexes that the host has. */
export function askOffers(
  manager: NonNullable<HostFacts["packageManager"]>,
  names: readonly string[],
  repositories: readonly string[],
): Question<Offers> {
  const { offers } = MANAGERS[manager]
  return {
    script: `set -- ${quoteAll(names)}\n${offers.script(repositories)}`,
    parse: ({ stdout }) => offers.read(stdout),
  }
}
