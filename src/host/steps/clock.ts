import * as z from "zod"
import type { Finding } from "../../base/events.ts"
import { defineClusterStep, type Member } from "../../model/step.ts"

/** Keystone's tokens and logs side by side are already out of order; nothing breaks. */
const WARN_MS = 1_000
/**
 * Pacemaker compares a failure's time, written by the node's clock, with its own: from the default failure-timeout of haproxy (30 s)
 * on, failures expire at once or never.
 */
const ERROR_MS = 30_000

const want = z.strictObject({})

/** Whether the members' clocks agree. Changes nothing: clocks are the business of chrony. */
export const clock = defineClusterStep<z.infer<typeof want>, null>({
  kind: "clock",
  summary: "the members' clocks agree to a second",
  want,
  bind: () => ({}),
  needs: "any",
  title: () => "clock",
  // The time itself is a fact of every host, taken first in the facts script.
  probe: () => ({ script: ":", parse: () => null }),
  check: () => [],
  findings: (_want, { all }) => clockFindings(all),
  plan: () => [],
})

/** The members farthest apart, by what is certain: the distance less what each measurement can be off. */
function clockFindings(all: readonly Member<null>[]): Finding[] {
  const offset = ({ facts }: Member<null>) => facts.clock.offsetMs
  const sorted = [...all].sort((a, b) => offset(a) - offset(b))
  const [behind, ahead] = [sorted[0], sorted.at(-1)]
  if (behind === undefined || ahead === undefined || behind === ahead) return []
  const unsure = behind.facts.clock.uncertaintyMs + ahead.facts.clock.uncertaintyMs
  const skew = offset(ahead) - offset(behind) - unsure
  if (skew <= WARN_MS) return []
  const message = `the clock of ${ahead.host} is ${seconds(skew)} s ahead of that of ${behind.host} (all, against this machine: ${sorted
    .map((member) => `${member.host} ${seconds(offset(member))} s`)
    .join(", ")})`
  const hint = "Install and enable chrony on every node, with the same sources."
  return [{ severity: skew > ERROR_MS ? "error" : "warning", message, hint }]
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1)
}
