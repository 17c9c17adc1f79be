import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { addNode } from "../../../src/verbs/add-node.ts"

const TEXT =
  'name: lab\ncontrollers: { a: "2001:db8::1", b: 10.0.0.2 }\nloadbalancers: { lb1: "2001:db8::2" }\npacemaker: { password: { env: X } }\n'

let directory: string
let file: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "haops-add-"))
  file = join(directory, "lab.yaml")
  writeFileSync(file, TEXT)
})
afterAll(() => rmSync(directory, { recursive: true }))

function add(name: string, address: string) {
  return addNode({ inventory: file, address, forks: 1 }, name)
}

describe("--address", () => {
  test.each(["999", "10.0.0.300", "10.0.0.15/24", "c9.example.org", "", "true"])(
    "that is no IP address is told as that, whatever YAML would make of it: %j",
    async (address) => {
      const message = `--address ${JSON.stringify(address)} is not an IP address`
      await expect(add("c9", address)).rejects.toMatchObject({
        code: "E_INPUT",
        message,
        hint: expect.stringContaining("10.0.0.15"),
      })
      expect(readFileSync(file, "utf8")).toBe(TEXT)
    },
  )

  test("that no host can have is told with the reason", async () => {
    await expect(add("c9", "224.0.0.1")).rejects.toMatchObject({
      code: "E_INPUT",
      message: "--address 224.0.0.1 is a multicast address",
    })
  })

  test("in another spelling than the inventory's is the same address", async () => {
    await expect(add("lb1", "2001:DB8:0::2")).rejects.toThrow("lb1 is one of the loadbalancers")
  })
})
