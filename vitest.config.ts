import { defineConfig } from "vitest/config"

/** They bound how long a client goes without an answer, so nothing else runs meanwhile. */
const timed = ["test/e2e/drill.test.ts", "test/e2e/members.test.ts", "test/e2e/corosync-change.test.ts"]

/** On one node each, a command after the other, and not by the clock: two of them use both processors. */
const single = ["test/e2e/quorum.test.ts", "test/e2e/dialects.test.ts", "test/e2e/cib-transaction.test.ts"]

const realNodes = {
  globalSetup: "test/e2e/harness/global-setup.ts",
  // A lab is up in a minute where two processors are its own, and in five where a neighbour has one of them.
  testTimeout: 600_000,
  hookTimeout: 600_000,
}

export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"], testTimeout: 30_000 } },
      { test: { name: "ssh", include: ["test/ssh/**/*.test.ts"], testTimeout: 20_000 } },
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
