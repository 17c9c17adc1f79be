import { existsSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { dirname, isAbsolute, relative, resolve } from "node:path"
import { type Asking, askHosts } from "../adopt/hosts.ts"
import { type Adoption, adoptInventory } from "../adopt/inventory.ts"
import { canonicalAddress } from "../base/address.ts"
import { cleanScreen, escapeJson } from "../base/clean.ts"
import { HaopsError } from "../base/errors.ts"
import { EXIT, outcomeOfExit } from "../base/exit-codes.ts"
import { writing } from "../base/writing.ts"
import { createSecretStore } from "../inventory/secrets.ts"
import { expandSsh } from "../inventory/ssh-expand.ts"
import type { SshYaml } from "../inventory/ssh-schema.ts"
import { createConnector } from "../transport/connector.ts"
import type { CommonOptions } from "./options.ts"

interface AdoptOptions extends CommonOptions {
  /** IP addresses. */
  host: string[]
  user?: string | undefined
  port?: number | undefined
  identity?: string | undefined
  jump?: string | undefined
  knownHosts?: string | undefined
  /** Where to write; default: standard output. */
  out?: string | undefined
  /** Over a file that is there. */
  force?: boolean | undefined
}

/** `haops adopt`: the inventory that describes what runs, on standard output or in a file; what it cannot say on standard error. */
export async function adopt(options: AdoptOptions): Promise<number> {
  checkOptions(options)
  const asking = await ask(options)
  const { asked, agents } = asking
  if (asked.every(({ answer }) => answer === undefined)) {
    tellFailures(asking, options)
    if (options.json === true) print({ exit: EXIT.unreachable, errors: asked.map(({ error }) => error) })
    return EXIT.unreachable
  }
  requireSomething(asking)
  const adoption = await adoptInventory({ asked, agents, ssh: sshYaml(options, dirname(options.out ?? "x")) })
  const exit = adoption.problems.length > 0 ? EXIT.failed : asked.some(({ error }) => error) ? EXIT.partial : EXIT.done
  await tell(adoption, asking, options, exit)
  return exit
}

function checkOptions({ host, inventory, out, force = false }: AdoptOptions): void {
  if (host.length === 0) {
    throw new HaopsError("E_INPUT", "no host is named to be asked", {
      hint: "haops adopt --host 10.0.0.12 > prod.yaml",
    })
  }
  const name = host.find((one) => canonicalAddress(one) === undefined)
  if (name !== undefined)
    throw new HaopsError("E_INPUT", `--host ${name} is not an IP address, which an inventory has for each host`)
  if (inventory !== undefined) {
    throw new HaopsError("E_INPUT", "adopt reads no inventory: it makes one", {
      hint: "Name the file to write with -o FILE.",
    })
  }
  if (out !== undefined && existsSync(out) && !force) {
    throw new HaopsError("E_INPUT", `${out} exists already, and is left unchanged`, {
      hint: "Name another one, or say --force.",
    })
  }
}

/** As the inventory in this directory writes it. */
function sshYaml({ user, port, identity, jump, knownHosts, out }: AdoptOptions, directory = "."): SshYaml {
  const file = (path: string) => {
    const stays = out === undefined || isAbsolute(path) || path.startsWith("~")
    return stays ? path : relative(directory, path)
  }
  return {
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port }),
    ...(identity === undefined ? {} : { identityFile: file(identity) }),
    ...(jump === undefined ? {} : { proxyJump: jump }),
    ...(knownHosts === undefined ? {} : { knownHosts: file(knownHosts) }),
  }
}

async function ask(options: AdoptOptions): Promise<Asking> {
  const { host, forks, timeout = 10 } = options
  const yaml = { ...sshYaml({ ...options, out: undefined }), connectTimeout: `${timeout}s` }
  const ssh = expandSsh(yaml, undefined, resolve("inventory.yaml"))
  await using connector = createConnector({ secret: createSecretStore() })
  const interrupt = new AbortController()
  const onSignal = () => interrupt.abort()
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal)
  try {
    const addresses = [...new Set(host.map((one) => canonicalAddress(one)!))]
    return await askHosts({ addresses, ssh, connector, forks, signal: interrupt.signal })
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal)
  }
}

function requireSomething({ asked }: Asking): void {
  const runs = asked.some(({ answer }) => answer?.corosync ?? answer?.haproxy ?? answer?.keepalived)
  if (runs !== undefined && runs) return
  throw new HaopsError(
    "E_UNSUPPORTED",
    "there is nothing to take in: no cluster, no haproxy.cfg and no keepalived.conf on these hosts",
  )
}

async function tell(
  { text, told, problems }: Adoption,
  asking: Asking,
  options: AdoptOptions,
  exit: number,
): Promise<void> {
  const { out, json } = options
  if (out !== undefined) {
    await writing(out, () => writeFile(out, text, { flag: options.force === true ? "w" : "wx" }))
  }
  if (json === true) {
    const errors = asking.asked.flatMap(({ error }) => error ?? [])
    return print({ exit, file: out, inventory: out === undefined ? text : undefined, told, problems, errors })
  }
  if (out === undefined) process.stdout.write(text)
  tellFailures(asking, options)
  const lines = [
    ...told,
    ...problems.map(({ line, message }) => `the inventory has still to be put right, line ${line}: ${message}`),
  ]
  process.stderr.write(cleanScreen(lines.map((line) => `${line}\n`).join("")))
}

function tellFailures({ asked }: Asking, { json }: AdoptOptions): void {
  if (json === true) return
  for (const { address, error } of asked) {
    if (error === undefined) continue
    const hint = error.hint === undefined ? "" : ` ${error.hint}`
    process.stderr.write(cleanScreen(`${address} was not asked: ${error.message}.${hint}\n`))
  }
}

function print(document: { exit: number; [key: string]: unknown }): void {
  const text = JSON.stringify({ outcome: outcomeOfExit(document.exit), ...document }, undefined, 2)
  process.stdout.write(`${escapeJson(text)}\n`)
}
