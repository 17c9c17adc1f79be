import { homedir, userInfo } from "node:os"
import { cleanScreen, escapeJson } from "../base/clean.ts"
import { asHaopsError, type HaopsError } from "../base/errors.ts"
import { EXIT } from "../base/exit-codes.ts"
import { loadInventory } from "../inventory/load.ts"
import { selectHosts } from "../inventory/select.ts"
import type { Host } from "../model/inventory.ts"
import { tableLines } from "../output/table.ts"
import { explainLogin, type LoginFact } from "../transport/explain.ts"
import { createSshConfig } from "../transport/ssh-config.ts"
import type { SelectOptions } from "./options.ts"

interface Explained {
  host: string
  login?: readonly LoginFact[]
  error?: HaopsError
}

/** `haops facts --connection`: how each host would be logged in to, and who says so. It connects to none. */
export async function connectionFacts(options: SelectOptions): Promise<number> {
  const inventory = await loadInventory(options.inventory)
  const hosts = selectHosts(inventory, options.limit)
  const home = homedir()
  const around = { home, env: process.env, localUser: userInfo().username, lookup: createSshConfig({ home }) }
  const explain = async (host: Host): Promise<Explained> =>
    await explainLogin(host, around).then(
      (login) => ({ host: host.name, login }),
      (thrown) => ({ host: host.name, error: asHaopsError(thrown, { host: host.name }) }),
    )
  const all = await Promise.all(hosts.map(explain))
  const exit = all.every(({ error }) => error === undefined) ? EXIT.done : EXIT.failed
  if (options.json === true) {
    const facts = Object.fromEntries(
      all.map(({ host, login, error }) => [host, error === undefined ? { login } : { error: error.toJSON() }]),
    )
    const document = { outcome: exit === EXIT.done ? "done" : "failed", exit, facts }
    process.stdout.write(`${escapeJson(JSON.stringify(document, undefined, 2))}\n`)
  } else {
    process.stdout.write(cleanScreen(all.map(textOf).join("\n")))
  }
  return exit
}

function textOf({ host, login, error }: Explained): string {
  const hint = error?.hint === undefined ? [] : [error.hint]
  const lines =
    login === undefined
      ? [error?.message ?? "", ...hint].map((line) => `  ${line}`)
      : tableLines(login.map(({ what, value, why }) => [what, value, why]))
  return `${host}\n${lines.join("\n")}\n`
}
