import type { Finding } from "../../base/events.ts"
import { listing } from "../../base/words.ts"
import type { HostFacts } from "../../model/host-facts.ts"
import { type PackageWant, satisfied } from "./drift.ts"
import { howToHaRepository, knowsHaRepository } from "./ha-repository.ts"
import { globbed, takes } from "./locks.ts"
import type { PackageState } from "./state.ts"
import { MANAGERS } from "./systems.ts"

type Manager = NonNullable<HostFacts["packageManager"]>

/** What cannot be installed or changed, because somebody decided that the manager leaves it as it is. */
export function packageFindings(
  wanted: readonly PackageWant[],
  have: PackageState,
  manager: HostFacts["packageManager"] = "apt",
): readonly Finding[] {
  const due = wanted.filter((one) => !satisfied(one, have))
  const names = due.filter(({ name }) => have.kept.has(name) || have.locks.locked(name)).map(({ name }) => name)
  return [
    ...(names.length === 0 ? [] : [onHold(names, manager)]),
    ...due.flatMap((one) => pinned(one, have, manager)),
    ...excluded(due, have, manager),
    ...moduleOff(due, have, manager),
  ]
}

/** Where pacemaker and its kin are needed, and the host has no repository that is known for them. Its own may have them all the same. */
export function haRepositoryFindings(
  wanted: readonly PackageWant[],
  { installed, repositories }: PackageState,
  facts: HostFacts,
): readonly Finding[] {
  const missing = wanted
    .filter(({ name }) => HA_PACKAGES.includes(name) && !installed.has(name))
    .map(({ name }) => name)
  const vendorKeepsItApart = facts.family === "el" || facts.os === "sles"
  if (!vendorKeepsItApart || repositories === undefined || missing.length === 0) return []
  if (knowsHaRepository(repositories, facts)) return []
  const message = `none of the host's repositories is known to have ${listing(missing, 3)}`
  return [{ severity: "warning", message, hint: howToHaRepository(facts) }]
}

const HA_PACKAGES: readonly string[] = ["pacemaker", "corosync", "pcs", "crmsh"]

function onHold(names: readonly string[], manager: Manager): Finding {
  const [is, it] = names.length === 1 ? ["is", "it"] : ["are", "them"]
  const message = `${listing(names, 9)} ${is} needed, and on hold: somebody told ${manager} to leave ${it} alone`
  return { severity: "error", message, hint: `If that is over, on the host: ${MANAGERS[manager].release(names)}` }
}

/** Whether a version that a package is held at can still be had only its repository knows; that another one cannot is certain. */
function pinned({ name, version }: PackageWant, { locks }: PackageState, manager: Manager): Finding[] {
  const told = [...(locks.versions(name) ?? []), ...locks.ranges(name).map(({ words }) => words)]
  if (told.length === 0) return []
  const only = `somebody told ${manager} to take ${listing(told, 9)} only`
  const hint = `If that is over, on the host: ${MANAGERS[manager].release([name])}`
  if (version === undefined) return [{ severity: "warning", message: `${name} is needed, and ${only}`, hint }]
  if (takes(locks, name, version) === true) return []
  return [{ severity: "error", message: `${name} is needed as ${version}, and ${only}`, hint }]
}

/** What all repositories are kept from giving is nowhere to be had; what one of them is kept from, another one may have. */
function excluded(due: readonly PackageWant[], { repositories }: PackageState, manager: Manager): Finding[] {
  return (repositories?.excludes ?? []).flatMap(({ from, pattern }): Finding[] => {
    const names = due.map(({ name }) => name).filter(globbed(pattern))
    if (names.length === 0) return []
    const is = names.length === 1 ? "is" : "are"
    const message = `${listing(names, 9)} ${is} needed, and excluded: somebody told ${manager} to leave out ${pattern}`
    const all = from === "main"
    const hint = `If that is over, take it out of ${all ? `the exclude line of ${CONF[manager]}` : `repository ${from}'s exclude line`}.`
    return [{ severity: all ? "error" : "warning", message: all ? message : `${message} of repository ${from}`, hint }]
  })
}

const CONF: Readonly<Partial<Record<Manager, string>>> = { dnf: "/etc/dnf/dnf.conf", yum: "/etc/yum.conf" }

/** A module's packages mostly begin with its name: mariadb-server, of mariadb. */
function moduleOff(due: readonly PackageWant[], { repositories }: PackageState, manager: Manager): Finding[] {
  return (repositories?.modulesOff ?? []).flatMap((module): Finding[] => {
    const names = due.map(({ name }) => name).filter((name) => name === module || name.startsWith(`${module}-`))
    if (names.length === 0) return []
    const is = names.length === 1 ? "is" : "are"
    const message = `${listing(names, 9)} ${is} needed, and the module ${module} is disabled`
    return [{ severity: "warning", message, hint: `If that is over, on the host: ${manager} module reset ${module}` }]
  })
}
