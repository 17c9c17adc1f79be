/** What an rpm system's files say of its repositories, and of what its manager leaves out of them. */
export interface Repositories {
  /** Ids, in the files' order. */
  enabled: readonly string[]
  disabled: readonly string[]
  /** Names that the manager takes for absent, `*` and `?` for any; `from` is a repository, or `main` for all of them. */
  excludes: readonly { from: string; pattern: string }[]
  /** Modules that somebody disabled: dnf takes no package of them. */
  modulesOff: readonly string[]
}

export const NO_REPOSITORIES: Repositories = { enabled: [], disabled: [], excludes: [], modulesOff: [] }

/** What the answer to `REPOSITORIES_SCRIPT` begins its lines with. */
export const REPOSITORY_KEYS = ["repository", "module", "dnf5module"] as const

/**
 * Shell that prints the lines that count of dnf's, yum's and zypper's own files, in the order in which they are read: `dnf repolist --all`
 * takes a second, and prints no more. dnf 5 keeps what `config-manager setopt` changed in files of its own, and takes parts of its dnf.conf
 * from others. What goes on in the next line begins with a blank. Of modules dnf 5 goes by a file of its own as soon as it has written one.
 */
export const REPOSITORIES_SCRIPT = `lines_of() {
  key=$1; shift
  for file; do
    if [ -r "$file" ]; then sed -n "/^\\[/s/^/$key /p; /^[a-z]*[[:blank:]]*=/s/^/$key /p; /^[[:blank:]]*[^[:blank:]#;]/{/^[[:blank:]]/s/^/$key /p}" "$file"; fi
  done
}
lines_of repository /etc/dnf/libdnf5.conf.d/*.conf
for conf in /etc/dnf/dnf.conf /etc/yum.conf; do
  if [ -r "$conf" ]; then lines_of repository "$conf"; break; fi
done
lines_of repository /etc/yum.repos.d/*.repo /etc/distro.repos.d/*.repo /etc/dnf/repos.override.d/*.repo /etc/zypp/repos.d/*.repo
states=/usr/lib/sysimage/libdnf5/modules.toml
case $(readlink -f "$(command -v dnf)" 2>/dev/null) in */dnf5) ;; *) states= ;; esac
if [ -r "$states" ]; then sed 's/^/dnf5module /' "$states"; else lines_of module /etc/dnf/modules.d/*.module; fi`

export function readRepositories(all: (key: string) => readonly string[]): Repositories {
  const { main, ...sections } = sectionsOf(all("repository"))
  const ids = Object.keys(sections)
  const isOn = (id: string) => !/^(0|no|false|off)$/i.test(sections[id]?.enabled ?? "1")
  const excluded = [["main", main] as const, ...ids.filter(isOn).map((id) => [id, sections[id]] as const)]
  const modules = Object.entries(sectionsOf(all("module"))).filter(([, { state }]) => state === "disabled")
  return {
    enabled: ids.filter(isOn),
    disabled: ids.filter((id) => !isOn(id)),
    excludes: excluded.flatMap(([from, values = {}]) =>
      `${values.exclude ?? ""} ${values.excludepkgs ?? ""}`
        .split(/[\s,]+/)
        .filter((pattern) => pattern !== "")
        .map((pattern) => ({ from, pattern })),
    ),
    modulesOff: [...modules.map(([name]) => name), ...dnf5ModulesOff(all("dnf5module"))],
  }
}

/** A module is a table of its own in modules.toml, or a line: `pcs = {enabled_stream="",installed_profiles=[],state="Disabled"}`. */
function dnf5ModulesOff(lines: readonly string[]): readonly string[] {
  let table = ""
  return lines.flatMap((line) => {
    table = /^\[modules\.(["']?)(.+)\1\]/.exec(line)?.[2] ?? table
    const [, , name = table] = /^(["']?)([\w.-]+)\1\s*=\s*\{/.exec(line) ?? []
    return /\bstate\s*=\s*"Disabled"/.test(line) ? [name] : []
  })
}

/** What dnf 5 adds up where several files say it; of all else the last word counts. */
const ADDED = ["exclude", "excludepkgs"]

/** The values of an ini file, by section and key; a later line wins. */
function sectionsOf(lines: readonly string[]): Record<string, Record<string, string>> {
  const sections: Record<string, Record<string, string>> = {}
  let section: Record<string, string> = {}
  let last = ""
  for (const line of lines) {
    const [, name] = /^\[(.*?)\]/.exec(line) ?? []
    const [, key, value = ""] = /^([a-z]+)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    if (name !== undefined) {
      section = sections[name] ??= {}
      last = ""
    } else if (key !== undefined) {
      section[key] = ADDED.includes(key) ? `${section[key] ?? ""} ${value}` : value
      last = key
    } else if (last !== "") section[last] += ` ${line.trim()}`
  }
  return sections
}
