import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"

/** They bound how long a client goes without an answer, so nothing else runs meanwhile. */
const timed = files("drill", "keepalived", "corosync-change")

/** The longest first, so that those run two at a time end together. The others take a minute or two each. */
const longest = files(
  "members",
  "services",
  "drift",
  "up",
  "cib-transaction",
  "services-trixie",
  "interrupt",
  "services-bullseye",
)

class LongestFirst extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const index = longest.findIndex((file) => moduleId.endsWith(file))
      return index < 0 ? longest.length : index
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
      {
        test: {
          ...realNodes,
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          exclude: timed,
          // Of a lab's time clusters wait for most; its token is long enough for two processors that another lab is on too.
          maxWorkers: 2,
          // After the others: what a cluster does in seconds should not share the processors with them.
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...realNodes,
          name: "failover",
          include: timed,
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})

function files(...names: readonly string[]): string[] {
  return names.map((name) => `test/e2e/${name}.test.ts`)
}
