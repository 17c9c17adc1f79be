import { rpmOrder } from "./rpm-order.ts"

/** Packages that somebody told an rpm system's manager to leave alone. */
export interface PackageLocks {
  /** True for a package that zypper neither installs nor removes. */
  locked(name: string): boolean
  /** What dnf or yum take of a package at most, as `version-release`, `*` for any part; undefined where they take any. */
  versions(name: string): readonly string[] | undefined
  /** Ranges that dnf5 takes besides those, or alone. */
  ranges(name: string): readonly VersionRange[]
}

export interface VersionRange {
  /** `>= 2.8 < 3`. */
  words: string
  has(version: string): boolean
}

/** Whether they keep a package from becoming this version. */
export function keepsFrom(locks: PackageLocks, name: string, version: string): boolean {
  return locks.locked(name) || takes(locks, name, version) === false
}

/** Whether dnf or yum take this version of a package; undefined where nobody told them what to take. */
export function takes(locks: PackageLocks, name: string, version: string): boolean | undefined {
  const [versions, ranges] = [locks.versions(name), locks.ranges(name)]
  if (versions === undefined && ranges.length === 0) return undefined
  return versions?.some((one) => overlap(one, version)) === true || ranges.some((one) => one.has(version))
}

/** True where a version may be both, as far as it is told before the first `*`. */
export function overlap(a: string, b: string): boolean {
  const [[one = "", ...more], [other = "", ...others]] = [a.split("*"), b.split("*")]
  if (more.length + others.length === 0) return one === other
  return (more.length > 0 && other.startsWith(one)) || (others.length > 0 && one.startsWith(other))
}

export const NO_LOCKS: PackageLocks = { locked: () => false, versions: () => undefined, ranges: () => [] }

/** What the answer to `LOCKS_SCRIPT` begins its lines with. */
export const LOCK_KEYS = ["versionlock", "dnf5lock", "zypplock"] as const

/**
 * Shell that prints what the managers' own lists say: `dnf versionlock list` and `zypper locks` print no more, and take seconds. On
 * Enterprise Linux 8 and later yum's list is a link to dnf's.
 */
export const LOCKS_SCRIPT = `locks() { while IFS= read -r line || [ -n "$line" ]; do printf '%s %s\\n' "$1" "$line"; done; }
for plugin in /etc/dnf/plugins/versionlock /etc/yum/pluginconf.d/versionlock; do
  if [ -s "$plugin.list" ]; then
    grep -qs '^enabled *= *\\(0\\|false\\|no\\)' "$plugin.conf" || locks versionlock <"$plugin.list"
    break
  fi
done
if [ -s /etc/dnf/versionlock.toml ]; then locks dnf5lock </etc/dnf/versionlock.toml; fi
if [ -s /etc/zypp/locks ]; then locks zypplock </etc/zypp/locks; fi`

export function readLocks(all: (key: string) => readonly string[]): PackageLocks {
  const entries = dnf5Entries(all("dnf5lock"))
  const pins = [...all("versionlock").flatMap(pinOf), ...entries.flatMap(({ exact }) => exact ?? [])]
  const ranges = entries.filter(({ exact }) => exact === undefined)
  const locks = all("zypplock")
    .join("\n")
    .split(/\n\s*\n/)
    .flatMap(lockOf)
  if (pins.length + ranges.length + locks.length === 0) return NO_LOCKS
  return {
    locked: (name) => locks.some((matches) => matches(name)),
    versions(name) {
      const versions = pins.flatMap((pin) => (pin.matches(name) ? pin.version : []))
      return versions.length === 0 ? undefined : versions
    },
    ranges: (name) => ranges.flatMap(({ matches, range }) => (matches(name) ? range : [])),
  }
}

type Matches = (name: string) => boolean

interface Pin {
  matches: Matches
  version: string
}

interface Dnf5Entry {
  matches: Matches
  exact?: Pin
  range: VersionRange
}

/**
 * Entries of versionlock.toml, as dnf5-versionlock(8) has them: a `[[packages]]` with a name that may have wildcards, and conditions that
 * all have to hold. Of several entries of a name one is enough. One that says nothing of the version pins nothing here.
 */
