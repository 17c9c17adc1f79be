import { SaxesParser } from "saxes"

/** An XML element: names as written, text between children dropped (no document of pacemaker's holds any that matters). */
export interface Element {
  name: string
  attributes: Readonly<Record<string, string>>
  children: readonly Element[]
}

/** Where a tag stands in the text: its first character, and the one after its last. */
interface Span {
  start: number
  end: number
}

export interface XmlReader {
  open(name: string, attributes: Readonly<Record<string, string>>, span: Span): void
  /** Of an element without an end tag the span is empty. */
  close(name: string, span: Span): void
  /** What is thrown at a DOCTYPE, which no answer of pacemaker's has and which could make a parser expand entities. */
  doctype(): Error
  /** What is thrown at anything malformed. */
  malformed(error: Error): Error
}

/** Tells of each element of an XML document as it begins and ends. */
export function readXml(text: string, reader: XmlReader): void {
  const parser = new SaxesParser()
  parser.on("doctype", () => {
    throw reader.doctype()
  })
  parser.on("error", (error) => {
    throw reader.malformed(error)
  })
  let start = 0
  parser.on("opentagstart", ({ name }) => {
    start = text.lastIndexOf(`<${name}`, parser.position)
  })
  parser.on("opentag", ({ name, attributes }) => reader.open(name, attributes, { start, end: parser.position }))
  parser.on("closetag", ({ name, isSelfClosing }) => {
    const end = parser.position
    reader.close(name, { start: isSelfClosing ? end : text.lastIndexOf("</", end), end })
  })
  parser.write(text).close()
}

/** The root element of a well-formed XML document. Throws on anything malformed and on a DOCTYPE. */
export function parseXml(text: string): Element {
  const open: { name: string; attributes: Record<string, string>; children: Element[] }[] = []
  let root: Element | undefined
  readXml(text, {
    open(name, attributes) {
      open.push({ name, attributes: { ...attributes }, children: [] })
    },
    close() {
      const element = open.pop()!
      const parent = open.at(-1)
      if (parent === undefined) root = element
      else parent.children.push(element)
    },
    doctype: () => new Error("an XML document with a DOCTYPE is refused"),
    malformed: (error) => error,
  })
  if (root === undefined) throw new Error("an XML document without an element")
  return root
}

/** An element as pacemaker writes it: each tag on a line of its own. */
export function xmlLines({ name, attributes, children }: Element, indent = ""): readonly string[] {
  const words = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(value)}"`)
  const start = `${indent}<${name}${words.join("")}`
  if (children.length === 0) return [`${start}/>`]
  return [`${start}>`, ...children.flatMap((one) => xmlLines(one, `${indent}  `)), `${indent}</${name}>`]
}

/** Text for an attribute in double quotes; blanks stay what they are. */
export function escapeXml(value: string): string {
  return value.replace(/[&<>"\t\n\r]/g, (char) => `&#${char.charCodeAt(0)};`)
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
