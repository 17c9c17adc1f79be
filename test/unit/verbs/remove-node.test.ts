import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { removeNode } from "../../../src/verbs/remove-node.ts"

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "haops-remove-"))
})
afterAll(() => rmSync(directory, { recursive: true }))

describe("the last member", () => {
  const byFiles = "systemctl disable --now pacemaker corosync, then rm /etc/corosync/corosync.conf"
  test.each([
    [
      "controllers, by pcs",
      "name: lab\ncontrollers:\n  only: 10.0.0.2\npacemaker: { shell: pcs, password: { env: X } }\n",
      "pcs cluster destroy",
    ],
    [
      "controllers, by crmsh",
      "name: lab\ncontrollers:\n  only: 10.0.0.2\npacemaker: { shell: crmsh, password: { env: X } }\n",
      byFiles,
    ],
    [
      "controllers",
      "name: lab\ncontrollers:\n  only: 10.0.0.2 # mine\npacemaker: { password: { env: X } }\n",
      `pcs cluster destroy; where there is no pcs: ${byFiles}`,
    ],
    [
      "loadbalancers",
      "name: lab\ncontrollers: { a: 10.0.0.1, b: 10.0.0.3 }\nloadbalancers: { only: 10.0.0.2 }\npacemaker: { on: loadbalancers, password: { env: X } }\n",
      `pcs cluster destroy; where there is no pcs: ${byFiles}`,
    ],
  ])("of the %s is told as that, with what ends a cluster, and the file stays", async (group, text, how) => {
    const file = join(directory, `${group}.yaml`)
    writeFileSync(file, text)
    await expect(removeNode({ inventory: file, forks: 1 }, "only")).rejects.toMatchObject({
      code: "E_INPUT",
      message: `only is the last member in ${file}; a cluster has at least one`,
      hint: `To end the cluster, on the node: ${how}`,
    })
    expect(readFileSync(file, "utf8")).toBe(text)
  })
})

test("a file that could not be kept as it is refuses the node before a host is asked", async () => {
  const file = join(directory, "latin1.yaml")
  const text =
    "# K\u00f6ln\nname: lab\ncontrollers: { a: 10.0.0.1, b: 10.0.0.2 }\npacemaker: { password: { env: X } }\n"
  writeFileSync(file, text, "latin1")
  await expect(removeNode({ inventory: file, forks: 1 }, "b")).rejects.toMatchObject({
    code: "E_INPUT",
    message: `${file}:1 is not UTF-8, and haops would not keep it as it is`,
  })
  expect(readFileSync(file, "latin1")).toBe(text)
})
