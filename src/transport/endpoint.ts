import { HaopsError } from "../base/errors.ts"
import type { Host, SecretSource, SshSettings } from "../model/inventory.ts"
import { beyondSsh2 } from "./beyond-ssh2.ts"
import { type EndpointFiles, endpointFiles } from "./endpoint-files.ts"
import type { ConfigLookup, ConfigValues } from "./ssh-config.ts"

/** One place to log in to, with every setting decided. */
export interface Endpoint extends EndpointFiles {
  /** For messages: the inventory's name, or the jump host as the user wrote it. */
  name: string
  address: string
  port: number
  user: string
  passphrase: SecretSource | undefined
  password: SecretSource | undefined
  /** The names to look up in known_hosts, the deciding one first. */
  knownAs: readonly string[]
  /** The name above is a `HostKeyAlias`, which stands in known_hosts as it is: without the port. */
  aliased: boolean
  hostKeys: "strict" | "accept-new"
  hashKnownHosts: boolean
  connectTimeoutMs: number
  /** What the ssh configuration asks for that only ssh itself can do, and is left out here. */
  beyond: readonly string[]
  /** The jump host on the way, with its own jump host on the way to it. */
  via: Endpoint | undefined
}

export interface Surroundings {
  home: string
  env: NodeJS.ProcessEnv
  /** The operator's own login name, which ssh takes where nobody says otherwise. */
  localUser: string
  lookup: ConfigLookup
}

const MAX_JUMPS = 8

/**
 * Where and how to log in to a host: the inventory first, then `~/.ssh/config`, then ssh's own defaults. The configuration is
 * asked for the host's name and for its address. The inventory always has an address, so `HostName` matters for jump hosts only.
 *
 * Throws `E_INPUT` for a proxyJump that cannot be read, `E_UNSUPPORTED` where the configuration wants a ProxyCommand, or has in a path
 * what haops cannot fill in.
 */
export async function resolveEndpoint(host: Host, around: Surroundings): Promise<Endpoint> {
  const config = await around.lookup([host.name, host.address], host.ssh)
  const { name, address, ssh } = host
  const target = { name, host: name, address, user: ssh.user, port: ssh.port }
  return build(target, host.ssh, config, around, { settings: host.ssh, depth: 0 })
}

/** `[user@]host[:port]`, also as `ssh://…`; an IPv6 address with a port stands in brackets. */
export function parseJump(text: string): { user: string | undefined; host: string; port: number | undefined } {
  const match =
    /^(?:ssh:\/\/)?(?:([^@]+)@)?(?:\[([^\]]+)\]|([^:@\s]+)|([0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*))(?::(\d+))?$/i.exec(
      text.trim(),
    )
  const host = match?.[2] ?? match?.[3] ?? match?.[4]
  if (host === undefined || host.startsWith("-")) {
    throw new HaopsError("E_INPUT", `proxyJump ${JSON.stringify(text)} is not of the form [user@]host[:port]`)
  }
  return { user: match?.[1], host, port: match?.[5] === undefined ? undefined : Number(match[5]) }
}

interface Target {
  name: string
  /** What ssh would be given as the host, without user and port. */
  host: string
  address: string
  user: string | undefined
  port: number | undefined
}

interface Journey {
  /** The settings of the host that all this is for. */
  settings: SshSettings
  depth: number
}

async function build(
  target: Target,
  own: Partial<SshSettings>,
  config: ConfigValues,
  around: Surroundings,
  journey: Journey,
): Promise<Endpoint> {
  const first = (keyword: string) => config.get(keyword)?.[0]
  const user = target.user ?? first("user") ?? around.localUser
  const port = target.port ?? Number(first("port") ?? 22)
  const alias = first("hostkeyalias")
  const place = { name: target.host, address: target.address, user, port, alias, hash: hashOf(first("controlpath")) }
  return {
    name: target.name,
    address: target.address,
    port,
    user,
    ...endpointFiles(own, journey.settings.knownHosts, config, place, around),
    passphrase: own.passphrase,
    password: own.password,
    knownAs: alias === undefined ? [...new Set([target.address, target.name])] : [alias],
    aliased: alias !== undefined,
    hostKeys: journey.settings.hostKeys,
    hashKnownHosts: first("hashknownhosts") === "yes",
    connectTimeoutMs: journey.settings.connectTimeoutMs,
    beyond: beyondSsh2(config),
    via: await jump(own.proxyJump ?? proxyJump(config, target), around, journey),
  }
}

/** The chain `a,b` means: first a, from there b. Only the first has a way of its own. */
async function jump(chain: string | undefined, around: Surroundings, journey: Journey): Promise<Endpoint | undefined> {
  if (chain === undefined || chain === "none" || chain.trim() === "") return undefined
  if (journey.depth >= MAX_JUMPS) throw new HaopsError("E_INPUT", `the jump host ${chain} leads back to itself`)
  const hops = chain.split(",")
  const last = hops.pop() ?? ""
  const { user, host, port } = parseJump(last)
  const config = await around.lookup([host], { user, port })
  const target = { name: last.trim(), host, address: config.get("hostname")?.[0] ?? host, user, port }
  return build(target, jumpSettings(hops.join(","), journey.settings), config, around, {
    ...journey,
    depth: journey.depth + 1,
  })
}

/** A jump host gets the host's key to try, never its password, which is none of its business. */
function jumpSettings(rest: string, settings: SshSettings): Partial<SshSettings> {
  const { identityFile, passphrase } = settings
  return { identityFile, passphrase, ...(rest === "" ? {} : { proxyJump: rest }) }
}

function proxyJump(config: ConfigValues, target: Target): string | undefined {
  const command = config.get("proxycommand")?.[0]
  const chain = config.get("proxyjump")?.[0]
  if (chain !== undefined || command === undefined || command === "none") return chain
  throw new HaopsError("E_UNSUPPORTED", `the ssh configuration of ${target.name} uses a ProxyCommand: ${command}`, {
    hint: "set ssh.transport: openssh in the inventory, or use ProxyJump there (ssh.proxyJump: none connects directly)",
  })
}

/** ssh was asked for it as if it were a path, which an older one leaves as it is. */
function hashOf(path: string | undefined): string | undefined {
  return path !== undefined && /^[0-9a-f]{40}$/.test(path) ? path : undefined
}
