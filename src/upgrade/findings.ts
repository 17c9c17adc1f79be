import type { Finding } from "../base/events.ts"
import { listing } from "../base/words.ts"
import { MANAGERS } from "../host/packages/systems.ts"
import type { Component, VersionChange } from "../model/component.ts"
import type { HostFacts } from "../model/host-facts.ts"
import type { Due } from "./due.ts"
import type { UpgradeState } from "./state.ts"

/** What is not done in place: told before anything is touched. */
export function upgradeFindings(
  components: readonly Component[],
  { changes, kept, along, missing }: Due,
  have: UpgradeState,
  facts: Pick<HostFacts, "host" | "packageManager">,
): readonly Finding[] {
  const { host, packageManager: manager } = facts
  const refused = components.flatMap(({ upgrade }) => changes.flatMap((change) => upgrade?.refuses?.(change) ?? []))
  return [
    ...cutShort(host, have),
    ...newRelease(host, changes.length, have),
    ...refused.map((why): Finding => ({ severity: "error", host, ...why })),
    ...missing.slice(0, 1).map(({ name }) => notOffered(host, name, have)),
    ...(kept.length === 0 || manager === undefined ? [] : [onHold(host, kept, along, manager)]),
  ]
}

/** As by a power cut. Not while a package manager is at work: it is not done yet. */
function cutShort(host: string, { installed, manager, heldBy }: UpgradeState): Finding[] {
  const broken = heldBy === undefined ? installed.filter((one) => one.broken !== undefined) : []
  if (broken.length === 0 || manager === undefined) return []
  const message = `${listing(
    broken.map((one) => `${one.name} is ${one.broken}`),
    9,
  )}: an installation was cut short`
  return [{ severity: "error", host, message, hint: `On the host: ${MANAGERS[manager].database.repair}` }]
}

/** By whose repositories a node would become half of the next release. */
function newRelease(host: string, changes: number, { release, offers }: UpgradeState): Finding[] {
  const next = release && offers.candidates.get(release.name)
  if (release === undefined || next === undefined || changes === 0) return []
  const [from, to] = [release.version, next].map((version) => Number.parseInt(version, 10))
  if (from === to) return []
  return [
    {
      severity: "error",
      host,
      message: `its repositories are those of another release (${release.name} ${release.version}, offered ${next})`,
      hint: REBUILD,
    },
  ]
}

/** How a node comes to a release of its distribution, or of a program, that it cannot become in place. */
export const REBUILD = "That is a rebuild, node by node: haops remove-node NAME, install it anew, haops add-node NAME."

function notOffered(host: string, name: string, { offers }: UpgradeState): Finding {
  const versions = offers.versions.get(name) ?? []
  const hint = versions.length === 0 ? "None of its repositories has it." : `There are: ${listing(versions, 9)}.`
  return { severity: "error", host, message: `no repository of its has that version of ${name}`, hint }
}

function onHold(
  host: string,
  kept: readonly VersionChange[],
  along: readonly VersionChange[],
  manager: NonNullable<HostFacts["packageManager"]>,
): Finding {
  const [names, others] = [kept, along].map((some) => some.map(({ name }) => name)) as [string[], string[]]
  const stay = names.length === 1 ? "is on hold, and stays as it is" : "are on hold, and stay as they are"
  const too =
    others.length === 0 ? "" : `; and so ${others.length === 1 ? "does" : "do"} ${listing(others, 9)}, built along`
  const hint = `If that is over, on the host: ${MANAGERS[manager].release(names)}`
  return { severity: "warning", host, message: `${listing(names, 9)} ${stay}${too}`, hint }
}
