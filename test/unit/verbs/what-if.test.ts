import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { expect, test } from "vitest"

const ROOT = join(import.meta.dirname, "../../..")

/** No host of this inventory is there. */
function haops(...words: string[]) {
  const args = ["--import", import.meta.resolve("tsx"), join(ROOT, "src/cli.ts"), "what-if", ...words]
  const env = { ...process.env, NO_COLOR: "1", COLUMNS: "100" }
  return spawnSync(process.execPath, [...args, "-i", "inventory/minimal.yaml"], {
    encoding: "utf8",
    env,
    input: "",
    cwd: ROOT,
  })
}

test("--offline asks no host, and says that it goes by the inventory alone", () => {
  const { status, stdout, stderr } = haops("--offline", "--down", "controller1", "--json")
  expect(stderr).toBe("")
  expect(status).toBe(0)
  const { details } = JSON.parse(stdout)
  expect(details.from).toBe("by the inventory alone")
  expect(details.quorum).toEqual(["any one of 3 nodes may be lost, no two at once"])
  expect(details.failures).toHaveLength(2)
  expect(details.failures[1]).toMatchObject({
    what: "controller1 down",
    parts: [{ votes: { quorate: true }, vips: [{ name: "vip", on: [], oneOf: ["controller2", "controller3"] }] }],
  })
})

test("what the scheduler alone knows is not made up", () => {
  const { status, stderr } = haops("--offline", "--fail", "vip")
  expect(status).toBe(65)
  expect(stderr).toContain("the cluster's own scheduler alone")
})
