import { describe, expect, test } from "vitest"
import { parseCorosyncConf, parseCorosyncSections } from "../../../src/corosync/conf.ts"
import { recorded } from "../membership/cluster.ts"

describe("corosync.conf", () => {
  test("as pcs writes it", () => {
    const conf = parseCorosyncConf(recorded("corosync.conf"))
    expect(conf).toMatchObject({ name: "lab", transport: "knet", totem: { token: "1500", crypto_cipher: "aes256" } })
    expect(conf.nodes).toEqual([
      { name: "controller1", nodeid: 1, addresses: ["172.31.77.2"], rings: { 0: "172.31.77.2" } },
      { name: "controller2", nodeid: 2, addresses: ["172.31.77.3"], rings: { 0: "172.31.77.3" } },
      { name: "controller3", nodeid: 3, addresses: ["172.31.77.4"], rings: { 0: "172.31.77.4" } },
    ])
  })

  test("as Debian ships it", () => {
    const conf = parseCorosyncConf(recorded("vendor-corosync.conf"))
    expect(conf.name).toBe("debian")
    expect(conf.nodes).toEqual([{ name: "node1", nodeid: 1, addresses: ["127.0.0.1"], rings: { 0: "127.0.0.1" } }])
  })

  test("several links, comments, odd spacing, no names: the address stands for the name", () => {
    const text = "#x {\nnodelist {\n\tnode{\n ring1_addr:b\nring0_addr :  a:b \n}\n}\ntotem {\n}\n"
    expect(parseCorosyncConf(text).nodes).toEqual([
      { name: "a:b", nodeid: undefined, addresses: ["a:b", "b"], rings: { 0: "a:b", 1: "b" } },
    ])
  })

  test("blocks keep their place", () => {
    const [totem, nodelist] = parseCorosyncSections("totem {\n  a: 1\n}\n\nnodelist {\n  node {\n  }\n}")
    expect([totem?.from, totem?.to]).toEqual([1, 3])
    expect([nodelist?.from, nodelist?.to, nodelist?.sections[0]?.from]).toEqual([5, 8, 6])
  })

  test("nothing is nothing", () => {
    expect(parseCorosyncConf("")).toEqual({ name: undefined, transport: undefined, totem: {}, quorum: {}, nodes: [] })
  })

  test.each([
    ["totem {\n", "line 1: totem is never closed"],
    ["totem {\n}\n}\n", "line 3: a closing brace"],
    ["totem {\n what\n}", 'line 2: neither "key: value"'],
  ])("%j is malformed", (text, message) => {
    expect(() => parseCorosyncConf(text)).toThrow(message)
  })
})
