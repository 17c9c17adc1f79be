import { hostname, userInfo } from "node:os"
import type { RunContext } from "../engine/context.ts"
import type { LockOwner } from "../engine/lock.ts"
import type { Barrier } from "../engine/task.ts"
import { createWorld } from "../engine/world.ts"
import type { Sink } from "../events.ts"
import { loadInventory } from "../inventory/load.ts"
import type { Host, Inventory, SecretSource } from "../inventory/model.ts"
import { createSecretStore } from "../inventory/secrets.ts"
import { selectHosts } from "../inventory/select.ts"
import { compilePlaybook, type LoadedPlaybook } from "../playbook/compile.ts"
import type { Secret } from "../secret.ts"
import { stepKinds } from "../steps/registry.ts"
import type { Step, Subject } from "../steps/step.ts"
import { createConnector } from "../transport/connector.ts"
import type { SelectOptions } from "./options.ts"
import { createReporter, type Reporter } from "./reporter.ts"

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
}

export interface SessionRequest {
  verb: string
  options: SelectOptions
  playbook: LoadedPlaybook
  /** Keep a log and a journal: for verbs that change something. Default false. */
  record?: boolean | undefined
  /** The step kinds that the playbook may use. Default: all of them. */
  steps?: ReadonlyMap<string, Step> | undefined
  /** Changes nothing, so that Ctrl-C has nothing to wait for: the first one ends it. Default false. */
  looksOnly?: boolean | undefined
  /** Default: the one that `options` name. */
  inventory?: Inventory | undefined
  /** A host that this run takes out of the inventory: it takes part though the inventory names it no more. */
  leaving?: Host | undefined
  /** The node that the verb is about. */
  subject?: Subject | undefined
  /** A host that fails ends the run. Default false. */
  allTogether?: boolean | undefined
}

/** Loads and compiles everything, and so finds every problem of input, before the first connection. */
export async function openSession(request: SessionRequest): Promise<Session> {
  const { verb, options, playbook, record = false, steps = stepKinds, looksOnly = false } = request
  const { subject, leaving, allTogether } = request
  const startedAt = Date.now()
  const inventory = withTimeout(request.inventory ?? (await loadInventory(options.inventory)), options.timeout)
  const hosts = [
    ...selectHosts(inventory, options.limit),
    ...withLimit(leaving === undefined ? [] : [leaving], options.timeout),
  ]
  const notices: string[] = [...inventory.warnings]
  const secret = createSecretStore({ onWarning: (text) => notices.push(text) })
  const used = new Set<string>()
  const remember = (source: SecretSource): Secret => {
    const value = secret(source)
    used.add(value.reveal())
    return value
  }
  const barriers = compilePlaybook(playbook, {
    inventory,
    hosts,
    steps,
    secret: remember,
    subject,
    only: options.only,
  })
  const reporter = await createReporter({
    verb,
    inventory,
    hosts,
    options,
    secrets: () => [...used],
    startedAt,
    record,
  })
  for (const text of notices) reporter.sink({ type: "message", level: "warning", text })
  const interrupt = listenForInterrupt(reporter.sink, looksOnly)
  const connector = createConnector({
    secret: remember,
    onNotice: (text) => reporter.sink({ type: "message", level: "info", text }),
  })
  const context: RunContext = {
    world: createWorld(hosts),
    connector,
    forks: options.forks,
    sink: reporter.sink,
    stop: interrupt.stop,
    abort: interrupt.abort,
    allTogether,
  }
  reporter.sink({
    type: "run-started",
    runId: reporter.runId,
    verb,
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
    async [Symbol.asyncDispose]() {
      interrupt.dispose()
      await Promise.all([...context.world.values()].map((state) => state.transport?.[Symbol.asyncDispose]()))
      await connector[Symbol.asyncDispose]()
      await reporter.close()
    },
  }
}

function withTimeout(inventory: Inventory, seconds: number | undefined): Inventory {
  return seconds === undefined ? inventory : { ...inventory, hosts: withLimit(inventory.hosts, seconds) }
}

function withLimit(hosts: readonly Host[], seconds: number | undefined): readonly Host[] {
  if (seconds === undefined) return hosts
  return hosts.map((host) => ({ ...host, ssh: { ...host.ssh, connectTimeoutMs: seconds * 1000 } }))
}

function ownerOf(verb: string, runId: string): LockOwner {
  const since = new Date().toISOString()
  return { runId, user: userInfo().username, host: hostname(), pid: process.pid, verb, since }
}

/** First Ctrl-C: finish what runs and begin nothing. Second, or first where nothing is changed: let go of it too. */
function listenForInterrupt(sink: Sink, looksOnly: boolean) {
  const stop = new AbortController()
  const abort = new AbortController()
  const onSignal = () => {
    if (stop.signal.aborted) return abort.abort()
    stop.abort()
    if (looksOnly) return abort.abort()
    const text = "Interrupted: finishing what runs now, beginning nothing new. Press Ctrl-C again to let go of it."
    sink({ type: "message", level: "warning", text })
  }
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal)
  const dispose = () => void process.off("SIGINT", onSignal).off("SIGTERM", onSignal)
  return { stop: stop.signal, abort: abort.signal, dispose }
}
