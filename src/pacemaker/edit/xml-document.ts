import { escapeXml, readXml } from "../xml.ts"

/** An XML document that is changed in place: what nobody touches keeps every byte, comments and blanks included. */
export interface XmlDocument {
  root: XmlNode
  /** What stands before the root and after it. */
  prolog: string
  epilog: string
}

/** An element as it is written, `head` being its start tag; `lead` stands before it, `foot` between its last child and its end. */
export class XmlNode {
  name: string
  attributes: Readonly<Record<string, string>>
  parent: XmlNode | undefined
  readonly children: XmlNode[] = []
  lead: string
  head: string
  foot: string

  constructor(name: string, attributes: Readonly<Record<string, string>>, written?: { lead: string; head: string }) {
    this.name = name
    this.attributes = attributes
    this.lead = written?.lead ?? ""
    this.head = written?.head ?? tag(name, attributes, true)
    this.foot = ""
  }

  get id(): string {
    return this.attributes.id ?? ""
  }

  child(name: string): XmlNode | undefined {
    return this.children.find((one) => one.name === name)
  }

  childrenOf(name: string): readonly XmlNode[] {
    return this.children.filter((one) => one.name === name)
  }

  /** Gives it these attributes in place of those that it has. */
  setAttributes(attributes: Readonly<Record<string, string>>): void {
    this.attributes = attributes
    this.head = tag(this.name, attributes, this.#isEmpty)
  }

  /** Makes it an element of another name with these attributes; what is in it stays as it is written. */
  become(name: string, attributes: Readonly<Record<string, string>>): void {
    this.name = name
    this.setAttributes(attributes)
    this.foot = this.foot.replace(/<\/[^<]*$/, `</${name}>`)
  }

  /** Puts a node that is nowhere under this one: before another of its children, or at their end. A comment before it comes along. */
  insert(node: XmlNode, before?: XmlNode): XmlNode {
    if (this.#isEmpty) {
      this.head = tag(this.name, this.attributes, false)
      this.foot = `${this.#indent()}</${this.name}>`
    }
    const at = before === undefined ? this.children.length : this.children.indexOf(before)
    this.children.splice(at, 0, node)
    node.parent = this
    node.lead = `${node.lead.trimEnd()}${this.#indent()}  `
    return node
  }

  /** Takes it out of the document, with all that is in it. */
  remove(): XmlNode {
    const siblings = this.parent?.children ?? []
    siblings.splice(siblings.indexOf(this), 1)
    this.parent = undefined
    return this
  }

  /** It and every element below it, parents before children. */
  descendants(): readonly XmlNode[] {
    return [this, ...this.children.flatMap((one) => one.descendants())]
  }

  toString(): string {
    return `${this.lead}${this.head}${this.children.join("")}${this.foot}`
  }

  get #isEmpty(): boolean {
    return this.foot === ""
  }

  /** The line break and the blanks before it, or what they would be. */
  #indent(): string {
    return /\n[ \t]*$/.exec(this.lead)?.[0] ?? (this.parent === undefined ? "\n" : `${this.parent.#indent()}  `)
  }
}

/** Reads a document. Throws on anything malformed and on a DOCTYPE. */
export function readDocument(text: string): XmlDocument {
  const open: XmlNode[] = []
  let root: XmlNode | undefined
  let at = 0
  readXml(text, {
    open(name, attributes, { start, end }) {
      const node = new XmlNode(name, attributes, { lead: text.slice(at, start), head: text.slice(start, end) })
      node.parent = open.at(-1)
      node.parent?.children.push(node)
      root ??= node
      open.push(node)
      at = end
    },
    close(_name, { end }) {
      const node = open.pop()!
      node.foot = text.slice(at, end)
      at = end
    },
    doctype: () => new Error("an XML document with a DOCTYPE is refused"),
    malformed: (error) => error,
  })
  if (root === undefined) throw new Error("an XML document without an element")
  const prolog = root.lead
  root.lead = ""
  return { root, prolog, epilog: text.slice(at) }
}

export function formatDocument({ root, prolog, epilog }: XmlDocument): string {
  return `${prolog}${root}${epilog}`
}

function tag(name: string, attributes: Readonly<Record<string, string>>, isEmpty: boolean): string {
  const words = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(value)}"`)
  return `<${name}${words.join("")}${isEmpty ? "/>" : ">"}`
}
