import { SaxesParser } from "saxes"

/** An XML element: names as written, text between children dropped (no document of pacemaker's holds any that matters). */
export interface Element {
  name: string
  attributes: Readonly<Record<string, string>>
  children: readonly Element[]
}

/**
 * The root element of a well-formed XML document. Throws on anything malformed and on a DOCTYPE, which no answer of
 * pacemaker's has and which could make a parser expand entities.
 */
export function parseXml(text: string): Element {
  const parser = new SaxesParser()
  const open: { name: string; attributes: Record<string, string>; children: Element[] }[] = []
  let root: Element | undefined
  parser.on("doctype", () => {
    throw new Error("an XML document with a DOCTYPE is refused")
  })
  parser.on("error", (error) => {
    throw error
  })
  parser.on("opentag", (tag) => {
    open.push({ name: tag.name, attributes: { ...tag.attributes }, children: [] })
  })
  parser.on("closetag", () => {
    const element = open.pop()!
    const parent = open.at(-1)
    if (parent === undefined) root = element
    else parent.children.push(element)
  })
  parser.write(text).close()
  if (root === undefined) throw new Error("an XML document without an element")
  return root
}

/** The first child of that name. */
export function child(element: Element | undefined, name: string): Element | undefined {
  return element?.children.find((one) => one.name === name)
}

/** All children of that name. */
export function childrenOf(element: Element | undefined, name: string): readonly Element[] {
  return element?.children.filter((one) => one.name === name) ?? []
}

/** Every element below this one, itself included, parents before children. */
export function* descendants(element: Element): Generator<Element> {
  yield element
  for (const one of element.children) yield* descendants(one)
}
