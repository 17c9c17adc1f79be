import type { Remark } from "../../document/draft.ts"
import type { HaproxyYaml } from "../../haproxy/section/schema.ts"
import type { VipsYaml } from "../../vip/section/schema.ts"
import { metaOf } from "../bundle-hand.ts"
import type { Cib, CibResource } from "../cib.ts"
import { partKey } from "../parts/kinds.ts"
import { templateOf } from "../parts/template.ts"
import { setOnNode } from "../per-node.ts"
import type { FencingYaml, ResourceYaml } from "../section/resource-schema.ts"
import { child, descendants, type Element } from "../xml.ts"
import { bundleYaml } from "./bundle-yaml.ts"
import type { Choices } from "./choices.ts"
import { heldYaml } from "./held-yaml.ts"
import { haproxyTuning, isSectionHaproxy, vipYaml } from "./made.ts"
import { operatorRemarks, resourceWords } from "./resource-yaml.ts"
import { shownXml } from "./words.ts"

export interface AdoptedResources {
  fencing: readonly FencingYaml[]
  resources: Readonly<Record<string, ResourceYaml>>
  vips: VipsYaml
  /** Of the section haproxy: what it says of the cluster's resource. */
  haproxy: Partial<HaproxyYaml> | undefined
  remarks: readonly Remark[]
}

const RESOURCES = ["pacemaker", "resources"]

/** The resources of a CIB in the inventory's words; what has none is among the remarks. */
export function adoptResources(section: Element | undefined, cib: Cib, choices: Choices): AdoptedResources {
  const remarks: Remark[] = []
  const fencing: FencingYaml[] = []
  const resources: Record<string, ResourceYaml> = {}
  const vips: VipsYaml = {}
  let haproxy: Partial<HaproxyYaml> | undefined
  for (const element of section?.children ?? []) {
    if (element.name === "template") continue
    const why =
      beyondWords(element) ??
      bundleBeyond(element, cib, choices) ??
      deviceOfTemplate(element, cib) ??
      refused(element, cib, choices)
    if (why !== undefined) {
      remarks.push({ path: [...RESOURCES, ""], text: shownXml(`${why}; it stays as it is`, [element]) })
      continue
    }
    for (const resource of resourcesIn(element, cib)) {
      if (resource.id === choices.booth?.service) {
        remarks.push(...operatorRemarks(resource, ["booth"]))
        continue
      }
      const loose = resource.id === choices.booth?.vip ? { ...resource, group: undefined } : resource
      const vip = choices.plain.has(resource.id) ? undefined : vipYaml(loose, choices.agents)
      const place = placeOf(resource, { vip, fencing, choices })
      const words = resourceWords(resource, place, choices.agents)
      const held =
        vip !== undefined || isTaken(resource, choices) || resource.fencing ? undefined : heldYaml(resource.id, cib)
      if (vip !== undefined) vips[resource.id] = vip
      else if (isTaken(resource, choices)) haproxy = haproxyTuning(resource, choices.placement!, choices.agents)
      else if (resource.fencing) {
        fencing.push({
          name: resource.id,
          agent: resource.agent.replace(/^stonith:/, ""),
          ...words.yaml,
        } as FencingYaml)
      } else resources[resource.id] = { agent: resource.agent, ...words.yaml, ...held?.yaml } as ResourceYaml
      const made = vip !== undefined || isTaken(resource, choices)
      remarks.push(...(made ? operatorRemarks(resource, place) : words.remarks))
      remarks.push(
        ...notSaid(element, resource.id, { path: place, held, cib }),
        ...notAmongVips(resource.id, place, choices),
      )
    }
    remarks.push(...aroundIt(element), ...bundleRemarks(element))
  }
  return { fencing, resources, vips, haproxy, remarks }
}

function notAmongVips(id: string, path: Remark["path"], { plain }: Choices): readonly Remark[] {
  const why = plain.get(id)
  return why === undefined ? [] : [{ path, text: `not among vips: ${why}` }]
}

function isTaken(resource: CibResource, { placement }: Choices): boolean {
  return placement !== undefined && isSectionHaproxy(resource)
}

function placeOf(
  resource: CibResource,
  { vip, fencing, choices }: { vip: unknown; fencing: readonly FencingYaml[]; choices: Choices },
): readonly (string | number)[] {
  if (vip !== undefined) return ["vips", resource.id]
  if (isTaken(resource, choices)) return ["haproxy"]
  return resource.fencing ? ["pacemaker", "fencing", fencing.length] : [...RESOURCES, resource.id]
}

