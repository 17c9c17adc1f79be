import { keepsFrom } from "../host/packages/locks.ts"
import { type Installed, withSiblings } from "../host/packages/stock.ts"
import type { VersionChange } from "../model/component.ts"
import type { UpgradeState } from "./state.ts"

/** What a host's upgrade comes to. */
export interface Due {
  changes: readonly VersionChange[]
  /** On hold, though there is another version. */
  kept: readonly VersionChange[]
  /** Not on hold, but built along with what is: without that, its own version would not run with theirs. */
  along: readonly VersionChange[]
  /** The version that was asked for is not to be had of these. */
  missing: readonly Installed[]
}

/**
 * From the names of packages, and the version that was asked for, what is to change: all that was built along with them too. A version
 * that was asked for is of the first package that is there, and of what was built along with that.
 */
export function dueOf(names: readonly string[], to: string | undefined, have: UpgradeState): Due {
  const first = names.find((name) => have.installed.some((one) => one.name === name))
  const subject = to === undefined ? names : first === undefined ? [] : [first]
  const all = withSiblings(have.installed, subject)
  const changes = all.flatMap((one): (VersionChange & Pick<Installed, "kept" | "source">)[] => {
    const version = to === undefined ? have.offers.candidates.get(one.name) : versionLike(to, one, have)
    if (version === undefined || version === one.version) return []
    const kept = one.kept || keepsFrom(have.locks, one.name, version)
    return [{ name: one.name, from: one.version, to: version, kept, source: one.source }]
  })
  const held = new Set(changes.filter(({ kept }) => kept).map(({ source }) => source))
  const plain = ({ kept: _, source: __, ...change }: (typeof changes)[number]): VersionChange => change
  return {
    changes: changes.filter(({ source }) => !held.has(source)).map(plain),
    kept: changes.filter(({ kept }) => kept).map(plain),
    along: changes.filter(({ kept, source }) => !kept && held.has(source)).map(plain),
    missing:
      to === undefined ? [] : all.filter((one) => one.name === first && versionLike(to, one, have) === undefined),
  }
}

/** `2.6.12-1`, `2.6.*`, and 2.6.12 for any packaging of it; the newest of several. */
function versionLike(to: string, { name, version }: Installed, { offers }: UpgradeState): string | undefined {
  const known = [...(offers.versions.get(name) ?? []), version]
  const bare = (one: string) => one.replace(/^\d+:/, "")
  const like = to.endsWith("*")
    ? (one: string) => bare(one).startsWith(to.slice(0, -1))
    : (one: string) => one === to || bare(one) === to || /^[-+~]/.test(tailOf(bare(one), to) ?? "")
  return known.find(like)
}

function tailOf(text: string, start: string): string | undefined {
  return text.startsWith(start) ? text.slice(start.length) : undefined
}

/** Units that are to restart for these changes, and for what an earlier run owes, each once, in the components' order. */
export function unitsOf(
  changes: readonly Pick<VersionChange, "name">[],
  have: UpgradeState,
  runs: Readonly<Record<string, readonly string[]>>,
): readonly string[] {
  const changed = new Set(changes.map(({ name }) => name))
  const due = Object.entries(runs).flatMap(([name, units]) => {
    const along = withSiblings(have.installed, [name])
    return along.some((one) => changed.has(one.name)) ? units : []
  })
  return [...new Set([...due, ...(have.unfinished?.units ?? [])])]
}
