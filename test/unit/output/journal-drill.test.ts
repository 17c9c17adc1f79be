import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import type { DrillCourse } from "../../../src/base/events.ts"
import { createJournalSink } from "../../../src/output/journal.ts"
import { createJsonSink } from "../../../src/output/json-lines.ts"
import { createScrub } from "../../../src/output/scrub.ts"
import { fakeStream } from "./samples.ts"

const drill: DrillCourse = {
  fault: "Draining controller1",
  at: "http://10.0.0.11/",
  answered: [[0, 2]],
  failed: [[50, 550]],
  outages: [{ fromMs: 50, toMs: 640 }],
  marks: [{ ms: 0, what: "Draining controller1" }],
}

test("every request of a drill is in the journal, for its chart, and in no line of progress", () => {
  const home = mkdtempSync(join(tmpdir(), "haops-"))
  const file = join(home, "journal.jsonl")
  const header = { user: "me", from: "vm", haops: "1" }
  const journal = createJournalSink({ file, header, scrub: createScrub(() => []) })
  const stream = fakeStream()
  const lines = createJsonSink(stream, { scrub: createScrub(() => []) })
  for (const { sink } of [journal, lines]) sink({ type: "drilled", host: "controller1", drill })
  journal.close()
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({
    type: "drill",
    time: expect.any(String),
    host: "controller1",
    ...drill,
  })
  expect(stream.text()).toBe("")
  rmSync(home, { recursive: true })
})
