import { hostname, userInfo } from "node:os"
import { setImmediate as turn } from "node:timers/promises"
import type { Secret } from "../base/secret.ts"
import type { RunContext } from "../engine/context.ts"
import type { LockOwner } from "../engine/lock.ts"
import type { Barrier } from "../engine/task.ts"
import type { Host, Inventory, SecretSource } from "../model/inventory.ts"
import type { Step, Subject } from "../model/step.ts"
import type { LoadedPlaybook } from "../playbook/compile.ts"
import { type Approach, type ApproachRequest, approachHosts } from "./approach.ts"
import type { Reporter } from "./reporter.ts"

/** What a verb works with: the inventory bound to a playbook, connections on demand, sinks, and Ctrl-C. */
export interface Session extends AsyncDisposable {
  verb: string
  inventory: Inventory
  hosts: readonly Host[]
  barriers: readonly Barrier[]
  context: RunContext
  reporter: Reporter
  owner: LockOwner
  startedAt: number
  /** Resolves a secret of the inventory; memoised for the run. */
  secret: (source: SecretSource) => Secret
}

/** The vocabulary of playbooks by kind. */
type Steps = ReadonlyMap<string, Step>

export interface SessionRequest extends ApproachRequest {
  verb: string
  /** What it was given, for the journal. Default: the node that it is about. */
  target?: string | undefined
  /** Called when connections have been begun. */
  playbook: () => LoadedPlaybook | Promise<LoadedPlaybook>
  /** Keep a log and a journal: for verbs that change something. Default false. */
  record?: boolean | undefined
  /** What the playbook may use, of all the steps that there are. Default: all of them. */
  steps?: ((all: Steps) => Steps) | undefined
  /** The node that the verb is about. */
  subject?: Subject | undefined
  /** A host that fails ends the run. Default false. */
  allTogether?: boolean | undefined
}

/**
 * Loads and compiles everything, and so finds every problem of input before anything is run on a host. The inventory's are found before
 * the first connection; the others are looked for while connections are made, which come to nothing then.
 */
export async function openSession(request: SessionRequest): Promise<Session> {
  const startedAt = Date.now()
  const approach = await approachHosts(request)
  try {
    return await sessionOf(request, approach, startedAt)
  } catch (thrown) {
    await approach[Symbol.asyncDispose]()
    throw thrown
  }
}

async function sessionOf(request: SessionRequest, approach: Approach, startedAt: number): Promise<Session> {
  const { verb, options, allTogether, record = false } = request
  const { inventory, hosts, world, connector, stop, abort } = approach
  const barriers = await compile(request, approach)
  const { createReporter } = await meanwhile(() => import("./reporter.ts"))
  const reporter = await createReporter({
    verb,
    inventory,
    hosts,
    options,
    secrets: approach.revealed,
    startedAt,
    record,
  })
  const { sink } = reporter
  approach.backlog.passOn(sink)
  const context: RunContext = { world, connector, forks: options.forks, sink, stop, abort, allTogether }
  sink({
    type: "run-started",
    runId: reporter.runId,
    verb,
    target: request.target ?? request.subject?.node,
    cluster: inventory.name,
    inventory: inventory.file,
    hosts: hosts.map((host) => host.name),
    stages: [...new Set(barriers.map((barrier) => barrier.stage))],
  })
  return {
    verb,
    inventory,
    hosts,
    barriers,
    context,
    reporter,
    owner: ownerOf(verb, reporter.runId),
    startedAt,
    secret: approach.secret,
    async [Symbol.asyncDispose]() {
      await approach[Symbol.asyncDispose]()
      await reporter.close()
    },
  }
}

async function compile(request: SessionRequest, approach: Approach): Promise<readonly Barrier[]> {
  const { playbook, options, subject, steps = (all) => all } = request
  const { inventory, hosts, secret } = approach
  const { loadSteps } = await meanwhile(() => import("../playbook/registry.ts"))
  const { compilePlaybook } = await meanwhile(() => import("../playbook/compile.ts"))
  const all = await loadSteps()
  const loaded = await playbook()
  const leftOut = inventory.hosts.filter((host) => !hosts.includes(host))
  return compilePlaybook(loaded, {
    ...{ inventory, hosts, leftOut, secret, subject },
    steps: steps(all),
    only: options.only,
  })
}

/** Runs the code of a module between two turns of the event loop, so that no host waits for an answer of ours until all of it has run. */
async function meanwhile<Module>(load: () => Promise<Module>): Promise<Module> {
  await turn()
  return await load()
}

function ownerOf(verb: string, runId: string): LockOwner {
  const since = new Date().toISOString()
  return { runId, user: userInfo().username, host: hostname(), pid: process.pid, verb, since }
}
