import type { Remark } from "../../document/draft.ts"
import type { Constraint } from "../../model/inventory.ts"
import { asUsual } from "../as-named.ts"
import type { Cib, CibConstraint, Section } from "../cib.ts"
import { parseCib } from "../cib-parse.ts"
import { sameConstraint } from "../diff-constraint.ts"
import { PART_PLACES } from "../parts/kinds.ts"
import { resolved } from "../parts/references.ts"
import type { ConstraintYaml } from "../section/constraint-schema.ts"
import type { PacemakerYaml } from "../section/schema.ts"
import { HAPROXY_CLONE, tiesOf } from "../section/vip-resources.ts"
import { isFalse, isTrue } from "../values.ts"
import { watchdogTimeout } from "../watchdog-timeout.ts"
import { child, childrenOf, type Element, parseXml } from "../xml.ts"
import type { Choices } from "./choices.ts"
import { constraintYaml } from "./constraint-yaml.ts"
import { adoptHeld, type RuleIds } from "./held-yaml.ts"
import { isSectionHaproxy } from "./made.ts"
import { adoptParts } from "./parts-yaml.ts"
import { type AdoptedResources, adoptResources } from "./resources.ts"
import { nonEmpty, scalarsOf, shownXml } from "./words.ts"

export interface AdoptedCib extends Pick<AdoptedResources, "vips" | "haproxy"> {
  /** Of the section pacemaker: all that is in the CIB. */
  pacemaker: Partial<PacemakerYaml>
  /** Ids of its constraints, in their order. */
  constraintIds: readonly string[]
  /** Ids of its fencing levels, in their order. */
  levelIds: readonly string[]
  ruleIds: RuleIds
  remarks: readonly Remark[]
}

/**
 * A CIB as sections of an inventory. What those have no words for is among the remarks, at the place where it would stand.
 * The constraints that haops makes by itself between VIPs and haproxy are not said.
 */
export function adoptCib(text: string, choices: Choices): AdoptedCib {
  const cib = byUsualName(parseCib(text), choices)
  const written = child(parseXml(text), "configuration")
  const configuration = written && resolved(written)
  const resources = adoptResources(child(configuration, "resources"), cib, choices)
  const { placement } = choices
  const vips = Object.keys(resources.vips).map((name) => ({ name }))
  const ties = placement === undefined || resources.haproxy === undefined ? [] : tiesOf(vips, { placement }, [])
  const constraints = adoptConstraints(child(configuration, "constraints"), cib, choices, ties)
  const parts = adoptParts(cib, choices)
  const held = adoptHeld(cib, choices)
  const properties = propertiesOf(cib, choices, resources.fencing.length > 0)
  const pacemaker: Partial<PacemakerYaml> = nonEmpty({
    properties: properties.yaml,
    resourceDefaults: scalarsOf(taken("resource-default", cib, choices)),
    operationDefaults: scalarsOf(taken("operation-default", cib, choices)),
    fencing: [...resources.fencing],
    resources: { ...resources.resources },
    constraints: constraints.map(({ yaml }) => yaml).filter((yaml) => yaml !== undefined),
    ...held.yaml,
    ...parts.yaml,
  })
  return {
    pacemaker,
    vips: resources.vips,
    haproxy: resources.haproxy,
    constraintIds: constraints.flatMap(({ id, yaml }) => (yaml === undefined ? [] : [id])),
    levelIds: parts.levelIds,
    ruleIds: held.ruleIds,
    remarks: [
      ...properties.remarks,
      ...refusedValues(cib, choices),
      ...resources.remarks,
      ...constraints.flatMap(({ remark }) => remark ?? []),
      ...parts.remarks,
      ...held.remarks,
      ...besides(configuration),
    ],
  }
}

/** The section haproxy says its clone by one name, whatever it is called. */
function byUsualName(cib: Cib, { placement }: Choices): Cib {
  const name = placement && cib.resources.find(isSectionHaproxy)?.clone?.id
  return name === undefined ? cib : asUsual(cib, { usual: HAPROXY_CLONE, name })
}

/** What the cluster writes there by itself. */
const ITS_OWN = ["have-watchdog", "dc-version", "cluster-infrastructure", "cluster-name", "last-lrm-refresh"]

