import { driftSentence } from "../base/drift-words.ts"
import type { Finding } from "../base/events.ts"
import { count, listing } from "../base/words.ts"
import { type Check, check } from "../model/check.ts"
import { obstacles } from "../model/obstacles.ts"
import type { Assessed, Observed, Seen, View } from "../model/view.ts"
import { ACTIVE } from "./active.ts"
import { clock } from "./steps/clock.ts"
import { sysctl } from "./steps/sysctl.ts"
import { activeScript, parseActive } from "./units.ts"

/** The machine: how long its services have run, its kernel's parameters and its clock. `units` are those of all components. */
export function viewOf(units: readonly string[]): View {
  return {
    observes: [activeOf(units)],
    checks: (seen) => [parameters(seen), clocks(seen)],
    judges: [sysctl, clock],
  }
}

function activeOf(units: readonly string[]): Observed<Readonly<Record<string, number | undefined>>> {
  return {
    ...ACTIVE,
    script: () => `cat /proc/uptime &&
${activeScript(units)}`,
    parse(text) {
      const [uptime = "", ...shown] = text.split("\n")
      return parseActive(shown.join("\n"), units, Number.parseFloat(uptime))
    },
  }
}

function parameters(seen: Seen): Check {
  const mine = seen.assessed(sysctl)
  const asked = mine.filter(({ error }) => error === undefined).map(({ host }) => host)
  const evidence = mine.length === 0 ? "none are managed" : `live and for the next boot on ${listing(asked)}`
  return check("sysctl", "kernel parameters are set", [evidence], {
    fails: [...unasked(seen), ...mine.flatMap(differences)],
    warnings: mine.flatMap(({ host, findings }) =>
      findings.flatMap(({ severity, message }) => (severity === "warning" ? [`${host}: ${message}`] : [])),
    ),
  })
}

function clocks(seen: Seen): Check {
  const mine = seen.assessed(clock)
  const offsets = seen.look.live.map(({ facts }) => facts.clock.offsetMs)
  const spread = Math.max(...offsets) - Math.min(...offsets)
  const findings = mine.flatMap((one) => one.findings)
  const of = (severity: Finding["severity"]) =>
    findings.filter((one) => one.severity === severity).map(({ message }) => message)
  const errors = mine.flatMap(({ host, error }) => (error === undefined ? [] : [`${host}: ${error.message}`]))
  const fails = [...unasked(seen), ...errors, ...of("error")]
  const evidence = `${count(offsets.length, "clock")} within ${Math.round(spread)} ms, as far as can be told from here`
  return check("clocks", "the clocks agree", [evidence], { fails, warnings: of("warning") })
}

function unasked({ look }: Seen): string[] {
  const silent = look.inventory.hosts.filter(({ name }) => !look.asked(name))
  return silent.map(({ name }) => `${name} could not be asked`)
}

function differences(one: Assessed): string[] {
  return [...obstacles(one), ...one.drift.map((drift) => `${one.host}: ${driftSentence(drift)}`)]
}
