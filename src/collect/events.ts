import { cleanLine } from "../base/clean.ts"
import type { EventKind, Tell } from "../model/evidence.ts"

/** Something that happened, as a host's journal or log tells it. */
export interface ClusterEvent {
  /** By this machine's clock, in milliseconds since 1970. */
  ms: number
  /** Who tells of it. Several, where it is news to each of them. */
  hosts: readonly string[]
  kind: EventKind
  words: string
  /** The line itself. */
  line: string
}

const JOURNAL = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?)(Z|[+-]\d{2}:?\d{2}) \S+ ([^\s[:]+)(?:\[\d+\])?: (.*)$/
const RABBITMQ = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}\.\d+)([+-]\d{2}:\d{2}) (\[.*)$/

/** Two that tell the same within this time tell of one thing, in milliseconds. */
const TOGETHER_MS = 5000

interface Line {
  ms: number
  program: string
  said: string
}

/** What the lines of one host's file tell; `skewMs`: how far its clock is ahead. */
export function eventsIn(
  text: string,
  {
    host,
    skewMs,
    tells,
    nameOf,
  }: { host: string; skewMs: number; tells: readonly Tell[]; nameOf: (id: string) => string },
): readonly ClusterEvent[] {
  return text.split("\n").flatMap((line): readonly ClusterEvent[] => {
    const read = readLine(line)
    if (read === undefined) return []
    for (const { by, line: pattern, kind, words } of tells) {
      const match = by.test(read.program) ? pattern.exec(read.said) : null
      if (match === null) continue
      const known = typeof kind === "function" ? kind(match) : kind
      if (known === undefined) continue
      const told = cleanLine(words(match, nameOf))
      return [{ ms: read.ms - skewMs, hosts: [host], kind: known, words: told, line: cleanLine(line) }]
    }
    return []
  })
}

/** All in their order, what several hosts tell of at once as one. */
export function mergeEvents(events: readonly ClusterEvent[]): readonly ClusterEvent[] {
  const merged: (ClusterEvent & { hosts: string[] })[] = []
  const latest = new Map<string, ClusterEvent & { hosts: string[] }>()
  for (const event of events.toSorted((one, other) => one.ms - other.ms)) {
    const key = `${event.kind} ${event.words}`
    const before = latest.get(key)
    if (
      before !== undefined &&
      event.ms - before.ms <= TOGETHER_MS &&
      !event.hosts.some((host) => before.hosts.includes(host))
    ) {
      before.hosts.push(...event.hosts)
      continue
    }
    const own = { ...event, hosts: [...event.hosts] }
    latest.set(key, own)
    merged.push(own)
  }
  return merged
}

function readLine(line: string): Line | undefined {
  const journal = JOURNAL.exec(line)
  if (journal !== null) {
    const [, time, zone, program, said] = journal
    return timed(`${time}${zoneOf(zone!)}`, program!, said!)
  }
  const rabbit = RABBITMQ.exec(line)
  if (rabbit === null) return undefined
  const [, day, time, zone, said] = rabbit
  return timed(`${day}T${time}${zone}`, "rabbitmq", said!)
}

function timed(iso: string, program: string, said: string): Line | undefined {
  const ms = Date.parse(iso)
  return Number.isNaN(ms) ? undefined : { ms, program, said }
}

/** `+0000`, as older journals write it, is no zone of ISO 8601's long form. */
function zoneOf(zone: string): string {
  return zone.includes(":") || zone === "Z" ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`
}