/** In the order of the document. */
function resourcesIn(element: Element, { resources }: Cib): readonly CibResource[] {
  const ids = new Set(primitives(element).map(({ attributes }) => attributes.id))
  return resources.filter(({ id }) => ids.has(id))
}

function primitives(element: Element): readonly Element[] {
  return [...descendants(element)].filter(({ name }) => name === "primitive")
}

/** Why an inventory cannot say what this is. */
function beyondWords(element: Element): string | undefined {
  const { name } = element
  if (!["primitive", "group", "clone", "master", "bundle"].includes(name))
    return `an inventory has no word for <${name}>`
  const inner = primitives(element)
  if (name !== "primitive" && inner.some(({ attributes }) => attributes.class === "stonith"))
    return "a fencing device in a clone, group or bundle has no words in an inventory"
  if (name === "clone" || name === "master") {
    if (child(element, "group") !== undefined) return "an inventory has no word for a cloned group"
  }
  return undefined
}

function bundleBeyond({ name, attributes }: Element, { parts }: Cib, { refused }: Choices): string | undefined {
  const part = parts.find(({ kind, id }) => kind === "bundle" && id === attributes.id)
  if (name !== "bundle" || part === undefined) return undefined
  if (child(part.element, "rkt") !== undefined) return "pacemaker 3 has dropped rkt, for which an inventory has no word"
  const why = refused.get(partKey(part))
  return why ?? (bundleYaml(part) === undefined ? "an inventory has no words for all of this bundle" : undefined)
}

function bundleRemarks(element: Element): readonly Remark[] {
  if (element.name !== "bundle") return []
  return operatorRemarks({ meta: metaOf(element) }, ["pacemaker", "bundles", element.attributes.id ?? ""])
}

function deviceOfTemplate(element: Element, cib: Cib): string | undefined {
  const made = resourcesIn(element, cib).some(({ fencing, agent }) => fencing && templateOf(agent) !== undefined)
  return made ? "a fencing device that is made from a template has no words in an inventory" : undefined
}

/** Why the inventory did not take it. */
function refused(element: Element, cib: Cib, { refused }: Choices): string | undefined {
  return resourcesIn(element, cib)
    .map(({ id }) => refused.get(`resource ${id}`))
    .find((why) => why !== undefined)
}

/** What of a primitive an inventory has no words for, though it has words for the rest. */
function notSaid(
  around: Element,
  id: string,
  { path, held, cib }: { path: Remark["path"]; held: ReturnType<typeof heldYaml> | undefined; cib: Cib },
): readonly Remark[] {
  const ids = (all: readonly { attributes: Element["attributes"] }[]) => all.map(({ attributes }) => attributes.id)
  const own = cib.parts.filter(({ holder }) => holder === id).map(({ element }) => element)
  const left = ids(held === undefined ? own : held.left)
  const said = ({ attributes }: Element) =>
    (ids(own).includes(attributes.id) && !left.includes(attributes.id)) ||
    attributes.id?.startsWith(setOnNode(id, "")) === true
  const element = primitives(around).find(({ attributes }) => attributes.id === id)!
  const parts = [...element.children.filter((one) => (isSometimes(one) || !PARTS.includes(one.name)) && !said(one))]
  const { description } = element.attributes
  return [
    ...(description === undefined ? [] : [{ path, text: description }]),
    ...(parts.length === 0 ? [] : [{ path, text: shownXml("no words for this of it, which stays as it is", parts) }]),
  ]
}

const PARTS = ["instance_attributes", "meta_attributes", "operations"]

/** A set that holds by a rule. */
function isSometimes(element: Element): boolean {
  return child(element, "rule") !== undefined
}

/** What a group or clone has besides what it holds. */
function aroundIt(element: Element): readonly Remark[] {
  if (element.name === "primitive" || element.name === "bundle") return []
  const isMeta = (one: Element) => element.name !== "group" && one.name === "meta_attributes" && !isSometimes(one)
  const parts = element.children.filter((one) => !["primitive", "group"].includes(one.name) && !isMeta(one))
  if (parts.length === 0) return []
  const first = primitives(element)[0]?.attributes.id ?? ""
  const why = `no words for this of ${element.name} ${element.attributes.id ?? ""}, which stays as it is`
  return [{ path: [...RESOURCES, first], text: shownXml(why, parts) }]
}
