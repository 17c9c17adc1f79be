import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"

/** They bound how long a client goes without an answer, so nothing else runs meanwhile. */
const timed = files("drill", "corosync-change", "keepalived")

/** Of the others, those that take long, the longest first: so both workers end together. */
const long = files(
  "members",
  "up",
  "drift",
  "loadbalancer-pair",
  "interrupt",
  "cib-transaction",
  "haproxy-source",
  "dialects",
  "quorum",
  "preflight",
  "openstack-loadbalancers",
  "up-crmsh",
)

/** Those as listed, all else as vitest has it. */
class LongestFirst extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const index = long.findIndex((file) => moduleId.endsWith(file))
      return index < 0 ? long.length : index
    }
    return (await super.sort(specifications)).sort((one, other) => place(one) - place(other))
  }
}

const realNodes = {
  globalSetup: "test/e2e/harness/global-setup.ts",
  // A lab is up in a minute where two processors are its own, and in five where a neighbour has one of them.
  testTimeout: 600_000,
  hookTimeout: 600_000,
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      // Modules are loaded once a worker, not once a file: half of the time went into that.
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"], testTimeout: 30_000, isolate: false } },
      { test: { name: "ssh", include: ["test/ssh/**/*.test.ts"], testTimeout: 20_000, isolate: false } },
      {
        test: {
          ...realNodes,
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          exclude: timed,
          // A cluster waits for more than half of its time: two labs at a time leave no processor idle. Corosync has its own token there
          // (harness/lab.ts), since with one of a second elections are missed now and then.
          maxWorkers: 2,
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
