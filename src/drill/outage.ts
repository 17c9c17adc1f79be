import { type Attempt, EVERY_MS } from "./prober.ts"

/** A time without an answer, from when the next one was due to when it came. Milliseconds since the prober began. */
interface Outage {
  fromMs: number
  toMs: number
  /** Requests sent in it that failed. */
  failed: number
}

/** An answer that is late by so many requests is as good as one in time: a busy machine is no outage. */
const SLACK = 4

/**
 * The times in which nobody was answered: from one good answer to the next, where a request failed between the two or they are far
 * apart. So what a client waits for while its SYN is sent again counts, though the request does not fail in the end. An outage
 * that has not ended lasts until `untilMs`. Pure.
 */
export function outagesOf(
  attempts: readonly Attempt[],
  untilMs: number,
  everyMs: number = EVERY_MS,
): readonly Outage[] {
  const answers = attempts.filter(({ ok }) => ok).map(({ endedMs }) => endedMs)
  const marks = [0, ...answers.sort((a, b) => a - b), untilMs]
  const failures = attempts.filter(({ ok }) => !ok).map(({ sentMs }) => sentMs)
  return marks.slice(1).flatMap((toMs, at) => {
    const lastMs = marks[at]!
    const failed = failures.filter((sentMs) => sentMs >= lastMs && sentMs < toMs).length
    const fromMs = Math.min(lastMs + everyMs, toMs)
    return failed > 0 || toMs - fromMs > SLACK * everyMs ? [{ fromMs, toMs, failed }] : []
  })
}

/** How long the longest was; 0 without one. */
export function longestMs(outages: readonly Outage[]): number {
  return Math.max(0, ...outages.map(({ fromMs, toMs }) => toMs - fromMs))
}

/** True where every request of the last `forMs` was answered, and the latest of them just now. */
export function isSteady(attempts: readonly Attempt[], nowMs: number, forMs: number): boolean {
  const recent = attempts.filter(({ sentMs }) => sentMs > nowMs - forMs)
  const latest = recent.at(-1)?.sentMs ?? 0
  const answered = recent.length > 0 && recent.every(({ ok }) => ok)
  return answered && nowMs - latest < forMs / 2
}