function propertiesOf(cib: Cib, choices: Choices, fences: boolean) {
  const { "maintenance-mode": maintenance, "stonith-enabled": fencing, ...rest } = taken("property", cib, choices)
  const own = Object.entries(rest).filter(([name]) => !ITS_OWN.includes(name))
  const remarks: Remark[] = []
  const path = ["pacemaker", "properties"]
  if (isTrue(maintenance))
    remarks.push({
      path: [...path, ""],
      text: "maintenance-mode=true, as an operator left it; haops maintenance off ends it",
    })
  // Haops says false where the inventory has no device, and counts on no watchdog.
  const watched = watchdogTimeout(rest) !== undefined
  const said = fences || watched ? fencing : isFalse(fencing) ? undefined : (fencing ?? "true")
  if (!fences && !watched && fencing === undefined)
    remarks.push({
      path: [...path, "stonith-enabled"],
      text: "pacemaker's default, which is to stay: haops turns fencing off where no device is named",
    })
  const yaml = scalarsOf({ ...Object.fromEntries(own), ...(said === undefined ? {} : { "stonith-enabled": said }) })
  return { yaml, remarks }
}

/** The attributes of a section, but for those that the inventory refuses. */
function taken(section: Section, cib: Cib, { refused }: Choices): Record<string, string> {
  const all = Object.entries(cib.sections[section].values)
  return Object.fromEntries(all.filter(([name]) => !refused.has(`${section} ${name}`)))
}

const KEYS = {
  property: "properties",
  "resource-default": "resourceDefaults",
  "operation-default": "operationDefaults",
} as const satisfies Record<Section, string>

function refusedValues(cib: Cib, { refused }: Choices): readonly Remark[] {
  return (Object.keys(KEYS) as Section[]).flatMap((section) =>
    Object.entries(cib.sections[section].values).flatMap(([name, value]) => {
      const why = refused.get(`${section} ${name}`)
      if (why === undefined) return []
      return [{ path: ["pacemaker", KEYS[section], ""], text: `${name}=${value} stays as it is: ${why}` }]
    }),
  )
}

interface AdoptedConstraint {
  id: string
  yaml?: ConstraintYaml | undefined
  remark?: Remark | undefined
}

function adoptConstraints(
  section: Element | undefined,
  cib: Cib,
  { refused }: Choices,
  ties: readonly Constraint[],
): readonly AdoptedConstraint[] {
  const elements = section?.children ?? []
  return cib.constraints.flatMap((constraint, at): AdoptedConstraint[] => {
    if (ties.some((tie) => sameConstraint(tie, constraint))) return []
    const { id } = constraint
    const yaml = constraintYaml(constraint)
    const why = refused.get(`constraint ${id}`) ?? leftOut(constraint, yaml)
    if (why === undefined) return [{ id, yaml }]
    const text = shownXml(`${why}; it stays as it is`, [elements[at]!])
    return [{ id, remark: { path: ["pacemaker", "constraints", Number.MAX_SAFE_INTEGER], text } }]
  })
}

function leftOut({ id }: CibConstraint, yaml: ConstraintYaml | undefined): string | undefined {
  if (id.startsWith("cli-")) return "left by a move or a ban, until crm_resource --clear takes it back"
  return yaml === undefined ? "an inventory has no words for this constraint" : undefined
}

const READ = ["crm_config", "nodes", "resources", "constraints", "rsc_defaults", "op_defaults"]
/** Of these each part is looked at by itself. */
const IN_PARTS = Object.values(PART_PLACES).map(({ section }) => section)

/** Whole sections, and sets that hold by a rule. */
function besides(configuration: Element | undefined): readonly Remark[] {
  const why = "an inventory has no words for this; it stays as it is"
  const others = (configuration?.children ?? []).filter(
    ({ name, children }) => ![...READ, ...IN_PARTS].includes(name) && children.length > 0,
  )
  const sets = READ.flatMap((name) => child(configuration, name)?.children ?? []).filter(
    (set) => /^(cluster_property_set|meta_attributes)$/.test(set.name) && isBeyond(set),
  )
  const nodes = childrenOf(child(configuration, "nodes"), "node").flatMap((node): Remark[] => {
    const sets = node.children.filter(isBeyond)
    if (sets.length === 0) return []
    return [{ path: ["controllers", node.attributes.uname ?? ""], text: shownXml(why, sets) }]
  })
  return [
    ...nodes,
    ...[...sets, ...others].map((element) => ({ path: ["pacemaker", ""], text: shownXml(why, [element]) })),
  ]
}

function isBeyond(set: Element): boolean {
  const inDefaults = set.name === "meta_attributes"
  return !inDefaults && child(set, "rule") !== undefined
}
