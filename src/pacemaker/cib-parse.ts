import type { AttributeSection, Attributes, Cib, CibClone, CibGroup, CibResource, Section } from "./cib.ts"
import { parseConstraint } from "./cib-parse-constraint.ts"
import { hasOwnId } from "./parts/element.ts"
import { readParts } from "./parts/kinds.ts"
import { resolved } from "./parts/references.ts"
import { ofTemplate } from "./parts/template.ts"
import { onNode, setOnNode } from "./per-node.ts"
import { withoutMark } from "./record-mark.ts"
import { schemaOf } from "./schema.ts"
import { byScore } from "./set-order.ts"
import { isTrue } from "./values.ts"
import { child, childrenOf, descendants, type Element, parseXml } from "./xml.ts"

/** Marks the property sets that a new cluster is seeded with and that the first transaction removes. */
const SEED_PREFIX = "haops-seed"

/** Parse the answer of `cibadmin -Q`. Throws where it is not a CIB. */
export function parseCib(xml: string): Cib {
  const root = parseXml(xml)
  if (root.name !== "cib") throw new Error(`a CIB was expected, not <${root.name}>`)
  const written = child(root, "configuration")
  const configuration = written && resolved(written)
  const properties = childrenOf(child(configuration, "crm_config"), "cluster_property_set")
  const seeds = properties.filter((set) => set.attributes.id?.startsWith(SEED_PREFIX))
  const { section: property, mark } = withoutMark(section(properties.filter((set) => !seeds.includes(set))))
  return {
    version: {
      adminEpoch: Number(root.attributes.admin_epoch ?? 0),
      epoch: Number(root.attributes.epoch ?? 0),
      numUpdates: Number(root.attributes.num_updates ?? 0),
    },
    quorate: root.attributes["have-quorum"] === "1",
    sections: {
      property,
      "resource-default": section(childrenOf(child(configuration, "rsc_defaults"), "meta_attributes")),
      "operation-default": section(childrenOf(child(configuration, "op_defaults"), "meta_attributes")),
    } satisfies Record<Section, AttributeSection>,
    ...(mark === undefined ? {} : { mark }),
    seeds: seeds.map((set) => set.attributes.id!),
    ...parseResources(child(configuration, "resources")?.children ?? []),
    constraints: (child(configuration, "constraints")?.children ?? []).map(parseConstraint),
    parts: readParts(configuration),
    nodes: childrenOf(child(configuration, "nodes"), "node").map(parseNode),
    ids: new Set(configuration === undefined ? [] : [...descendants(configuration)].flatMap(idOf)),
    schema: schemaOf(root.attributes["validate-with"]),
  }
}

function parseNode(node: Element): Cib["nodes"][number] {
  const { values } = section(childrenOf(node, "instance_attributes"))
  return {
    id: node.attributes.id ?? "",
    name: node.attributes.uname ?? "",
    ...(Object.keys(values).length === 0 ? {} : { attributes: values }),
  }
}

/** Attributes of the sets that hold always; one with a rule holds sometimes, and is left to whoever wrote it. */
function section(sets: readonly Element[]): AttributeSection {
  const values: Record<string, string> = {}
  const ids: Record<string, string> = {}
  for (const pair of byScore(sets)
    .filter((set) => child(set, "rule") === undefined)
    .flatMap((set) => childrenOf(set, "nvpair"))) {
    const { id, name, value } = pair.attributes
    if (name === undefined || Object.hasOwn(values, name)) continue
    values[name] = value ?? ""
    ids[name] = id ?? ""
  }
  return { values, ids }
}

function attributes(element: Element, set: "instance_attributes" | "meta_attributes"): Attributes {
  return section(childrenOf(element, set)).values
}

/** Those that haops wrote for one node each, by the names that it has for them. */
function attributesPerNode(element: Element): Attributes {
  const sets = childrenOf(element, "instance_attributes").flatMap((set) => {
    const node = child(child(set, "rule"), "expression")?.attributes.value
    return node !== undefined && set.attributes.id === setOnNode(element.attributes.id ?? "", node)
      ? [{ set, node }]
      : []
  })
  const pairs = sets.flatMap(({ set, node }) =>
    childrenOf(set, "nvpair").map(({ attributes }) => ({ node, attributes })),
  )
  return Object.fromEntries(
    pairs.map(({ node, attributes: { name = "", value = "" } }) => [onNode(name, node), value] as const),
  )
}

interface Resources {
  resources: CibResource[]
  groups: CibGroup[]
  otherResources: string[]
}

function parseResources(elements: readonly Element[]): Resources {
  const found: Resources = { resources: [], groups: [], otherResources: [] }
  for (const element of elements) addResource(found, element, undefined)
  const devices = elements.filter(({ name, attributes }) => name === "template" && attributes.class === "stonith")
  const templates = new Set(devices.map(({ attributes: { id = "" } }) => ofTemplate(id)))
  // What is made from a template has its class.
  const resources = found.resources.map((one) => (templates.has(one.agent) ? { ...one, fencing: true } : one))
  return { ...found, resources }
}

function addResource(found: Resources, element: Element, clone: CibClone | undefined): void {
  const id = element.attributes.id ?? ""
  if (element.name === "primitive") {
    found.resources.push({ ...primitive(element), clone })
  } else if (element.name === "group") {
    const members = childrenOf(element, "primitive")
    found.groups.push({ id, members: members.map((member) => member.attributes.id ?? ""), clone: clone?.id })
    found.resources.push(...members.map((member) => ({ ...primitive(member), group: id })))
  } else if (element.name === "clone" || element.name === "master") {
    const { promotable, ...meta } = attributes(element, "meta_attributes")
    const own = { id, meta, promotable: element.name === "master" || isTrue(promotable) }
    for (const inner of element.children.filter(({ name }) => name === "primitive" || name === "group")) {
      addResource(found, inner, own)
    }
  } else if (element.name === "bundle") {
    found.resources.push(...childrenOf(element, "primitive").map((inner) => ({ ...primitive(inner), bundle: id })))
  } else if (element.name !== "template") {
    found.otherResources.push(id)
  }
}

function primitive(element: Element): CibResource {
  const { id = "", class: standard = "", provider, type = "", template } = element.attributes
  return {
    id,
    agent: template === undefined ? [standard, provider, type].filter(Boolean).join(":") : ofTemplate(template),
    fencing: standard === "stonith",
    parameters: { ...attributes(element, "instance_attributes"), ...attributesPerNode(element) },
    meta: attributes(element, "meta_attributes"),
    operations: childrenOf(child(element, "operations"), "op").map((operation) => {
      const { id = "", name = "", "id-ref": _, ...options } = operation.attributes
      // Shells write an operation's further options, such as OCF_CHECK_LEVEL, into a set of its own.
      const sets = { ...attributes(operation, "meta_attributes"), ...attributes(operation, "instance_attributes") }
      // Whether it is on pacemaker reads from the operation alone.
      const { enabled: _off, ...further } = sets
      return { id, name, options: { ...options, ...further } }
    }),
  }
}

function idOf(element: Element): string[] {
  return element.attributes.id === undefined || !hasOwnId(element) ? [] : [element.attributes.id]
}
