import { cleanScreen } from "../base/clean.ts"
import { Secret } from "../base/secret.ts"
import { COMPONENTS } from "../components.ts"
import { missingSecretsError } from "../inventory/missing-secrets.ts"
import { createSecretStore, MissingSecretError } from "../inventory/secrets.ts"
import type { Host, Inventory, SecretSource } from "../model/inventory.ts"
import type { NodeFile } from "../model/node-file.ts"
import type { RenderedFile } from "../output/files-screen.ts"

type Secrets = (source: SecretSource) => Secret

/** The files of each host, their contents still to be asked for, in the order of the components. */
export type Found = readonly { component: string; host: string; file: NodeFile }[]

/** Which of the files are wanted; what it throws ends it all. */
type Choose = (files: Found) => Found

/**
 * Each file of each host. Secrets are masked, and not even looked up; with `reveal` those that the chosen files hold are, and all
 * that are missing are thrown at once.
 */
export async function renderedFiles(
  inventory: Inventory,
  hosts: readonly Host[],
  { choose, reveal }: { choose: Choose; reveal: boolean },
): Promise<readonly RenderedFile[]> {
  const hooks = await Promise.all(
    COMPONENTS.map(async ({ name, files }) => ({ name, files: await files?.(COMPONENTS) })),
  )
  const filesOf = (component: string, host: Host, secret: Secrets): Found => {
    const files = hooks.find(({ name }) => name === component)!.files
    const found = files?.({ inventory, host, members: inventory.hosts, secret }) ?? []
    return found.map((file) => ({ component, host: host.name, file }))
  }
  const all = hooks.flatMap(({ name }) => hosts.flatMap((host) => filesOf(name, host, () => new Secret("masked"))))
  const chosen = choose(all)
  if (!reveal) return chosen.map(({ file, ...where }) => ({ ...where, ...shownOf(file, false) }))
  const { missing, secret, attempt } = revealing()
  const shown = chosen.map(({ file, component, host }) =>
    attempt(() => {
      const own = filesOf(component, inventory.hosts.find(({ name }) => name === host)!, secret)
      const same = own.find((one) => one.file.path === file.path)!
      return { component, host, ...shownOf(same.file, true) }
    }),
  )
  if (missing.length > 0) throw missingSecretsError(inventory, missing)
  return shown.filter((file) => file !== undefined)
}

function revealing() {
  const missing: MissingSecretError[] = []
  const store = createSecretStore({ onWarning: (text) => process.stderr.write(cleanScreen(`warning: ${text}\n`)) })
  const secret: Secrets = (source) => {
    try {
      return store(source)
    } catch (thrown) {
      if (!(thrown instanceof MissingSecretError)) throw thrown
      missing.push(thrown)
      return new Secret("missing")
    }
  }
  /** What a missing secret leads to later is not what is wrong. */
  const attempt = <Result>(work: () => Result): Result | undefined => {
    const before = missing.length
    try {
      return work()
    } catch (thrown) {
      if (missing.length === before) throw thrown
      return undefined
    }
  }
  return { missing, secret, attempt }
}

function shownOf({ content, masked, ...file }: NodeFile, reveal: boolean): Omit<RenderedFile, "component" | "host"> {
  const secret = masked !== undefined
  if (content === undefined) return { ...file, secret }
  if (reveal || masked === undefined) return { ...file, secret, content: content() }
  return { ...file, secret, content: masked === "whole" ? "[secret]\n" : masked(content()) }
}
