import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { getContainerRuntimeClient } from "testcontainers"
import { sweepAbandoned } from "./labels.ts"

const root = fileURLToPath(new URL("../../..", import.meta.url))

/** Before all e2e tests: haops is built from the source under test, where it was not already, and nothing is left of runs that were killed. */
export default async function setup(): Promise<void> {
  if (process.env.HAOPS_E2E_CLI === undefined)
    await promisify(execFile)(process.execPath, ["src/build/bundle.mjs"], { cwd: root })
  const { dockerode } = (await getContainerRuntimeClient()).container
  await sweepAbandoned(dockerode)
}
