import { tmpdir } from "node:os"
import { expect, test } from "vitest"
import { loadPlaybook, loadShipped } from "../../../src/playbook/load.ts"

test("a playbook that is not there is an error of input that says so", async () => {
  await expect(loadPlaybook("nope.yaml")).rejects.toMatchObject({
    code: "E_INPUT",
    message: "there is no playbook nope.yaml",
    hint: "haops run takes the path of a playbook, from the directory that it is called in.",
  })
})

test("a directory in its place is an error of input with the reason", async () => {
  const directory = tmpdir()
  await expect(loadPlaybook(directory)).rejects.toMatchObject({
    code: "E_INPUT",
    message: expect.stringContaining(`the playbook ${directory} cannot be read: EISDIR`),
  })
})

test.each(["up", "add-node"])("%s looks at the hosts' interfaces and addresses before it touches any", async (name) => {
  const { stages } = (await loadShipped(name)).value
  const reading = stages.findIndex(({ steps }) => JSON.stringify(steps).includes("vip-free"))
  const touching = stages.findIndex(({ steps }) => JSON.stringify(steps).includes("packages"))
  expect(reading).toBeGreaterThanOrEqual(0)
  expect(reading).toBeLessThan(touching)
})
