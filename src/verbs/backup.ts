import { existsSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { type Backup, packBackup } from "../backup/archive.ts"
import { newestMember } from "../backup/chosen.ts"
import { keptPaths } from "../backup/kept.ts"
import { seal } from "../backup/seal.ts"
import { type Taken, takeFiles } from "../backup/take.ts"
import { cleanLine } from "../base/clean.ts"
import { HaopsError } from "../base/errors.ts"
import { EXIT } from "../base/exit-codes.ts"
import { count, listing } from "../base/words.ts"
import { writing } from "../base/writing.ts"
import { connectAndLook, eachHost, requireUninterrupted } from "../engine/look.ts"
import { liveHosts } from "../engine/world.ts"
import type { Inventory } from "../model/inventory.ts"
import { emptyPlaybook } from "../playbook/load.ts"
import type { CommonOptions } from "./options.ts"
import { type PassphraseOptions, passphraseOf } from "./passphrase.ts"
import { openSession, type Session } from "./session.ts"

interface BackupOptions extends CommonOptions, PassphraseOptions {
  /** Default: CLUSTER-TIME.age in the working directory. */
  out?: string | undefined
}

/**
 * `haops backup`: what the cluster is made of on its hosts, encrypted by a passphrase, into one file: keys, corosync.conf, the CIB, the
 * record of what is haops's, and every file that `up` writes. Changes nothing, and waits for no lock.
 */
export async function backup(options: BackupOptions): Promise<number> {
  const passphrase = passphraseOf(options)
  const playbook = () => emptyPlaybook("backup")
  await using session = await openSession({ verb: "backup", options, playbook, looksOnly: true })
  const { inventory, hosts, reporter } = session
  const now = new Date()
  const file = fileOf(options.out, inventory, now)
  const taken = await takeAll(session)
  if (taken.size === 0) {
    reporter.result(EXIT.unreachable, {}, () => "No host could be asked, so there is no backup.\n", "unreachable")
    return EXIT.unreachable
  }
  const files = hosts.flatMap(({ name }) => taken.get(name)?.files ?? [])
  const addresses = Object.fromEntries(hosts.map(({ name, address }) => [name, address]))
  const backup: Backup = { cluster: inventory.name, takenAt: now.toISOString(), hosts: addresses, files }
  if (inventory.pacemaker !== undefined) requireCluster(backup)
  const sealed = await seal(packBackup(backup), passphrase)
  await writing(file, () => writeFile(file, sealed, { flag: "wx", mode: 0o600 }))
  const details = {
    file,
    bytes: sealed.length,
    files: files.map(({ host, path }) => ({ host, path })),
    left: leftOf(taken),
  }
  const whole = taken.size === hosts.length && details.left.length === 0
  const exit = whole ? EXIT.done : EXIT.partial
  reporter.result(exit, details, () => words(details, taken.size))
  return exit
}

async function takeAll({ context, inventory }: Session): Promise<ReadonlyMap<string, Taken>> {
  const taken = new Map<string, Taken>()
  await connectAndLook(context, [])
  requireUninterrupted(context)
  await eachHost(context, liveHosts(context.world), async (state) => {
    const { transport, host } = state
    taken.set(host.name, await takeFiles(transport, await keptPaths(inventory, host), context.abort))
  })
  requireUninterrupted(context)
  return taken
}

/** A backup that could restore nothing would be found out when it is needed. */
function requireCluster(backup: Backup): void {
  if (newestMember(backup) !== undefined) return
  throw new HaopsError(
    "E_REFUSED",
    `no host that answered is in the cluster ${backup.cluster}: there is none to back up`,
  )
}

function fileOf(out: string | undefined, { name }: Inventory, now: Date): string {
  const time = now.toISOString().slice(0, 16).replaceAll(":", "")
  const file = out ?? `${name.replaceAll(/[^\w.-]/g, "_")}-${time}Z.age`
  if (!existsSync(file)) return file
  throw new HaopsError("E_INPUT", `${file} exists already, and is left unchanged`, {
    hint: "Name another file with --out.",
  })
}

function leftOf(taken: ReadonlyMap<string, Taken>): readonly { host: string; path: string }[] {
  return [...taken].flatMap(([host, { left }]) => left.map((path) => ({ host, path })))
}

interface Details {
  file: string
  bytes: number
  files: readonly { host: string; path: string }[]
  left: readonly { host: string; path: string }[]
}

function words({ file, bytes, files, left }: Details, hosts: number): string {
  const too = left.map(({ host, path }) => `${cleanLine(path)} of ${host}`)
  const without = too.length === 0 ? "" : `Too large, and not in it: ${listing(too)}.\n`
  return `${cleanLine(file)}: ${count(files.length, "file")} of ${count(hosts, "host")}, ${Math.ceil(bytes / 1024)} KiB, encrypted.
${without}Data of databases and queues is not in it. To look inside: age -d ${cleanLine(file)} | tar tzv
`
}
