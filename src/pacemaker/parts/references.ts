import { descendants, type Element } from "../xml.ts"

const REFERENCE = "id-ref"

/**
 * A configuration in which what only refers to something says what that says. It keeps the reference and has no id, being no thing of its
 * own; a reference to nothing stays as it is.
 */
export function resolved(configuration: Element): Element {
  const all = [...descendants(configuration)]
  if (all.every(({ attributes }) => attributes[REFERENCE] === undefined)) return configuration
  const known = new Map(
    all.flatMap((one) => (one.attributes.id === undefined ? [] : [[one.attributes.id, one] as const])),
  )
  const resolve = (one: Element, within: readonly string[]): Element => {
    const reference = one.attributes[REFERENCE]
    const target = reference === undefined || within.includes(reference) ? undefined : known.get(reference)
    if (reference === undefined || target?.name !== one.name) {
      return { ...one, children: one.children.map((inner) => resolve(inner, within)) }
    }
    const { id: _, ...said } = target.attributes
    const children = target.children.map((inner) => resolve(inner, [...within, reference]))
    return { name: one.name, attributes: { ...said, ...one.attributes }, children }
  }
  return resolve(configuration, [])
}

/** Whether it only refers to something. */
export function isReference({ attributes }: Pick<Element, "attributes">): boolean {
  return attributes[REFERENCE] !== undefined
}
