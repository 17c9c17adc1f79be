import { escapeJson } from "../base/clean.ts"
import { HaopsError } from "../base/errors.ts"
import { EXIT } from "../base/exit-codes.ts"
import { answersTo } from "../engine/answered.ts"
import { connectAndLook } from "../engine/look.ts"
import { BALLOT, ballotTask } from "../foresight/ballot.ts"
import { foretell, type Known, type Outlook, quorumWords } from "../foresight/foretell.ts"
import { lookAhead } from "../foresight/look-ahead.ts"
import { type Asked, resourcesOf, type Scenario, scenariosOf } from "../foresight/scenario.ts"
import { loadInventory } from "../inventory/load.ts"
import { HEALTH } from "../membership/health.ts"
import { confOf, deviceHostOf, rollOf } from "../membership/losses.ts"
import { referenceView } from "../membership/reference-view.ts"
import { rulesOf } from "../membership/voting-rules.ts"
import type { Inventory } from "../model/inventory.ts"
import { screenOptions } from "../output/screen.ts"
import { renderWhatIf } from "../output/what-if-screen.ts"
import { CIB_ANSWER } from "../pacemaker/cib-probe.ts"
import { isTrue } from "../pacemaker/values.ts"
import { loadShipped } from "../playbook/load.ts"
import { Answers } from "../status/answers.ts"
import { assembleStatus } from "../status/assemble.ts"
import { lenient } from "../status/lenient.ts"
import { observeTask } from "../status/observe.ts"
import { loadViews } from "../status/views.ts"
import type { CommonOptions } from "./options.ts"
import { openSession } from "./session.ts"

interface WhatIfOptions extends CommonOptions, Asked {
  /** From the inventory alone. */
  offline?: boolean | undefined
}

/** What the cluster says of itself, and its configuration. */
const ASKED = [HEALTH, CIB_ANSWER]

/**
 * `haops what-if`: what comes of a failure: what corosync counts then, where the cluster, keepalived and haproxy leave VIPs and services.
 * Changes nothing. Exits 0 whatever it foretells; 1 where no cluster runs, 3 where a host did not answer, 4 where none did.
 */
export async function whatIf(options: WhatIfOptions): Promise<number> {
  if (options.offline === true) return await offline(options)
  await using session = await openSession({
    verb: "what-if",
    options,
    playbook: () => loadShipped("up"),
    steps: (all) => lenient(all, () => {}),
    looksOnly: true,
  })
  const { inventory, hosts, context, barriers, reporter } = session
  const views = await loadViews()
  const tasks = [
    ...barriers.flatMap(({ tasks }) => tasks).filter(({ step }) => ASKED.some((key) => answersTo(step, key))),
    observeTask(views, { inventory, hosts, deep: false }),
    ballotTask(hosts),
  ]
  await connectAndLook(context, tasks)
  if (context.abort.aborted) return EXIT.interrupted
  const answers = new Answers(inventory, context.world, tasks)
  const status = assembleStatus(answers, views)
  const live = answers.live.length
  if (live === 0) {
    const hint = "No host could be reached. From the inventory alone: --offline\n"
    reporter.result(EXIT.unreachable, {}, () => hint, "unreachable")
    return EXIT.unreachable
  }
  const reference = referenceView(answers)
  if (inventory.pacemaker !== undefined && reference === undefined) {
    const text = "No cluster runs on any host that answered. From the inventory alone: --offline\n"
    reporter.result(EXIT.failed, {}, () => text)
    return EXIT.failed
  }
  const members = (reference && answers.answer(BALLOT, reference.host)?.conf?.nodes.map(({ name }) => name)) ?? []
  const scenarios = scenariosIn(inventory, options, members)
  const known = await lookAhead({ context, answers, status }, scenarios)
  const from = reference === undefined ? "by a look at its hosts" : `by the scheduler of ${reference.host}`
  const document = documentOf(known, scenarios, { from, host: reference?.host })
  const exit = live === hosts.length ? EXIT.done : EXIT.partial
  reporter.result(exit, document, () => text(inventory, document, options))
  return exit
}

async function offline(options: WhatIfOptions): Promise<number> {
  const inventory = await loadInventory(options.inventory)
  const { pacemaker } = inventory
  const known: Known = {
    inventory,
    roll: pacemaker && rollOf(inventory, pacemaker),
    deviceHost: deviceHostOf(inventory),
    rules: pacemaker && rulesOf(confOf(inventory, pacemaker)),
    fencing: fencingOf(inventory),
    noQuorumPolicy: pacemaker?.properties["no-quorum-policy"],
  }
  if (options.fail !== undefined) {
    throw new HaopsError(
      "E_INPUT",
      "what comes of --fail is known to the cluster's own scheduler alone: leave out --offline",
    )
  }
  const hosts = inventory.hosts.map(({ name }) => name)
  const document = documentOf(known, scenariosOf(options, { hosts, resources: [] }), { from: "by the inventory alone" })
  if (options.json === true) {
    const said = { outcome: "done", exit: EXIT.done, details: document }
    process.stdout.write(`${escapeJson(JSON.stringify(said, undefined, 2))}\n`)
  } else process.stdout.write(text(inventory, document, options))
  return EXIT.done
}

interface Foretold {
  from: string
  /** The node whose scheduler was asked. */
  host?: string | undefined
  /** What may be lost, and by which rules. */
  quorum: readonly string[]
  failures: readonly Outlook[]
}

function documentOf(known: Known, scenarios: readonly Scenario[], where: Pick<Foretold, "from" | "host">): Foretold {
  return { ...where, quorum: quorumWords(known), failures: foretell(scenarios, known) }
}

function text(inventory: Inventory, { from, quorum, failures }: Foretold, options: WhatIfOptions): string {
  const named = options.down !== undefined || options.cut !== undefined || options.fail !== undefined
  const screen = {
    title: `${inventory.name}   ${from}`,
    said: quorum,
    outlooks: failures,
    details: named || options.verbose === true,
  }
  return renderWhatIf(screen, screenOptions(options))
}

function scenariosIn(inventory: Inventory, asked: Asked, members: readonly string[]): readonly Scenario[] {
  const hosts = [...new Set([...inventory.hosts.map(({ name }) => name), ...members])]
  return scenariosOf(asked, { hosts, resources: resourcesOf(inventory) })
}

/** Pacemaker fences unless told otherwise. */
function fencingOf({ pacemaker }: Inventory): Known["fencing"] {
  const enabled = pacemaker?.properties["stonith-enabled"]
  if (enabled !== undefined && !isTrue(enabled)) return "off"
  const devices = pacemaker?.fencing.length ?? 0
  return devices > 0 || pacemaker?.sbd !== undefined ? "on" : "no device"
}
