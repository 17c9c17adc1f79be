import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"
import { fileOf, SINGLE, TIMED } from "./test/on-nodes.ts"

const timed = TIMED.map(fileOf)
const single = SINGLE.map(fileOf)

/** Those two at a time as listed, the longest first, so that both end together. All else as vitest has it. */
class LongestFirst extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const index = single.findIndex((file) => moduleId.endsWith(file))
      return index < 0 ? single.length : index
    }
    return (await super.sort(specifications)).sort((one, other) => place(one) - place(other))
  }
}

const realNodes = {
  globalSetup: "test/e2e/harness/global-setup.ts",
  // A lab is up in a minute where two processors are its own, and in five where a neighbour has one of them: a file's first test has it
  // started.
  testTimeout: 900_000,
  hookTimeout: 600_000,
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      // Modules are loaded once a worker, not once a file: half of the time went into that.
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"], testTimeout: 30_000, isolate: false } },
      { test: { name: "ssh", include: ["test/ssh/**/*.test.ts"], testTimeout: 20_000, isolate: false } },
      { test: { name: "browser", include: ["test/browser/**/*.test.ts"], testTimeout: 180_000, hookTimeout: 180_000 } },
      { test: { ...realNodes, name: "single", include: single, maxWorkers: 2, sequence: { groupOrder: 1 } } },
      {
        test: {
          ...realNodes,
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          exclude: [...timed, ...single],
          // Two labs at a time are quicker, but on two processors elections and health checks then miss their times now and then.
          maxWorkers: 1,
          fileParallelism: false,
          // After the others: what a cluster does in seconds should not share the processors with them.
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          ...realNodes,
          name: "failover",
          include: timed,
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
})
