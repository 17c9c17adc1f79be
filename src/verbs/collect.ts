import { existsSync } from "node:fs"
import { rename, stat } from "node:fs/promises"
import { basename } from "node:path"
import { asHaopsError, HaopsError } from "../base/errors.ts"
import { EXIT } from "../base/exit-codes.ts"
import { writing } from "../base/writing.ts"
import { type Archive, createArchive } from "../collect/archive.ts"
import { type Collected, collectHost } from "../collect/collect.ts"
import { mergeEvents } from "../collect/events.ts"
import { momentOf } from "../collect/since.ts"
import { COMPONENTS } from "../components.ts"
import { connectionTo } from "../engine/connection.ts"
import { requireUninterrupted } from "../engine/look.ts"
import { secretsIn } from "../inventory/secrets.ts"
import type { Evidence } from "../model/evidence.ts"
import type { Host, Inventory } from "../model/inventory.ts"
import { renderCollect } from "../output/collect-screen.ts"
import { postMortemPage } from "../output/report/post-mortem.ts"
import { createScrub } from "../output/scrub.ts"
import { emptyPlaybook } from "../playbook/load.ts"
import { createPool } from "../transport/pool.ts"
import type { SelectOptions } from "./options.ts"
import { openSession, type Session } from "./session.ts"

interface CollectOptions extends SelectOptions {
  since?: string | undefined
  out?: string | undefined
}

/** Hosts at a time: a part of each is held here while it comes. */
const AT_A_TIME = 8

/**
 * `haops collect`: what all hosts have of what happened, in one archive for its owner alone: journals, logs, the CIB and its history, what
 * programs say now, and a page with who left, what moved and what failed by one clock. Changes nothing on them, and waits for no lock.
 */
export async function collect(options: CollectOptions): Promise<number> {
  const startedAt = new Date()
  const sinceMs = sinceOf(options.since ?? "24h", startedAt)
  await using session = await openSession({
    verb: "collect",
    options,
    playbook: () => emptyPlaybook("collect"),
    looksOnly: true,
  })
  const { inventory, hosts, reporter } = session
  const file = fileOf(options.out, inventory, startedAt)
  const secrets = knownSecrets(session)
  const evidence = await Promise.all(COMPONENTS.map((component) => component.evidence?.(inventory) ?? {}))
  const kept = await keeping(file, startedAt, async (archive) => {
    const found = await collectAll(session, hosts, { evidence, sinceMs, secrets: secrets.values, archive, file })
    if (found.every((one) => "error" in one)) return undefined
    const events = mergeEvents(found.flatMap((one) => ("events" in one ? one.events : [])))
    const told = found.map((one) => ("events" in one ? { ...one, events: undefined } : one))
    const result = { cluster: inventory.name, sinceMs, untilMs: Date.now(), hosts: told, events }
    await archive.add(`${topOf(file)}/timeline.html`, postMortemPage(result))
    await archive.add(
      `${topOf(file)}/collected.json`,
      `${JSON.stringify({ ...result, unmasked: secrets.missing }, null, 2)}\n`,
    )
    return result
  })
  if (kept === undefined) {
    reporter.result(EXIT.unreachable, {}, () => "No host could be asked, so there is no archive.\n", "unreachable")
    return EXIT.unreachable
  }
  const { size } = await stat(file)
  const reached = kept.hosts.filter((one) => !("error" in one)).length
  const exit = reached === hosts.length ? EXIT.done : EXIT.partial
  const details = { ...kept, file, size, unmasked: secrets.missing }
  reporter.result(exit, details, () => renderCollect(details))
  return exit
}

function sinceOf(text: string, now: Date): number {
  const moment = momentOf(text, now)
  if (moment !== undefined) return moment
  throw new HaopsError("E_INPUT", `--since ${text} is no moment that has been`, {
    hint: "It is a time of the day such as 02:00, a span such as 90min or 2h, or a day with its time: '2026-11-29 02:00'.",
  })
}

function fileOf(out: string | undefined, { name }: Inventory, now: Date): string {
  const time = now.toISOString().slice(0, 16).replaceAll(":", "")
  const file = out ?? `${name.replaceAll(/[^\w.-]/g, "_")}-${time}Z.tar.gz`
  if (existsSync(file))
    throw new HaopsError("E_INPUT", `${file} exists already, and is left unchanged`, {
      hint: "Name another file with --out.",
    })
  if (existsSync(`${file}.part`))
    throw new HaopsError("E_INPUT", `${file}.part exists: another haops collect writes it, or was killed at it`, {
      hint: "Remove it where no other one runs, or name another file with --out.",
    })
  return file
}

/** What the archive unpacks to. */
function topOf(file: string): string {
  return basename(file).replace(/\.(tar\.gz|tgz)$/, "")
}

/** All secrets of the inventory, as they may stand in a file; and those that this machine does not have at hand. */
function knownSecrets({ inventory, secret, reporter }: Session): {
  values: readonly string[]
  missing: readonly string[]
} {
  const values: string[] = []
  const missing: string[] = []
  for (const source of secretsIn(inventory)) {
    try {
      const value = secret(source).reveal()
      values.push(value, xmlOf(value), encodeURIComponent(value))
    } catch (thrown) {
      const { message } = asHaopsError(thrown)
      missing.push(message)
      reporter.sink({ type: "message", level: "warning", text: `a secret cannot be masked: ${message}` })
    }
  }
  return { values, missing }
}

function xmlOf(value: string): string {
  const entities = [
    ["&", "&amp;"],
    ["<", "&lt;"],
    [">", "&gt;"],
    ['"', "&quot;"],
  ] as const
  return entities.reduce((text, [character, entity]) => text.replaceAll(character, entity), value)
}

/** Fills a new file under a name beside its own, which it has only once it is whole; there is none where there is nothing to keep. */
async function keeping<Result>(
  file: string,
  now: Date,
  fill: (archive: Archive) => Promise<Result | undefined>,
): Promise<Result | undefined> {
  const unfinished = `${file}.part`
  const archive = createArchive(unfinished, now)
  try {
    const result = await writing(file, () => fill(archive))
    if (result === undefined) return void (await archive.abandon())
    await writing(file, () => archive.close())
    await writing(file, () => rename(unfinished, file))
    return result
  } catch (thrown) {
    await archive.abandon()
    throw thrown
  }
}

interface Work {
  evidence: readonly Evidence[]
  sinceMs: number
  secrets: readonly string[]
  archive: Archive
  file: string
}

async function collectAll({ context }: Session, hosts: readonly Host[], work: Work) {
  const { stop, abort, sink, world, forks } = context
  const settled = await createPool(Math.min(forks, AT_A_TIME)).map(hosts, async (host) => {
    const state = world.get(host.name)!
    const began = Date.now()
    const transport = await connectionTo(state, context, stop)
    sink({ type: "host-connected", host: host.name, ms: Date.now() - began })
    const scrub = (text: string, also: ReadonlySet<string>) => createScrub(() => [...work.secrets, ...also])(text)
    const keep = (path: string, text: string) => work.archive.add(`${topOf(work.file)}/${host.name}/${path}`, text)
    return await collectHost(transport, { ...work, scrub, keep }, abort)
  })
  requireUninterrupted(context)
  return settled.map((one): Collected | { host: string; error: string } => {
    if ("value" in one) return one.value
    const { error } = one
    const host = one.host.name
    sink(
      world.get(host)?.transport === undefined
        ? { type: "host-unreachable", host, error }
        : { type: "host-failed", host, error },
    )
    return { host, error: error.message }
  })
}
