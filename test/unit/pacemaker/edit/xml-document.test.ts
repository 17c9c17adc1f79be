import { readdirSync, readFileSync } from "node:fs"
import { fc, test as property } from "@fast-check/vitest"
import { expect, test } from "vitest"
import { formatDocument, readDocument, XmlNode } from "../../../../src/pacemaker/edit/xml-document.ts"
import { parseXml } from "../../../../src/pacemaker/xml.ts"

const recorded = new URL("../../../cases/pacemaker/recorded/", import.meta.url)
const cibs = readdirSync(recorded).filter((name) => /^(pcs|crmsh).*xml$/.test(name))

test.each(cibs)("%s comes back to the byte", (name) => {
  const text = readFileSync(new URL(name, recorded), "utf8")
  expect(formatDocument(readDocument(text))).toBe(text)
})

const ODD = `<?xml version='1.0'?>\r\n<!-- a <b> -->
<a  x = "1 &lt; &#10;é😀"\n  y='2' ><!-- in --><b/>\t<c ></c >
   <d>\n</d>  <!-- last --></a\n>\n<!-- after -->\n`

test("comments, blanks, quotes and entities that nobody touches stay as they are written", () => {
  expect(formatDocument(readDocument(ODD))).toBe(ODD)
  const document = readDocument(ODD)
  document.root.child("c")!.setAttributes({ id: 'new "one"' })
  document.root.child("b")!.remove()
  expect(formatDocument(document)).toBe(
    ODD.replace("<c >", '<c id="new &#34;one&#34;">').replace("<!-- in --><b/>", ""),
  )
})

property.prop([fc.array(fc.nat(), { maxLength: 12 })])(
  "whatever is done, the text says what the tree does",
  (moves) => {
    const document = readDocument(ODD)
    for (const [at, move] of moves.entries()) {
      const nodes = [...document.root.descendants()]
      const node = nodes[move % nodes.length]!
      if (node === document.root || move % 3 === 0)
        node.insert(new XmlNode("n", { id: `n${at}`, v: '<&">\n' }), node.children[0])
      else if (move % 3 === 1) node.setAttributes({ ...node.attributes, z: String(at) })
      else document.root.insert(node.remove())
    }
    const plain = ({ name, attributes, children }: XmlNode): unknown => ({
      name,
      attributes: { ...attributes },
      children: children.map(plain),
    })
    expect(parseXml(formatDocument(document))).toEqual(plain(document.root))
  },
)

test("what is added stands on a line of its own, as deep as it is", () => {
  const document = readDocument("<cib>\n  <resources/>\n</cib>\n")
  const resources = document.root.child("resources")!
  resources.insert(new XmlNode("op", { id: "b" }))
  resources.insert(new XmlNode("op", { id: "a" }), resources.children[0]).insert(new XmlNode("in", {}))
  expect(formatDocument(document)).toBe(
    '<cib>\n  <resources>\n    <op id="a">\n      <in/>\n    </op>\n    <op id="b"/>\n  </resources>\n</cib>\n',
  )
})
