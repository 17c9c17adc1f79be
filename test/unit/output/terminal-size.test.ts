import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { expect, test } from "vitest"
import { columnsOf, rowsOf } from "../../../src/output/terminal-size.ts"

const CLI = join(import.meta.dirname, "../../../src/cli.ts")

test.each([
  [{ columns: 120, rows: 50 }, [120, 50]],
  [{ columns: 0, rows: 0 }, [80, 24]],
  [{}, [80, 24]],
])("a stream of %j is taken for one of %j", (stream, size) => {
  expect([columnsOf(stream), rowsOf(stream)]).toEqual(size)
})

test("what is no terminal may be given more columns", () => {
  expect(columnsOf({}, 100)).toBe(100)
})

test("an error on a terminal that has no size is not told letter by letter", () => {
  const haops = `stty cols 0 rows 0; '${process.execPath}' --import tsx '${CLI}' plan -i /nowhere.yaml`
  const env = { ...process.env, NO_COLOR: "1" }
  const { stdout } = spawnSync("script", ["-qec", haops, "/dev/null"], { encoding: "utf8", env, input: "" })
  expect(stdout).toContain("there is no inventory /nowhere.yaml")
})
