import { type AdoptedBooth, adoptBooth } from "../booth/adopt.ts"
import { formatPath, type InputProblem, type Path } from "../document/problems.ts"
import type { Choices } from "../pacemaker/adopt/choices.ts"
import type { RuleIds } from "../pacemaker/adopt/held-yaml.ts"
import type { CibVerdict } from "../pacemaker/adopt/judge.ts"
import type { Agents } from "../pacemaker/agents/metadata.ts"
import type { Findings } from "./findings.ts"

/** One way of putting what runs into words. */
export interface Wording {
  choices: Choices
  /** The section booth is said. */
  booth: AdoptedBooth | undefined
  /** The section haproxy is said; else it is a comment. */
  haproxy: boolean
  /** Places that the inventory's own checks do not take, with why: what would stand there is left out. */
  without: readonly { path: Path; why: string }[]
}

/** What an inventory's text was made of, to find what its checks speak of. */
export interface Written {
  text: string
  told: readonly string[]
  /** Names of the VIPs that are the cluster's. */
  vips: readonly string[]
  constraintIds: readonly string[]
  levelIds: readonly string[]
  ruleIds: RuleIds
  fencingIds: readonly string[]
}

/** The section haproxy where it makes what the cluster has; else a resource like others, and the section as a comment. */
export function waysOf({ haproxy, cib, beside, booth: files }: Findings, agents: Agents): readonly Wording[] {
  const booth = cib && adoptBooth(cib.parsed.resources, files, agents)
  const way = (placement: Choices["placement"], says: boolean): Wording => {
    return {
      choices: { agents, placement, booth, plain: new Map(), refused: new Map() },
      booth,
      haproxy: says,
      without: [],
    }
  }
  if (haproxy === undefined) return [way(undefined, false)]
  if (cib === undefined || beside.balancers.length > 0) return [way(undefined, true), way(undefined, false)]
  return [way("everywhere", true), way("with-vip", true), way(undefined, true), way(undefined, false)]
}

interface Outcome {
  problems: readonly InputProblem[]
  verdict: CibVerdict
  written: Written
}

/** The wording with less in it; undefined where nothing more can be left out. */
export function narrower(wording: Wording, { problems, verdict, written }: Outcome): Wording | undefined {
  const { choices } = wording
  if (wording.booth !== undefined && changesBooth(wording.booth, verdict, problems)) {
    return { ...wording, booth: undefined, choices: { ...choices, booth: undefined } }
  }
  const refused = new Map(choices.refused)
  const others = written.vips.filter((id) => verdict.resources.has(id))
  const plain = new Map([...choices.plain, ...others.map((id) => [id, "haops would change it"] as const)])
  const without = [...wording.without]
  for (const { path = [], message } of problems) {
    const why = message.replace(/^\S+: /, "")
    const key = keyOf(path, written)
    if (key !== undefined) refused.set(key, why)
    else if (path[0] === "vips" && written.vips.includes(String(path[1]))) plain.set(String(path[1]), why)
    else if (path.length > 0 && path[0] !== "controllers") leaveOut(without, path, why)
  }
  const more =
    plain.size > choices.plain.size || refused.size > choices.refused.size || without.length > wording.without.length
  return more ? { ...wording, choices: { ...choices, plain, refused }, without } : undefined
}

function changesBooth(
  { vip, service }: AdoptedBooth,
  { resources }: CibVerdict,
  problems: readonly InputProblem[],
): boolean {
  const refused = problems.some(({ path = [] }) => path[0] === "booth" || (path[0] === "vips" && path[1] === vip))
  return refused || resources.has(vip) || resources.has(service)
}

function leaveOut(without: { path: Path; why: string }[], path: Path, why: string): void {
  const place = path.slice(0, DEPTHS[path[0]!] ?? 1)
  if (!without.some((one) => formatPath(one.path) === formatPath(place))) without.push({ path: place, why })
}

/** How many keys deep what is left out as a whole stands. */
const DEPTHS: Readonly<Record<string, number>> = { pacemaker: 3, vips: 2, keepalived: 2, sysctl: 2 }

/** What stands in the CIB, by kind and name. */
function keyOf(
  [section, part, item, name]: Path,
  { constraintIds, levelIds, ruleIds, fencingIds }: Written,
): string | undefined {
  if (section !== "pacemaker" || item === undefined) return undefined
  switch (part) {
    case "resources":
      return `resource ${item}`
    case "fencing":
      return `resource ${fencingIds[Number(item)]}`
    case "constraints":
      return `constraint ${constraintIds[Number(item)]}`
    case "fencingLevels":
      return `fencing level ${levelIds[Number(item)]}`
    case "resourceDefaultRules":
    case "operationDefaultRules":
      return `rule ${ruleIds[part][Number(item)]}`
    case "templates":
      return `template ${item}`
    case "bundles":
      return `bundle ${item}`
    case "tags":
      return `tag ${item}`
    case "alerts":
      return `alert ${item}`
    case "acls":
      return name === undefined ? undefined : `ACL ${String(item).replace(/s$/, "")} ${name}`
    case "properties":
      return `property ${item}`
    case "resourceDefaults":
      return `resource-default ${item}`
    case "operationDefaults":
      return `operation-default ${item}`
    default:
      return undefined
  }
}
