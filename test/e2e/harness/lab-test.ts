import { test as base } from "vitest"
import { ended } from "./ended.ts"
import type { Haops } from "./haops.ts"
import { type Lab, type LabOptions, startLab } from "./lab.ts"
import { leaveLoneNode } from "./lone-node.ts"

/** What the parts of a file that are beside it use of its `test`; `More` is what it was extended by. */
export interface LabTest<More = object> {
  (name: string, body: (fixtures: Fixtures & More) => Promise<void>): void
  for<Case>(
    cases: readonly Case[],
  ): (name: string, body: (one: Case, fixtures: Fixtures & More) => Promise<void>) => void
  /** What it returns is run after the last test. */
  beforeAll(body: (fixtures: Fixtures & More) => Promise<unknown>): void
}

interface Fixtures {
  lab: Lab
  haops: Haops
  must: Haops
}

/**
 * A `test` of a lab that its file has for itself, started and set up for the first test that takes one of these, and gone after the
 * last: `lab`; `haops`, which runs it in the lab's directory, by its inventory.yaml where no other is named; `must`, which fails the
 * test unless that ends with 0. Extend it once, for the whole file: each extension has a lab of its own.
 */
export function labTest(options: LabOptions = {}, setUp: (lab: Lab) => Promise<unknown> = async () => undefined) {
  return (
    base
      .extend("options", { scope: "file" }, options)
      // Apart from its set-up: where that fails, the lab is disposed of all the same.
      .extend("started", { scope: "file" }, async ({ options }, { onCleanup }) => {
        const lab = await startLab(options)
        onCleanup(async () => await lab[Symbol.asyncDispose]())
        return lab
      })
      .extend("lab", { scope: "file" }, async ({ started }) => {
        await setUp(started)
        return started
      })
      .extend("haops", { scope: "file" }, async ({ lab }): Promise<Haops> => {
        return async (...words) => await lab.haops(words)
      })
      .extend("must", { scope: "file" }, async ({ haops }): Promise<Haops> => {
        return async (...words) => await ended(haops(...words))
      })
  )
}

/** The same for a node by itself, or another container that `start` starts: `node`, its id. */
export function nodeTest(start: () => string, setUp: (node: string) => void = () => undefined) {
  return base
    .extend("start", { scope: "file" }, async () => start)
    .extend("started", { scope: "file" }, async ({ start }, { onCleanup }) => {
      const node = start()
      onCleanup(() => leaveLoneNode(node))
      return node
    })
    .extend("node", { scope: "file" }, async ({ started }) => {
      setUp(started)
      return started
    })
}
