import type { CibElement, CibPart } from "../../model/inventory.ts"
import { keepingHand, metaOf, withoutEmptySets } from "../bundle-hand.ts"
import { sameElement } from "../parts/element.ts"
import { isSensitiveName } from "../secret-names.ts"
import { type BundleYaml, bundleSchema } from "../section/bundle-schema.ts"
import { bundlePart } from "../section/bundles.ts"
import { isTrue } from "../values.ts"
import { withoutOperators } from "./resource-yaml.ts"
import { nonEmpty, scalarsOf } from "./words.ts"

/** A bundle as an inventory writes it; undefined where that would not make the same of it, or would tell what may be a secret. */
export function bundleYaml({ id, element }: Pick<CibPart, "id" | "element">): BundleYaml | undefined {
  if (element.attributes.description !== undefined || holdsSecret(element)) return undefined
  const result = bundleSchema.safeParse(words(element))
  if (!result.success) return undefined
  const again = keepingHand(bundlePart(id, result.data), { element })
  return sameElement(again.element, withoutEmptySets({ kind: "bundle", element })) ? result.data : undefined
}

/** The words that run something, or tell an engine more. */
function holdsSecret({ attributes: { options = "", "run-command": command = "" }, children }: CibElement): boolean {
  return isSensitiveName(`${options} ${command}`) || children.some(holdsSecret)
}

function words(element: CibElement): unknown {
  const { children } = element
  const found = (name: string) => children.find((one) => one.name === name)
  const network = found("network")
  const containers = children.filter(({ name }) => !["network", "storage", "meta_attributes"].includes(name))
  return nonEmpty({
    ...Object.fromEntries(containers.map(({ name, attributes }) => [name, typed(attributes)])),
    network: network && { ...typed(network.attributes), ...nonEmpty({ ports: network.children.map(portYaml) }) },
    storage: found("storage")?.children.map(({ attributes: { id: _, ...said } }) => renamed(said)),
    meta: scalarsOf(withoutOperators(metaOf(element))),
  })
}

/** Numbers and truths by their names: an image may be called like a number. */
function typed({ id: _, ...said }: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(said).map(([key, value]) => {
      const name = key.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
      if (COUNTS.includes(name)) return [name, Number(value)]
      return [name, name === "addHost" ? isTrue(value) : value]
    }),
  )
}

const COUNTS = ["replicas", "replicasPerHost", "promotedMax", "controlPort", "hostNetmask", "port", "internalPort"]

function portYaml({ attributes }: CibElement): unknown {
  const { port, ...more } = typed(attributes)
  if (port === undefined) return more
  return Object.keys(more).length === 0 ? port : { port, ...more }
}

const STORAGE: Readonly<Record<string, string>> = {
  "source-dir": "source",
  "source-dir-root": "sourceRoot",
  "target-dir": "target",
}

function renamed(said: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(said).map(([key, value]) => [STORAGE[key] ?? key, value]))
}
