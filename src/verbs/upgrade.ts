import { asHaopsError, HaopsError } from "../base/errors.ts"
import { nearest } from "../base/nearest.ts"
import { COMPONENTS } from "../components.ts"
import type { RunContext } from "../engine/context.ts"
import { connectAndLook, eachHost, requireUninterrupted } from "../engine/look.ts"
import { preview } from "../engine/run.ts"
import { type LiveHost, liveHosts } from "../engine/world.ts"
import { refreshAction } from "../host/packages/refresh.ts"
import type { Step } from "../model/step.ts"
import { loadShipped } from "../playbook/load.ts"
import { upgradeStep } from "../upgrade/step.ts"
import { packagesOf, type UpgradeTerms, upgradable } from "../upgrade/want.ts"
import type { UpgradeOptions } from "./options.ts"
import { conclude } from "./plan.ts"
import { runPlaybook } from "./run-playbook.ts"
import { openSession, type Session } from "./session.ts"

/** `haops upgrade`: the packages of the stack in the versions that the hosts' repositories have, host by host. */
export async function upgrade({ only, ...options }: UpgradeOptions): Promise<number> {
  const terms = termsOf({ only, to: options.to })
  const request = {
    verb: "upgrade",
    options,
    playbook: () => loadShipped("upgrade"),
    steps: (all: ReadonlyMap<string, Step>) =>
      new Map<string, Step>([...all, ["upgrade", upgradeStep(COMPONENTS, terms)]]),
    warns: true,
    before: refreshIndexes,
    showsFirst: true,
    look: "haops upgrade --out FILE",
  }
  if (options.out === undefined) return await runPlaybook(request)
  const { requireSavable } = await import("../engine/saved-plan.ts")
  await requireSavable(options.out)
  await using session = await openSession({ ...request, looksOnly: true })
  await refreshIndexes(session)
  const planned = await preview(session)
  requireUninterrupted(session.context)
  return await conclude(planned, session.inventory, options.out, session.reporter)
}

/** Throws `E_INPUT` where a name is none, or a version goes with more than one. */
export function termsOf({ only, to }: { only?: readonly string[] | undefined; to?: string | undefined }): UpgradeTerms {
  const names = only?.flatMap((text) => text.split(",")).filter((name) => name !== "")
  const known = upgradable(COMPONENTS)
  const unknown = names?.find((name) => !known.includes(name))
  if (unknown !== undefined) {
    const near = nearest(unknown, known)
    const components = COMPONENTS.filter((one) => packagesOf(one).length > 0).map(({ name }) => name)
    const hint =
      near === undefined ? `There are: ${components.join(", ")}; or a package of theirs.` : `Did you mean "${near}"?`
    throw new HaopsError("E_INPUT", `nothing that is upgraded is called ${unknown}`, { hint })
  }
  if (to !== undefined && names?.length !== 1) {
    const hint =
      "Such as: haops upgrade --only haproxy --to 2.6.12. Without --to each comes to the newest that its host's repositories have."
    throw new HaopsError("E_INPUT", "a version is that of one thing: --to goes with one name for --only", { hint })
  }
  return { only: names, to }
}

/** What there is to be had by now. */
async function refreshIndexes({ context }: Session): Promise<void> {
  await connectAndLook(context, [])
  requireUninterrupted(context)
  await eachHost(context, liveHosts(context.world), (state) => refreshIndex(state, context))
}

/** Where a repository does not answer, or not in time, the index that is there counts, which is said. */
export async function refreshIndex(
  { host, facts, transport }: LiveHost,
  { sink, abort }: Pick<RunContext, "sink" | "abort">,
): Promise<void> {
  const command = refreshAction(facts)
  if (command === undefined) return
  const why = await transport.exec({ ...command, sudo: true }, abort).then(
    ({ code, stderr }) => (code === 0 ? undefined : (stderr.trim().split("\n").at(-1) ?? "")),
    (thrown) => {
      const { code, message } = asHaopsError(thrown)
      if (code === "E_TIMEOUT" || code === "E_COMMAND") return message
      throw thrown
    },
  )
  if (why === undefined) return
  const text = `${host.name}: the index of its packages is as old as it was: ${why}`
  sink({ type: "message", level: "warning", text })
}
