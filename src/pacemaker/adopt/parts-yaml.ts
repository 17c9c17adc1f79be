import type { Remark } from "../../document/draft.ts"
import type { CibElement, CibPart, SectionKind } from "../../model/inventory.ts"
import type { Cib } from "../cib.ts"
import { sameElement } from "../parts/element.ts"
import { isHeld, partKey } from "../parts/kinds.ts"
import { isSensitiveName } from "../secret-names.ts"
import { accountPart, alertPart, levelPart, rolePart, tagPart } from "../section/part-elements.ts"
import {
  aclsSchema,
  alertSchema,
  type FencingLevelYaml,
  fencingLevelSchema,
  tagsSchema,
} from "../section/parts-schema.ts"
import { templateSchema } from "../section/resource-schema.ts"
import type { PacemakerYaml } from "../section/schema.ts"
import { templatePart } from "../section/templates.ts"
import { bundleYaml } from "./bundle-yaml.ts"
import type { Choices } from "./choices.ts"
import { operationsYaml } from "./resource-yaml.ts"
import { nonEmpty, scalarOf, scalarsOf, shownXml } from "./words.ts"

export interface AdoptedParts {
  yaml: Pick<PacemakerYaml, "templates" | "bundles" | "tags" | "alerts" | "fencingLevels" | "acls">
  /** Ids of the fencing levels, in their order. */
  levelIds: readonly string[]
  remarks: readonly Remark[]
}

/** Tags, alerts, fencing levels and access control in an inventory's words. What it would not make again as it is, is among the remarks. */
export function adoptParts({ parts, resources }: Cib, { refused }: Choices): AdoptedParts {
  const templates: Record<string, unknown> = {}
  const bundles: Record<string, unknown> = {}
  const tags: Record<string, unknown> = {}
  const alerts: Record<string, unknown> = {}
  const acls = {
    roles: {} as Record<string, unknown>,
    users: {} as Record<string, unknown>,
    groups: {} as Record<string, unknown>,
  }
  const fencingLevels: unknown[] = []
  const levelIds: string[] = []
  const remarks: Remark[] = []
  const places: Readonly<Record<SectionKind, Record<string, unknown> | unknown[]>> = {
    template: templates,
    bundle: bundles,
    tag: tags,
    alert: alerts,
    "ACL role": acls.roles,
    "ACL user": acls.users,
    "ACL group": acls.groups,
    "fencing level": fencingLevels,
  }
  for (const part of parts) {
    const { kind } = part
    if (isHeld(kind)) continue
    const yaml = yamlOf({ ...part, kind })
    const why = refused.get(partKey(part)) ?? (yaml === undefined ? "an inventory has no words for this" : undefined)
    const place = places[kind]
    // One that is left out has been told, with what runs in it; it is left out with that.
    const held = resources.filter(({ bundle }) => kind === "bundle" && bundle === part.id)
    if (held.some(({ id }) => refused.has(`resource ${id}`)) || (kind === "bundle" && why !== undefined)) continue
    if (why !== undefined)
      remarks.push({ path: ["pacemaker", ""], text: shownXml(`${why}; it stays as it is`, [part.element]) })
    else if (Array.isArray(place)) {
      place.push(yaml)
      levelIds.push(part.id)
    } else place[part.id] = yaml
  }
  const yaml = nonEmpty({
    templates,
    bundles,
    tags,
    alerts,
    fencingLevels,
    acls: nonEmpty(acls),
  }) as AdoptedParts["yaml"]
  return { yaml, levelIds, remarks }
}

/** Undefined where an inventory would not make the same of it, or it holds what may be a secret. */
function yamlOf(part: CibPart & { kind: SectionKind }): unknown {
  if (part.kind === "bundle") return bundleYaml(part)
  if (holdsSecret(part.element)) return undefined
  const { kind } = part
  const { again, yaml } = wordsOf({ ...part, kind })
  return again !== undefined && sameElement(again.element, part.element) ? yaml : undefined
}

/** A path tells where one is. */
function holdsSecret({ name, attributes, children }: CibElement): boolean {
  const { name: called = "", value = "" } = attributes
  return (name === "nvpair" && isSensitiveName(called) && !value.startsWith("/")) || children.some(holdsSecret)
}

interface Words {
  yaml: unknown
  /** What an inventory would make of it. */
  again: CibPart | undefined
}

