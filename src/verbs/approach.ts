import { type Backlog, createBacklog, type Sink } from "../base/events.ts"
import type { Secret } from "../base/secret.ts"
import { createWorld, type World } from "../engine/world.ts"
import { loadInventory } from "../inventory/load.ts"
import { createSecretStore, hasCommand } from "../inventory/secrets.ts"
import { selectHosts } from "../inventory/select.ts"
import type { Host, Inventory, SecretSource } from "../model/inventory.ts"
import { type Connector, createConnector } from "../transport/connector.ts"
import type { SelectOptions } from "./options.ts"

export interface ApproachRequest {
  options: SelectOptions
  /** Changes nothing, so that Ctrl-C has nothing to wait for: the first one ends it. Default false. */
  looksOnly?: boolean | undefined
  /** Tell what the inventory's own checks warn of: for verbs that are about the whole of it. Default false. */
  warns?: boolean | undefined
  /** Default: the one that `options` name. */
  inventory?: Inventory | undefined
  /** A host that this run takes out of the inventory: it takes part though the inventory names it no more. */
  leaving?: Host | undefined
}

/** A run that is on its way to its hosts: connections begun, Ctrl-C listened for. Disposing of it closes all connections. */
export interface Approach extends AsyncDisposable {
  inventory: Inventory
  hosts: readonly Host[]
  world: World
  connector: Connector
  secret: (source: SecretSource) => Secret
  /** The values of all secrets that were asked for so far. */
  revealed(): readonly string[]
  /** The operator asked to stop: finish what runs, begin nothing. */
  stop: AbortSignal
  /** The operator asked twice: let go of it too. */
  abort: AbortSignal
  /** What there is to tell, until there is a reporter. */
  backlog: Backlog
}

/**
 * Loads the inventory and begins to connect to its hosts. Everything else that a run needs can be made ready while their sshd do their
 * part, which takes longer; so nothing of it is imported here. Not where a password manager asks its user: nobody would see to the
 * connections meanwhile, and they would run out of time. Nor where a host's key may be recorded: that has to be told, and where the run
 * comes to nothing there is nobody to tell it.
 */
export async function approachHosts(request: ApproachRequest): Promise<Approach> {
  const { options, leaving, looksOnly = false, warns = false } = request
  const inventory = withTimeout(request.inventory ?? (await loadInventory(options.inventory)), options.timeout)
  const hosts = [
    ...selectHosts(inventory, options.limit),
    ...withLimit(leaving === undefined ? [] : [leaving], options.timeout),
  ]
  const backlog = createBacklog()
  const tell = (level: "info" | "warning") => (text: string) => backlog.sink({ type: "message", level, text })
  if (warns) inventory.warnings.forEach(tell("warning"))
  const { secret, revealed } = createSecrets(tell("warning"))
  const connector = createConnector({ secret, onNotice: tell("info") })
  const { stop, abort, ...interrupt } = listenForInterrupt(backlog.sink, looksOnly)
  const world = createWorld(hosts)
  const early = hasCommand(inventory)
    ? []
    : hosts.slice(0, options.forks).filter(({ ssh }) => ssh.hostKeys === "strict")
  // The first one is on its way when the others are, or nearly.
  const [first] = early.map((host) => connector.begin(host, stop))
  await first
  return {
    inventory,
    hosts,
    world,
    connector,
    secret,
    revealed,
    stop,
    abort,
    backlog,
    async [Symbol.asyncDispose]() {
      interrupt.dispose()
      await Promise.all([...world.values()].map((state) => state.transport?.[Symbol.asyncDispose]()))
      await connector[Symbol.asyncDispose]()
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

function createSecrets(onWarning: (text: string) => void) {
  const store = createSecretStore({ onWarning })
  const used = new Set<string>()
  const secret = (source: SecretSource): Secret => {
    const value = store(source)
    used.add(value.reveal())
    return value
  }
  return { secret, revealed: () => [...used] }
}

/**
 * First Ctrl-C: finish what runs and begin nothing. Second, or first where nothing is changed: let go of it too. A terminal that goes away
 * counts as the first only: the shell and the kernel may both tell it.
 */
function listenForInterrupt(sink: Sink, looksOnly: boolean) {
  const stop = new AbortController()
  const abort = new AbortController()
  const onSignal = () => {
    if (stop.signal.aborted) return abort.abort()
    stop.abort()
    if (looksOnly) return abort.abort()
    const text =
      "Interrupted: finishing what runs now, beginning nothing new. Press Ctrl-C again to stop waiting for it."
    sink({ type: "message", level: "warning", text })
  }
  const onHangup = () => {
    if (!stop.signal.aborted) onSignal()
  }
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal).on("SIGHUP", onHangup)
  const dispose = () => void process.off("SIGINT", onSignal).off("SIGTERM", onSignal).off("SIGHUP", onHangup)
  return { stop: stop.signal, abort: abort.signal, dispose }
}
