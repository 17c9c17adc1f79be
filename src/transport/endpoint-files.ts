import { join } from "node:path"
import type { SshSettings } from "../model/inventory.ts"
import type { ConfigValues } from "./ssh-config.ts"
import { expandHome, expandPath, type Home, type Place } from "./ssh-tokens.ts"

/** The files, and what else lies beside a place to log in to. */
export interface EndpointFiles {
  /** Absolute paths of private keys (or public ones, whose private half the agent has), in the order to try. */
  identityFiles: readonly string[]
  /** The user named the files above: they come before the agent's other keys. */
  identitiesNamed: boolean
  /** Offer no other key of the agent than those named. */
  identitiesOnly: boolean
  agentSocket: string | undefined
  /** Files to read; new keys go into the first. */
  knownHostsFiles: readonly string[]
  /** A file of keys, or a KRL, that no host may show. */
  revokedHostKeys: string | undefined
  /** A program that ssh would ask for host keys, and haops does not. */
  knownHostsCommand: string | undefined
}

const DEFAULT_KEYS = ["id_ed25519", "id_ecdsa", "id_rsa"]
const OPENSSH_DEFAULT_KEY = /\/\.ssh\/id_(rsa|ecdsa|ecdsa_sk|ed25519|ed25519_sk|xmss|dsa)$/
/** How many default keys the oldest `ssh -G` names where nobody names one. */
const FEWEST_DEFAULTS = 4

/** The files that logging in needs, by the inventory and by the ssh configuration. Throws `E_UNSUPPORTED` for what cannot be read. */
export function endpointFiles(
  own: Pick<Partial<SshSettings>, "identityFile">,
  knownHosts: string | undefined,
  config: ConfigValues,
  place: Place,
  around: Home,
): EndpointFiles {
  const path = (keyword: string) => (text: string) => expandPath(keyword, text, place, around)
  const revoked = config.get("revokedhostkeys")?.[0]
  const command = config.get("knownhostscommand")?.[0]
  return {
    ...identities(own.identityFile, config, around, path("IdentityFile")),
    agentSocket: agentSocket(config.get("identityagent")?.[0], around, path("IdentityAgent")),
    knownHostsFiles: knownHostsFiles(knownHosts, config, around, path("UserKnownHostsFile")),
    revokedHostKeys: isSet(revoked) ? path("RevokedHostKeys")(revoked) : undefined,
    knownHostsCommand: isSet(command) ? command : undefined,
  }
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value.toLowerCase() !== "none"
}

/** As with `ssh -i`: the inventory's key comes first, and those of the configuration are offered after it. */
function identities(
  own: string | undefined,
  config: ConfigValues,
  around: Home,
  path: (text: string) => string,
): Pick<EndpointFiles, "identityFiles" | "identitiesNamed" | "identitiesOnly"> {
  const identitiesOnly = config.get("identitiesonly")?.[0] === "yes"
  const configured = (config.get("identityfile") ?? []).filter(isSet)
  const filledIn = configured.length >= FEWEST_DEFAULTS && configured.every((file) => OPENSSH_DEFAULT_KEY.test(file))
  const named = [
    ...(own === undefined ? [] : [expandHome(own, around.home)]),
    ...(filledIn ? [] : configured.map(path)),
  ]
  if (named.length > 0) return { identityFiles: [...new Set(named)], identitiesNamed: true, identitiesOnly }
  const identityFiles = DEFAULT_KEYS.map((name) => join(around.home, ".ssh", name))
  return { identityFiles, identitiesNamed: false, identitiesOnly }
}

function agentSocket(configured: string | undefined, around: Home, path: (text: string) => string): string | undefined {
  const inherited = around.env.SSH_AUTH_SOCK || undefined
  if (configured === undefined || configured === "SSH_AUTH_SOCK") return inherited
  if (configured === "none") return undefined
  if (configured.startsWith("$")) return around.env[configured.replace(/^\$\{?|\}$/g, "")] || undefined
  return path(configured)
}

function knownHostsFiles(
  own: string | undefined,
  config: ConfigValues,
  around: Home,
  path: (text: string) => string,
): readonly string[] {
  if (own !== undefined) return [expandHome(own, around.home)]
  const user = fileList(config.get("userknownhostsfile") ?? ["~/.ssh/known_hosts", "~/.ssh/known_hosts2"])
  const global = fileList(
    config.get("globalknownhostsfile") ?? ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"],
  )
  return [...user.filter(isSet).map(path), ...global.filter(isSet).map((file) => expandHome(file, around.home))]
}

/**
 * `ssh -G` prints several files on one line and quotes none. A blank before what begins like a path parts two of them; any other
 * belongs to a file's name. Relative names (which nobody writes there) are parted at every blank.
 */
function fileList(values: readonly string[]): readonly string[] {
  const [line = "", ...more] = values
  if (more.length > 0) return values
  return line.split(/^[/~%$]/.test(line) ? / +(?=[/~%$]|none$)/ : /\s+/)
}
