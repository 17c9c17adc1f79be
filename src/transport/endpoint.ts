import { join, resolve } from "node:path"
import { HaopsError } from "../base/errors.ts"
import type { Host, SecretSource, SshSettings } from "../model/inventory.ts"
import type { ConfigValues } from "./ssh-config.ts"

/** One place to log in to, with every setting decided. */
export interface Endpoint {
  /** For messages: the inventory's name, or the jump host as the user wrote it. */
  name: string
  address: string
  port: number
  user: string
  /** Absolute paths of private keys (or public ones, whose private half the agent has), in the order to try. */
  identityFiles: readonly string[]
  /** The user named the files above: they come before the agent's other keys. */
  identitiesNamed: boolean
  /** Offer no other key of the agent than those named. */
  identitiesOnly: boolean
  agentSocket: string | undefined
  passphrase: SecretSource | undefined
  password: SecretSource | undefined
  /** The names to look up in known_hosts, the deciding one first. */
  knownAs: readonly string[]
  /** The name above is a `HostKeyAlias`, which stands in known_hosts as it is: without the port. */
  aliased: boolean
  hostKeys: "strict" | "accept-new"
  /** Files to read; new keys go into the first. */
  knownHostsFiles: readonly string[]
  hashKnownHosts: boolean
  connectTimeoutMs: number
  /** The jump host on the way, with its own jump host on the way to it. */
  via: Endpoint | undefined
}

export interface Surroundings {
  home: string
  env: NodeJS.ProcessEnv
  /** The operator's own login name, which ssh takes where nobody says otherwise. */
  localUser: string
  lookup: (names: readonly string[]) => Promise<ConfigValues>
}

const DEFAULT_KEYS = ["id_ed25519", "id_ecdsa", "id_rsa"]
const OPENSSH_DEFAULT_KEY = /\/\.ssh\/id_(rsa|ecdsa|ecdsa_sk|ed25519|ed25519_sk|xmss|dsa)$/
const MAX_JUMPS = 8

/**
 * Where and how to log in to a host: the inventory first, then `~/.ssh/config`, then ssh's own defaults. The configuration is
 * asked for the host's name and for its address. The inventory always has an address, so `HostName` matters for jump hosts only.
 *
 * Throws `E_INPUT` for a proxyJump that cannot be read, `E_UNSUPPORTED` where the configuration wants a ProxyCommand.
 */
export async function resolveEndpoint(host: Host, around: Surroundings): Promise<Endpoint> {
  const config = await around.lookup([host.name, host.address])
  const target = { name: host.name, address: host.address, user: host.ssh.user, port: host.ssh.port }
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
  const keys = identities(own.identityFile, config, around, { ...target, user, port })
  return {
    name: target.name,
    address: target.address,
    port,
    user,
    ...keys,
    agentSocket: agentSocket(first("identityagent"), around),
    passphrase: own.passphrase,
    password: own.password,
    knownAs: alias === undefined ? [...new Set([target.address, target.name])] : [alias],
    aliased: alias !== undefined,
    hostKeys: journey.settings.hostKeys,
    knownHostsFiles: knownHostsFiles(journey.settings.knownHosts, config, around),
    hashKnownHosts: first("hashknownhosts") === "yes",
    connectTimeoutMs: journey.settings.connectTimeoutMs,
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
  const config = await around.lookup([host])
  const target = { name: last.trim(), address: config.get("hostname")?.[0] ?? host, user, port }
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
    hint: "use ProxyJump there, or set ssh.proxyJump in the inventory (`none` to connect directly)",
  })
}

type Identities = Pick<Endpoint, "identityFiles" | "identitiesNamed" | "identitiesOnly">

function identities(
  own: string | undefined,
  config: ConfigValues,
  around: Surroundings,
  target: Target & { user: string; port: number },
): Identities {
  const identitiesOnly = config.get("identitiesonly")?.[0] === "yes"
  if (own !== undefined) return { identityFiles: [expandHome(own, around.home)], identitiesNamed: true, identitiesOnly }
  const configured = (config.get("identityfile") ?? []).filter((file) => file !== "none")
  const named = configured
    .map((file) => expandHome(expandTokens(file, around, target), around.home))
    .filter((file) => !OPENSSH_DEFAULT_KEY.test(file) || configured.length === 1)
  if (named.length > 0) return { identityFiles: named, identitiesNamed: true, identitiesOnly }
  const identityFiles = DEFAULT_KEYS.map((name) => join(around.home, ".ssh", name))
  return { identityFiles, identitiesNamed: false, identitiesOnly }
}

function expandTokens(text: string, around: Surroundings, target: Target & { user: string; port: number }): string {
  const tokens: Record<string, string> = {
    "%": "%",
    d: around.home,
    h: target.address,
    n: target.name,
    p: String(target.port),
    r: target.user,
    u: around.localUser,
  }
  return text.replace(/%(.)/g, (whole, token: string) => tokens[token] ?? whole)
}

function agentSocket(configured: string | undefined, around: Surroundings): string | undefined {
  const inherited = around.env.SSH_AUTH_SOCK || undefined
  if (configured === undefined || configured === "SSH_AUTH_SOCK") return inherited
  if (configured === "none") return undefined
  if (configured.startsWith("$")) return around.env[configured.replace(/^\$\{?|\}$/g, "")] || undefined
  return expandHome(configured, around.home)
}

function knownHostsFiles(own: string | undefined, config: ConfigValues, around: Surroundings): readonly string[] {
  if (own !== undefined) return [expandHome(own, around.home)]
  const words = (keyword: string, fallback: string) => (config.get(keyword)?.join(" ") ?? fallback).split(/\s+/)
  const user = words("userknownhostsfile", "~/.ssh/known_hosts ~/.ssh/known_hosts2")
  const global = words("globalknownhostsfile", "/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2")
  return [...user, ...global].filter((file) => file !== "none").map((file) => expandHome(file, around.home))
}

function expandHome(path: string, home: string): string {
  return path === "~" || path.startsWith("~/") ? join(home, path.slice(1)) : resolve(path)
}
