import { EXIT } from "../base/exit-codes.ts"
import { COMPONENTS } from "../components.ts"
import { connectAndLook, requireUninterrupted } from "../engine/look.ts"
import { type HostState, isLive } from "../engine/world.ts"
import { renderVersions } from "../output/versions-screen.ts"
import { loadShipped } from "../playbook/load.ts"
import type { UpgradeState } from "../upgrade/state.ts"
import { type PackageVersion, versionsOf } from "../upgrade/versions.ts"
import type { UpgradeWant } from "../upgrade/want.ts"
import type { CommonOptions } from "./options.ts"
import { openSession } from "./session.ts"

/** `haops status --versions`: what every host has of the stack, and what its repositories offer, by the indexes that it has. */
export async function versions(options: CommonOptions): Promise<number> {
  const request = { ...options, only: ["upgrade"] }
  await using session = await openSession({
    verb: "status",
    options: request,
    playbook: () => loadShipped("upgrade"),
    looksOnly: true,
  })
  const { context, barriers, reporter } = session
  const [task] = barriers.flatMap(({ tasks }) => tasks)
  await connectAndLook(context, task === undefined ? [] : [task])
  requireUninterrupted(context)
  const hosts = [...context.world.values()].map((state) => {
    const answer = task === undefined ? undefined : state.answers.get(task.id)
    const known = isLive(state) && answer !== undefined && "have" in answer ? state.facts : undefined
    const want = task?.wants.get(state.host.name) as UpgradeWant | undefined
    const have = answer !== undefined && "have" in answer ? (answer.have as UpgradeState) : undefined
    const packages = known && want && have ? versionsOf(COMPONENTS, want, have, known) : []
    return {
      host: state.host.name,
      packages,
      error: errorOf(state) ?? (answer && "error" in answer ? answer.error.message : undefined),
    }
  })
  const exit = exitOf(hosts)
  reporter.result(exit, Object.fromEntries(hosts.map(({ host, ...rest }) => [host, rest])), () => renderVersions(hosts))
  return exit
}

function errorOf({ failure }: HostState): string | undefined {
  return failure?.error.message
}

function exitOf(hosts: readonly { packages: readonly PackageVersion[]; error: string | undefined }[]): number {
  const failed = hosts.filter(({ error }) => error !== undefined).length
  if (failed === 0) return EXIT.done
  return failed === hosts.length ? EXIT.unreachable : EXIT.partial
}
