import { quote } from "../../base/sh.ts"
import type { PackageOffers } from "./manager.ts"

/**
 * Of `apt-cache policy`, which goes by pins and holds as an installation would: each package's candidate, and a table of versions, each
 * two or four columns to the right, with the priorities of its sources below it.
 */
export const aptOffers: PackageOffers = {
  script: () => `apt-cache policy "$@"`,
  read(stdout) {
    const candidates = new Map<string, string>()
    const versions = new Map<string, string[]>()
    let name = ""
    for (const line of stdout.split("\n")) {
      const [, named] = /^(\S+):$/.exec(line) ?? []
      const [, candidate] = /^ {2}Candidate: (\S+)$/.exec(line) ?? []
      const [, version] = /^ (?:\*\*\*| {3}) (\S+) -?\d+$/.exec(line) ?? []
      if (named !== undefined) name = named
      else if (candidate !== undefined && candidate !== "(none)") candidates.set(name, candidate)
      else if (version !== undefined) versions.set(name, [...(versions.get(name) ?? []), version])
    }
    return { candidates, versions }
  },
}

/** What is newer than what is installed, and what there is, the oldest first. dnf 5 ends no line by itself. */
export const dnfOffers: PackageOffers = {
  script(repositories) {
    const query = ["dnf -q", ...repositories.map((id) => `--enablerepo=${quote(id)}`), "repoquery"].join(" ")
    return `${query} --upgrades --latest-limit=1 --qf 'candidate %{name} %{version}-%{release}\\n' "$@"
${query} --available --qf 'version %{name} %{version}-%{release}\\n' "$@"`
  },
  read: readLines,
}

/** Its columns are broken where a name is long. */
export const yumOffers: PackageOffers = {
  script: (repositories) =>
    `yum -q ${repositories.map((id) => `--enablerepo=${quote(id)} `).join("")}list updates "$@" 2>/dev/null |
sed -e :a -e '/^[^ ]*$/{N;s/\\n */ /;ta' -e '}' | sed -n 's/^\\([^ ]*\\)\\.[^. ]*  *\\([0-9]*:\\)\\{0,1\\}\\([^ ]*\\)  *[^ ]*$/candidate \\1 \\3/p'`,
  read: readLines,
}

/** Its table for people is cut to the terminal's width; in its XML an update is an element a line. */
export const zypperOffers: PackageOffers = {
  script: () => `zypper --no-refresh --non-interactive --xmlout list-updates
zypper --no-refresh --non-interactive --xmlout search -s -t package --match-exact "$@" || [ $? -eq 104 ]`,
  read(stdout) {
    const found = { candidates: new Map<string, string>(), versions: new Map<string, string[]>() }
    for (const [, element = "", attributes = ""] of stdout.matchAll(/<(update|solvable) ([^>]*)>/g)) {
      const value = (key: string) => new RegExp(`(?:^| )${key}="([^"]*)"`).exec(attributes)?.[1]
      const [name, edition] = [value("name"), value("edition")]
      if (name === undefined || edition === undefined) continue
      if (element === "update") found.candidates.set(name, edition)
      else if (!found.versions.get(name)?.includes(edition)) {
        found.versions.set(name, [...(found.versions.get(name) ?? []), edition])
      }
    }
    return found
  },
}

function readLines(stdout: string) {
  const candidates = new Map<string, string>()
  const versions = new Map<string, string[]>()
  for (const line of stdout.split("\n")) {
    const [kind, name = "", version = ""] = line.split(" ")
    if (kind === "candidate") candidates.set(name, version)
    if (kind === "version") versions.set(name, [version, ...(versions.get(name) ?? [])])
  }
  return { candidates, versions }
}
