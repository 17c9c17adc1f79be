import type { Drift } from "./events.ts"

/** One difference for people, where no arrow and no diff shows it: `/etc/hosts mode: 0600, wanted 0644`. */
export function driftSentence({ attribute, have, want, diff, sentence }: Drift): string {
  if (sentence !== undefined) return sentence
  return diff !== undefined && have !== "absent"
    ? `${attribute} has other content`
    : `${attribute}: ${have}, wanted ${want}`
}

/** Of a state that says by itself that it is not the wanted one: `haproxy on controller3 does not listen on 10.0.0.11:80`. */
export function stateSentence(attribute: string, state: string): string {
  return /^(does not|runs on no) /.test(state) ? `${attribute} ${state}` : `${attribute}: ${state}`
}
