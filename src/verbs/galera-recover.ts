import { HaopsError } from "../base/errors.ts"
import { exitOfOutcome } from "../base/exit-codes.ts"
import { nearest } from "../base/nearest.ts"
import type { News } from "../engine/costs.ts"
import type { Plan } from "../engine/plan-model.ts"
import { run } from "../engine/run.ts"
import { loadInventory } from "../inventory/load.ts"
import { GALERA } from "../model/galera.ts"
import { hostsOf, type Inventory } from "../model/inventory.ts"
import { settingsOf } from "../model/section.ts"
import { loadShipped } from "../playbook/load.ts"
import { ask, requireTerminal } from "./ask.ts"
import { lastWords } from "./galera-last-words.ts"
import type { RecoverOptions } from "./options.ts"
import { openSession, type Session } from "./session.ts"
import { toldAsRun } from "./told.ts"

/**
 * `haops galera recover`: bring the cluster back after an outage of all its members. `--without NODE` is the operator's word that this
 * one is gone for good, and with it what it has and the others do not. What is found on the way is what the word is about: it is asked
 * about again on a terminal alone.
 */
export async function galeraRecover(options: RecoverOptions): Promise<number> {
  const { without } = options
  const whole = await loadInventory(options.inventory)
  const inventory = left(whole, without)
  const [node] = without
  const gone = whole.hosts.filter(({ name }) => without.includes(name))
  const subject = node === undefined ? undefined : { node, force: true, ends: await lastWords(gone, options) }
  const playbook = () => loadShipped("galera-recover")
  await using session = await openSession({
    verb: "galera recover",
    options,
    playbook,
    inventory,
    subject,
    record: true,
  })
  const { context, barriers, owner, startedAt } = session
  const confirm = (plan: Plan, news?: News) => agreed(session, options, plan, news)
  return await toldAsRun(session, async () => {
    const result = await run({ context, inventory, barriers, owner, startedAt, confirm })
    await session.reporter.finish(result)
    return exitOfOutcome(result.outcome)
  })
}

/** The inventory as if those were not in it. */
function left(inventory: Inventory, without: readonly string[]): Inventory {
  const { file, hosts } = inventory
  const galera = settingsOf(inventory, GALERA)
  if (galera === undefined)
    throw new HaopsError("E_INPUT", `${file} has no cluster of databases: there is no section "galera"`)
  const names = hostsOf(inventory, galera.on).map(({ name }) => name)
  for (const name of without) {
    if (names.includes(name)) continue
    const near = nearest(name, names)
    const suggestion = near === undefined ? `it is ${names.join(", ")}` : `did you mean "${near}"?`
    throw new HaopsError("E_INPUT", `--without ${name}: no member is called so; ${suggestion}`)
  }
  if (names.every((name) => without.includes(name))) throw new HaopsError("E_INPUT", "--without leaves no member")
  return { ...inventory, hosts: hosts.filter(({ name }) => !without.includes(name)) }
}

async function agreed(session: Session, { yes }: RecoverOptions, plan: Plan, news: News | undefined): Promise<boolean> {
  const harmless = news === undefined && (plan.risk === "none" || plan.risk === "reload")
  if (harmless || yes === true) return true
  requireTerminal(`this would cause a ${plan.risk}, and there is no terminal to ask on`, "If it is meant, add --yes.")
  const { reporter, context } = session
  return await reporter.asking(async (tell) => {
    tell.plan(plan)
    return await ask(`This causes a ${plan.risk}. Go on?`, context.stop)
  })
}