function wordsOf({ kind, id, element }: CibPart & { kind: Exclude<SectionKind, "bundle"> }): Words {
  const ids = element.children.map(({ attributes }) => attributes.id ?? "")
  switch (kind) {
    case "tag":
      return read(tagsSchema.safeParse({ [id]: ids }), (tags) => [ids, tagPart(id, tags[id]!)])
    case "template":
      return read(templateSchema.safeParse(templateYaml(element)), (yaml) => [yaml, templatePart(id, yaml)])
    case "alert":
      return read(alertSchema.safeParse(alertYaml(element)), (yaml) => [yaml, alertPart(id, yaml)])
    case "fencing level":
      return read(fencingLevelSchema.safeParse(levelYaml(element)), (yaml) => [yaml, levelPart(yaml, 1)])
    case "ACL role":
      return read(aclsSchema.safeParse({ roles: { [id]: element.children.map(permissionYaml) } }), ({ roles }) => [
        roles![id]!,
        rolePart(id, roles![id]!),
      ])
    case "ACL user":
      return read(aclsSchema.safeParse({ users: { [id]: ids } }), () => [ids, accountPart(kind, id, ids)])
    case "ACL group":
      return read(aclsSchema.safeParse({ groups: { [id]: ids } }), () => [ids, accountPart(kind, id, ids)])
  }
}

type Result<Yaml> = { success: true; data: Yaml } | { success: false }

function read<Yaml>(result: Result<Yaml>, words: (yaml: Yaml) => readonly [unknown, CibPart]): Words {
  if (!result.success) return { yaml: undefined, again: undefined }
  const [yaml, again] = words(result.data)
  return { yaml, again }
}

function templateYaml({ attributes: { class: standard, provider, type }, children }: CibElement): unknown {
  const { options: parameters, meta } = setsYaml({ children })
  const room = children.find(({ name }) => name === "utilization")
  const pairs = room?.children.map(({ attributes: { name = "", value = "" } }) => [name, value]) ?? []
  const operations = (children.find(({ name }) => name === "operations")?.children ?? []).map((operation) => {
    const { id: _, name = "", ...options } = operation.attributes
    const further = operation.children.flatMap((set) =>
      set.children.map(({ attributes: said }) => [said.name, said.value]),
    )
    return { name, options: { ...options, ...Object.fromEntries(further) } }
  })
  return {
    agent: [standard, provider, type].filter(Boolean).join(":"),
    ...nonEmpty({
      parameters,
      meta,
      operations: operationsYaml(operations),
      utilization: scalarsOf(Object.fromEntries(pairs)),
    }),
  }
}

function alertYaml({ attributes, children }: CibElement): unknown {
  const select = children
    .find(({ name }) => name === "select")
    ?.children.map((one) => {
      if (one.name !== "select_attributes") return one.name.replace("select_", "")
      return { attributes: one.children.map(({ attributes: said }) => said.name ?? "") }
    })
  const recipients = children
    .filter(({ name }) => name === "recipient")
    .map((one) => {
      const more = setsYaml(one)
      const { value = "" } = one.attributes
      return Object.keys(more).length === 0 ? value : { value, ...more }
    })
  return { path: attributes.path, ...setsYaml({ children }), ...nonEmpty({ select, recipients }) }
}

function setsYaml({ children }: Pick<CibElement, "children">) {
  const values = (kind: string) =>
    scalarsOf(
      Object.fromEntries(
        children
          .filter(({ name }) => name === kind)
          .flatMap((set) => set.children.map(({ attributes: { name = "", value = "" } }) => [name, value])),
      ),
    )
  return nonEmpty({ options: values("instance_attributes"), meta: values("meta_attributes") })
}

function levelYaml({ attributes: said }: CibElement): Partial<FencingLevelYaml> {
  const value = said["target-value"]
  return {
    ...nonEmpty({
      node: said.target,
      pattern: said["target-pattern"],
      attribute: said["target-attribute"],
      value: value === undefined ? undefined : scalarOf(value),
    }),
    level: Number(said.index),
    devices: said.devices?.split(",") ?? [],
  } as Partial<FencingLevelYaml>
}

function permissionYaml({ attributes: said }: CibElement): unknown {
  const { kind = "", xpath, reference, "object-type": type, attribute } = said
  return { [kind]: xpath ?? reference ?? nonEmpty({ type, attribute }) }
}
