import { readFile } from "node:fs/promises"
import { type Backup, unpackBackup } from "../backup/archive.ts"
import { restoredStep } from "../backup/restored.ts"
import { unseal } from "../backup/seal.ts"
import { HaopsError } from "../base/errors.ts"
import type { Secret } from "../base/secret.ts"
import type { Step } from "../model/step.ts"
import type { LoadedPlaybook } from "../playbook/compile.ts"
import { loadShipped } from "../playbook/load.ts"
import type { UpOptions } from "./options.ts"
import { type PassphraseOptions, passphraseOf } from "./passphrase.ts"
import { planBy } from "./plan.ts"
import { runPlaybook } from "./run-playbook.ts"

interface RestoreOptions extends UpOptions, PassphraseOptions {
  dryRun?: boolean | undefined
}

/**
 * `haops restore`: the cluster of a backup on hosts that are in none: what `up` does, with the cluster's files put there before one would
 * be founded.
 */
export async function restore(options: RestoreOptions, file: string): Promise<number> {
  const backup = await readBackup(file, passphraseOf(options))
  const step = restoredStep(backup, file)
  const request = {
    playbook: async () => withStep(await loadShipped("up"), step.kind),
    steps: (all: ReadonlyMap<string, Step>) => new Map(all).set(step.kind, step),
  }
  if (options.dryRun === true) return await planBy({ verb: "restore", options, ...request })
  const look = `haops restore ${file} --dry-run`
  return await runPlaybook({ verb: "restore", target: file, options, asks: true, look, ...request })
}

async function readBackup(file: string, passphrase: Secret): Promise<Backup> {
  const sealed = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === "ENOENT" ? `there is no backup ${file}` : `${file} cannot be read: ${cause.message}`
    throw new HaopsError("E_INPUT", why, { cause })
  })
  return unpackBackup(await unseal(sealed, passphrase, file), file)
}

/** Where the cluster would be founded, before that. */
function withStep(playbook: LoadedPlaybook, kind: string): LoadedPlaybook {
  const stages = playbook.value.stages.map((stage) =>
    stage.stage === "cluster" ? { ...stage, steps: [kind, ...stage.steps] } : stage,
  )
  return { ...playbook, value: { ...playbook.value, name: "restore", stages } }
}
