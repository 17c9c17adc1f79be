import { HaopsError } from "../base/errors.ts"
import type { Finding } from "../base/events.ts"
import type { Assessment } from "./assess.ts"
import type { RunContext } from "./context.ts"
import { failHost } from "./look.ts"

/** Findings that haops will not override: they stop their host, and in a step done for all the whole run. */
export function refuse(context: RunContext, assessments: readonly Assessment[]): void {
  const { world } = context
  let cluster: HaopsError | undefined
  for (const { task, host, findings } of assessments) {
    const errors = findings.filter((finding) => finding.severity === "error")
    for (const member of new Set(errors.map((finding) => finding.host))) {
      const about = member ?? host
      const error = refusal(
        task.title,
        about,
        errors.filter((finding) => finding.host === member),
      )
      const state = world.get(about)
      if (task.step.scope === "once" && member === undefined) cluster ??= error
      else if (state !== undefined && state.failure === undefined) failHost(context, state, error)
    }
  }
  if (cluster !== undefined) throw cluster
}

/** All that stands against a step on a host, with what to do about each. */
function refusal(step: string, host: string, findings: readonly Finding[]): HaopsError {
  const hints = [...new Set(findings.flatMap(({ hint }) => hint ?? []))]
  const hint = hints.length === 0 ? undefined : hints.join(" ")
  return new HaopsError("E_REFUSED", findings.map(({ message }) => message).join("; "), { host, step, hint })
}
