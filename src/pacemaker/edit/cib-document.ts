import { HaopsError } from "../../base/errors.ts"
import { hasOwnId } from "../parts/element.ts"
import { formatDocument, readDocument, type XmlDocument, XmlNode } from "./xml-document.ts"

/** A CIB that is edited by ids. */
export class CibDocument {
  readonly #document: XmlDocument

  constructor(text: string) {
    this.#document = readDocument(text)
  }

  get configuration(): XmlNode {
    const { root } = this.#document
    return root.child("configuration") ?? root.insert(new XmlNode("configuration", {}))
  }

  /** The part of the configuration of that name; made where there is none. */
  section(name: string): XmlNode {
    return this.configuration.child(name) ?? this.configuration.insert(new XmlNode(name, {}))
  }

  find(id: string): XmlNode | undefined {
    return this.#named().find((node) => node.id === id)
  }

  /** The ids of all that can be found. */
  ids(): ReadonlySet<string> {
    return new Set(this.#named().map(({ id }) => id))
  }

  /** The element of this id. */
  get(id: string): XmlNode {
    const found = this.find(id)
    if (found === undefined) throw new HaopsError("E_BUG", `the CIB has no element ${id}, which it was read from`)
    return found
  }

  /** Adds an element under a parent, with the id that is wanted, or one like it where something has that. */
  add(parent: XmlNode, name: string, { id, ...rest }: Readonly<Record<string, string>> & { id: string }): XmlNode {
    return parent.insert(new XmlNode(name, { id: this.free(id), ...rest }))
  }

  toString(): string {
    return formatDocument(this.#document)
  }

  /** Nodes have names and numbers of their own: a remote one is called as the resource that makes it one. */
  #named(): readonly XmlNode[] {
    const parts = this.configuration.children.filter(({ name }) => name !== "nodes")
    return parts.flatMap((part) => part.descendants()).filter(hasOwnId)
  }

  /** An id that nothing has: the one that is wanted, or one like it. */
  free(wanted: string): string {
    const base = wanted.replace(/[^\w.-]/g, "_")
    const taken = new Set(
      this.configuration
        .descendants()
        .filter(hasOwnId)
        .map((node) => node.id),
    )
    let id = base
    for (let number = 1; taken.has(id); number++) id = `${base}-${number}`
    return id
  }
}