function dnf5Entries(lines: readonly string[]): Dnf5Entry[] {
  const entries = lines.join("\n").split(/^\s*\[\[\s*packages\s*\]\]/m)
  return entries.slice(1).flatMap((entry) => {
    const [head = "", ...conditions] = entry.split(/^\s*\[\[\s*packages\s*\.\s*conditions\s*\]\]/m)
    const name = tomlString(head, "name")
    const known = conditions.flatMap((one) => {
      const [comparator = "", value = ""] = [tomlString(one, "comparator"), tomlString(one, "value")]
      return tomlString(one, "key") === "evr" && HOLDS[comparator] ? [{ comparator, value }] : []
    })
    if (name === undefined || known.length === 0) return []
    const matches = glob(name, "")
    const exact = known.find(({ comparator }) => comparator === "=")
    const range = {
      words: known.map(({ comparator, value }) => `${comparator} ${value}`).join(" "),
      has: (version: string) => known.every((one) => HOLDS[one.comparator]?.(rpmOrder(version, one.value))),
    }
    return [{ matches, range, ...(exact && { exact: { matches, version: exact.value.replace(/^\d+:/, "") } }) }]
  })
}

const HOLDS: Readonly<Record<string, (order: number) => boolean>> = {
  "=": (order) => order === 0,
  "!=": (order) => order !== 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
}

/** `name = "bash"`: what stands there is written by dnf5, a word a line. */
function tomlString(text: string, key: string): string | undefined {
  return new RegExp(`^\\s*${key}\\s*=\\s*(["'])(.*?)\\1`, "m").exec(text)?.[2]
}

/**
 * A line of versionlock.list, as pkgtup2spec of dnf-plugins-core writes it (`haproxy-0:2.4.22-3.el9.*`), or yum-plugin-versionlock
 * (`0:haproxy-1.5.18-9.el7.*`). `!` keeps one version out and pins nothing. What names no release is of somebody's own hand.
 */
function pinOf(line: string): Pin[] {
  const entry = line.replace(/#.*/, "").trim()
  if (entry === "" || entry.startsWith("!")) return []
  const [, name = entry, version, release] = /^(?:\d+:)?(.+)-(?:\d+:)?([^-]+)-([^-]+)$/.exec(entry) ?? []
  if (version === undefined || release === undefined) return [{ matches: glob(name, ""), version: "*" }]
  return [{ matches: glob(name, ""), version: `${version}-${release.replace(/\.[^.]*$/, "")}` }]
}

/**
 * An entry of /etc/zypp/locks, as locks(5) of libzypp has it and `zypper addlock` writes it (`type: package`, `match_type: glob`,
 * `case_sensitive: on`, `solvable_name: haproxy`). One that goes for some versions, one repository or what is installed only may leave
 * something to install: zypper itself says so.
 */
function lockOf(entry: string): Matches[] {
  const lines = entry.split("\n").map((line) => /^\s*([a-z_]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [])
  const values = (key: string) => lines.flatMap(([, name, value]) => (name === key && value ? [value] : []))
  const [type = "package"] = values("type")
  const [status = "all"] = values("install_status").slice(-1)
  if (type !== "package" || status === "installed" || values("version").length + values("repo").length > 0) return []
  const [match = "substring"] = values("match_type")
  const flags = /^(on|true)$/.test(values("case_sensitive")[0] ?? "") ? "" : "i"
  return values("solvable_name").map((text) => matching(match, text, flags))
}

function matching(match: string, text: string, flags: string): Matches {
  switch (match) {
    case "glob":
      return glob(text, flags)
    case "exact":
      return pattern(`^${literal(text)}$`, flags)
    case "word":
      return pattern(`\\b${literal(text)}\\b`, flags)
    case "regex":
      return pattern(text, flags)
    default:
      return pattern(literal(text), flags)
  }
}

/** Whether names are of a pattern as dnf and yum have it: `*` and `?`. */
export function globbed(text: string): Matches {
  return glob(text, "")
}

function glob(text: string, flags: string): Matches {
  return pattern(`^${text.split("*").map(literal).join(".*").replaceAll("\\?", ".")}$`, flags)
}

/** A user's regular expression may be one that is none here. */
function pattern(source: string, flags: string): Matches {
  try {
    const regex = new RegExp(source, flags)
    return (name) => regex.test(name)
  } catch {
    return () => false
  }
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
}
