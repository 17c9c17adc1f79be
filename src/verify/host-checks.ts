import type { Finding } from "../base/events.ts"
import { count, listing } from "../base/words.ts"
import type { Assessment } from "../engine/assess.ts"
import { type Check, check, type Seen } from "./check.ts"

/** Judged by a check of their own. */
const ELSEWHERE = new Set(["observe", "converged", "sysctl", "clock", "haproxy-config"])

export function hostChecks(seen: Seen): readonly Check[] {
  return [sysctl(seen), clock(seen), inventoryCheck(seen)]
}

/** Every host answers: first, since without it little else can be known. */
export function reachedCheck({ status }: Seen): Check {
  const hosts = status.nodes.filter(({ known }) => known)
  const fails = hosts
    .filter(({ reached }) => !reached)
    .map(({ name, error }) => `${name}: ${error?.message ?? "no answer"}`)
  return check("hosts", "every host answers", [listing(hosts.map(({ name }) => name))], { fails })
}

function sysctl(seen: Seen): Check {
  const { assessments } = seen
  const mine = assessments.filter(({ task }) => task.step.kind === "sysctl")
  const asked = mine.filter(({ error }) => error === undefined).map(({ host }) => host)
  const evidence = mine.length === 0 ? "none are managed" : `live and for the next boot on ${listing(asked)}`
  return check("sysctl", "kernel parameters are set", [evidence], {
    fails: [...unasked(seen), ...mine.flatMap(differences)],
    warnings: mine.flatMap(({ host, findings }) => findings.map(({ message }) => `${host}: ${message}`)),
  })
}

function clock(seen: Seen): Check {
  const { assessments, answers } = seen
  const mine = assessments.filter(({ task }) => task.step.kind === "clock")
  const offsets = answers.live.map(({ facts }) => facts.clock.offsetMs)
  const spread = Math.max(...offsets) - Math.min(...offsets)
  const findings = mine.flatMap((one) => one.findings)
  const of = (severity: Finding["severity"]) =>
    findings.filter((one) => one.severity === severity).map(({ message }) => message)
  const fails = [...unasked(seen), ...of("error")]
  const evidence = `${count(offsets.length, "clock")} within ${Math.round(spread)} ms, as far as can be told from here`
  return check("clocks", "the clocks agree", [evidence], { fails, warnings: of("warning") })
}

/** Everything else that `haops up` would look at. That it would change something is no fault of the cluster; what it could not look at is. */
function inventoryCheck(seen: Seen): Check {
  const { assessments, inventory } = seen
  const others = assessments.filter(({ task }) => !ELSEWHERE.has(task.step.kind))
  const failed = others.flatMap(({ task, host, error }) =>
    error === undefined ? [] : [`${task.title} on ${host}: ${error.message}`],
  )
  const findings = (severity: Finding["severity"]) =>
    others.flatMap(({ host, findings }) =>
      findings.filter((one) => one.severity === severity).map(({ message }) => `${host}: ${message}`),
    )
  const drifted = others.filter(({ drift }) => drift.length > 0)
  const drift = drifted.map(({ task, host }) => (task.step.scope === "once" ? task.title : `${task.title} on ${host}`))
  return check(
    "inventory",
    `everything else is as ${inventory.file} says`,
    [`${count(others.length, "step")} in sync`],
    {
      fails: [
        ...unasked(seen),
        ...seen.unasked.map(({ step, reason }) => `${step} was not compared: ${reason}`),
        ...failed,
        ...findings("error"),
      ],
      warnings: [
        ...(drift.length > 0 ? [`differs: ${listing(drift, 9)}; see haops plan`] : []),
        ...findings("warning"),
      ],
    },
  )
}

function unasked({ inventory, answers }: Seen): string[] {
  const silent = inventory.hosts.filter(({ name }) => answers.observation(name) === undefined)
  return silent.map(({ name }) => `${name} could not be asked`)
}

function differences({ host, drift, error }: Assessment): string[] {
  if (error !== undefined) return [`${host}: ${error.message}`]
  return drift.map(({ attribute, have, want }) => `${host}: ${attribute} is ${have}, wanted ${want}`)
}
