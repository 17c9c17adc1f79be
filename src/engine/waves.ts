import { HaopsError } from "../base/errors.ts"
import { type Assessment, assessAll } from "./assess.ts"
import type { Barrier } from "./task.ts"
import { isLive, type World } from "./world.ts"

/** Hosts that are changed side by side. */
export interface Wave {
  hosts: readonly string[]
  /** Hosts of the same group that are changed before; where one of them failed, this wave must not begin. */
  after: readonly string[]
  /** How clients come to them, after "which"; nothing where none do. */
  serving?: string | undefined
}

const BY_VIP = "carries a VIP"

/**
 * In which order the hosts of a barrier are changed: first those that nobody is served by, all at once, then those that carry a VIP or
 * serve clients otherwise, one by one. What is wrong with a change shows on a host where it hurts nobody. A step that changes one host at a time has a wave
 * for each.
 */
export function wavesOf(barrier: Barrier, world: World): readonly Wave[] {
  const assessments = assessAll(barrier, world)
  if (barrier.tasks.some(({ step }) => step.scope === "each" && step.joint && step.mustWait))
    return aloneWaves(assessments)
  const drifted = new Set(assessments.filter((one) => one.drift.length > 0).map((one) => one.host))
  const serving = servingOf(assessments.filter(({ host }) => drifted.has(host)))
  const live = [...world.values()].filter(isLive)
  const idle = live.map((state) => state.host.name).filter((name) => !serving.has(name))
  const groupOf = (name: string) => world.get(name)?.host.group
  const waves: Wave[] = [{ hosts: idle, after: [] }]
  for (const [host, how] of serving) {
    const before = waves.flatMap((wave) => wave.hosts)
    const after = before.filter((name) => drifted.has(name) && groupOf(name) === groupOf(host))
    waves.push({ hosts: [host], after, serving: how })
  }
  return waves
}

/** Who serves clients, and how they come to it: by a VIP before all else. */
function servingOf(assessments: readonly Assessment[]): ReadonlyMap<string, string> {
  const serving = new Map<string, string>()
  for (const { host, servesClients, serving: how = BY_VIP } of assessments)
    if (servesClients && serving.get(host) !== BY_VIP) serving.set(host, how)
  return serving
}

/**
 * In the turn that the step gives them. Hosts that may go now come before those that must not yet: what a run that was cut short left stopped
 * is what holds the others.
 */
function aloneWaves(assessments: readonly Assessment[]): readonly Wave[] {
  const held = (one: Assessment) => one.mustWait !== undefined
  const freeFirst = [...assessments.filter((one) => !held(one)), ...assessments.filter(held)]
  const ordered = freeFirst.sort((one, other) => (one.turn ?? 0) - (other.turn ?? 0))
  return ordered.map(({ host }) => ({ hosts: [host], after: [] }))
}

/** For plans: which hosts have their turn last. */
export function orderNotes(assessments: readonly Assessment[]): readonly string[] {
  const drifted = assessments.filter((one) => one.drift.length > 0)
  const serving = [...servingOf(drifted)]
  const note = (why: string, by: (how: string) => boolean) => {
    const hosts = serving.filter(([, how]) => by(how)).map(([host]) => host)
    return hosts.length === 0 ? [] : [`Changed after the others, one by one, since ${why}: ${hosts.join(", ")}`]
  }
  return [
    ...note("a VIP is there", (how) => how === BY_VIP),
    ...note("clients may be served there", (how) => how !== BY_VIP),
  ]
}

/** Why a wave must not begin: a host before it failed. Undefined where none did. */
export function heldBack({ hosts, after, serving = BY_VIP }: Wave, world: World): HaopsError | undefined {
  const failed = after.filter((name) => world.get(name)?.failure !== undefined)
  if (failed.length === 0) return undefined
  return new HaopsError(
    "E_REFUSED",
    `${failed.join(", ")} failed; ${hosts.join(", ")}, which ${serving}, is left alone`,
    {
      hint: `A host that ${serving} is changed after the others, and only where all went well there.`,
    },
  )
}
