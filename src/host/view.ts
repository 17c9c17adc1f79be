import { HaopsError } from "../base/errors.ts"
import type { Finding } from "../base/events.ts"
import { count, listing } from "../base/words.ts"
import { type Check, check } from "../model/check.ts"
import type { Assessed, Observed, Seen, View } from "../model/view.ts"
import { ACTIVE } from "./active.ts"
import { clock } from "./steps/clock.ts"
import { sysctl } from "./steps/sysctl.ts"

/** The machine: how long its services have run, its kernel's parameters and its clock. `units` are those of all components. */
export function viewOf(units: readonly string[]): View {
  return {
    observes: [activeOf(units)],
    checks: (seen) => [parameters(seen), clocks(seen)],
    judges: [sysctl, clock],
  }
}

function activeOf(units: readonly string[]): Observed<Readonly<Record<string, number | undefined>>> {
  const services = units.map((unit) => `${unit}.service`).join(" ")
  return {
    ...ACTIVE,
    script: () => `cat /proc/uptime &&
systemctl show -p Id,ActiveState,ActiveEnterTimestampMonotonic ${services}`,
    parse(text) {
      const [uptime = "", ...shown] = text.split("\n")
      const blocks = shown.join("\n").split(/\n\n+/)
      return Object.fromEntries(units.map((unit) => [unit, activeFor(unit, blocks, Number.parseFloat(uptime))]))
    },
  }
}

function activeFor(unit: string, blocks: readonly string[], uptime: number): number | undefined {
  const values = blocks.map((block) => new Map(block.split("\n").map((line) => splitAt(line, "="))))
  const block = values.find((one) => one.get("Id") === `${unit}.service`)
  if (block === undefined) throw new HaopsError("E_PROBE", `systemctl says nothing of ${unit}.service`)
  if (block.get("ActiveState") !== "active") return undefined
  return Math.max(0, uptime - Number(block.get("ActiveEnterTimestampMonotonic")) / 1e6)
}

function splitAt(line: string, separator: string): [string, string] {
  const at = line.indexOf(separator)
  return [line.slice(0, at), line.slice(at + 1)]
}

function parameters(seen: Seen): Check {
  const mine = seen.assessed(sysctl)
  const asked = mine.filter(({ error }) => error === undefined).map(({ host }) => host)
  const evidence = mine.length === 0 ? "none are managed" : `live and for the next boot on ${listing(asked)}`
  return check("sysctl", "kernel parameters are set", [evidence], {
    fails: [...unasked(seen), ...mine.flatMap(differences)],
    warnings: mine.flatMap(({ host, findings }) => findings.map(({ message }) => `${host}: ${message}`)),
  })
}

function clocks(seen: Seen): Check {
  const mine = seen.assessed(clock)
  const offsets = seen.look.live.map(({ facts }) => facts.clock.offsetMs)
  const spread = Math.max(...offsets) - Math.min(...offsets)
  const findings = mine.flatMap((one) => one.findings)
  const of = (severity: Finding["severity"]) =>
    findings.filter((one) => one.severity === severity).map(({ message }) => message)
  const fails = [...unasked(seen), ...of("error")]
  const evidence = `${count(offsets.length, "clock")} within ${Math.round(spread)} ms, as far as can be told from here`
  return check("clocks", "the clocks agree", [evidence], { fails, warnings: of("warning") })
}

function unasked({ look }: Seen): string[] {
  const silent = look.inventory.hosts.filter(({ name }) => !look.asked(name))
  return silent.map(({ name }) => `${name} could not be asked`)
}

function differences({ host, drift, error }: Assessed): string[] {
  if (error !== undefined) return [`${host}: ${error.message}`]
  return drift.map(({ attribute, have, want }) => `${host}: ${attribute} is ${have}, wanted ${want}`)
}
