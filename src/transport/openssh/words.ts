import { existsSync } from "node:fs"
import { userInfo } from "node:os"
import { join } from "node:path"
import { HaopsError } from "../../base/errors.ts"
import { quoteAll } from "../../base/sh.ts"
import type { Host } from "../../model/inventory.ts"
import type { Destination } from "../destination.ts"
import { parseJump, type Surroundings } from "../endpoint.ts"
import type { ConfigValues } from "../ssh-config.ts"
import { expandHome } from "../ssh-tokens.ts"

/** What this machine's ssh is told, and what messages say of it. */
export interface Order {
  destination: Destination
  words: readonly string[]
}

const KEEPALIVE_MS = 5_000
const DEFAULT_KEYS = ["id_ed25519", "id_ecdsa", "id_rsa"]

/**
 * Words for ssh: what the inventory says, before its configuration, whose sections count for the host's name where there are any for it,
 * else for its address. Throws `E_UNSUPPORTED` for secrets that ssh takes from a terminal only, `E_INPUT` for a proxyJump
 * that cannot be read.
 */
export async function orderFor(host: Host, around: Surroundings, keepaliveMs = KEEPALIVE_MS): Promise<Order> {
  const { name, address, ssh } = host
  for (const what of ["password", "passphrase"] as const) {
    if (ssh[what] !== undefined) throw unsupported(name, what)
  }
  // What begins with a hyphen would be an option to the ssh that goes there.
  if (ssh.proxyJump !== undefined && ssh.proxyJump !== "none") ssh.proxyJump.split(",").forEach(parseJump)
  const config = await around.lookup([name, address], ssh)
  const byName = differs(await around.lookup([name], ssh), await around.lookup([], ssh))
  const user = ssh.user ?? config.get("user")?.[0] ?? around.localUser
  const port = ssh.port ?? Number(config.get("port")?.[0] ?? 22)
  const seconds = (ms: number) => Math.max(1, Math.ceil(ms / 1000))
  const keys = {
    BatchMode: "yes",
    ConnectTimeout: `${seconds(ssh.connectTimeoutMs)}`,
    StrictHostKeyChecking: ssh.hostKeys === "strict" ? "yes" : "accept-new",
    ...knownHosts(host, config, around),
  }
  const set = {
    ...keys,
    ServerAliveInterval: `${seconds(keepaliveMs)}`,
    ServerAliveCountMax: "3",
    ...(byName ? { HostName: address } : {}),
    // What a shell at a terminal may want, and a connection that only carries commands does not.
    ...{ ClearAllForwardings: "yes", ForwardAgent: "no", ForwardX11: "no", RequestTTY: "no", RemoteCommand: "none" },
  }
  return {
    destination: { name, address, port, user, connectTimeoutMs: ssh.connectTimeoutMs },
    words: [
      ...configFile(around),
      ...options(set),
      ...(ssh.user === undefined ? [] : ["-l", ssh.user]),
      ...(ssh.port === undefined ? [] : ["-p", `${ssh.port}`]),
      ...identities(host, config, around),
      ...way(host, config, [...configFile(around), ...options(keys)]),
      "--",
      byName ? name : address,
    ],
  }
}

function options(set: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(set).flatMap(([keyword, value]) => ["-o", `${keyword}=${value}`])
}

/**
 * By whom it is reached. The ssh that goes to a jump host is told nothing of ours by `ProxyJump`; where the inventory has a known_hosts of its
 * own, which holds on the way as well, that ssh is called by words of ours. `own`: those that hold for every host on the way.
 */
function way({ ssh }: Host, config: ConfigValues, own: readonly string[]): readonly string[] {
  const jumps = ssh.proxyJump ?? config.get("proxyjump")?.[0]
  if (ssh.knownHosts === undefined || jumps === undefined || jumps === "none") {
    return ssh.proxyJump === undefined ? [] : ["-o", `ProxyJump=${ssh.proxyJump}`]
  }
  return ["-o", `ProxyCommand=${proxyCommand(jumps.split(",").map(parseJump), own)}`]
}

/** A shell's line that connects its standard input and output to the next host through the last of these; ssh fills in `%h` and `%p`. */
function proxyCommand(jumps: readonly ReturnType<typeof parseJump>[], own: readonly string[]): string {
  const [{ user, host, port }, earlier] = [jumps.at(-1)!, jumps.slice(0, -1)]
  const words = [
    ...["ssh", ...own],
    ...(earlier.length === 0 ? [] : ["-o", `ProxyCommand=${proxyCommand(earlier, own)}`]),
    ...(user === undefined ? [] : ["-l", user]),
    ...(port === undefined ? [] : ["-p", `${port}`]),
  ]
  return `${literal(quoteAll(words))} -W '[%h]:%p' -- ${literal(quoteAll([host]))}`
}

function unsupported(host: string, what: "password" | "passphrase"): HaopsError {
  const hint =
    what === "password"
      ? "log in by a key, or take transport: ssh2"
      : "load the key into an agent, or take transport: ssh2"
  return new HaopsError("E_UNSUPPORTED", `${host}: ssh reads a ${what} from a terminal only (ssh.transport: openssh)`, {
    host,
    hint,
  })
}

/** What of a configuration's answer is but the name that was asked for. */
const OWN_NAME = ["host", "hostname", "controlpath"]

function differs(one: ConfigValues, other: ConfigValues): boolean {
  const said = (values: ConfigValues) => JSON.stringify([...values].filter(([keyword]) => !OWN_NAME.includes(keyword)))
  return said(one) !== said(other)
}

/** ssh goes by the home of the password database; where `HOME` says another one, its files have to be named. */
function isElsewhere({ home }: Surroundings): boolean {
  return home !== userInfo().homedir
}

function configFile(around: Surroundings): readonly string[] {
  if (!isElsewhere(around)) return []
  const file = join(around.home, ".ssh/config")
  return ["-F", existsSync(file) ? file : "none"]
}

function knownHosts({ ssh }: Host, config: ConfigValues, around: Surroundings): Record<string, string> {
  if (ssh.knownHosts !== undefined) {
    return { UserKnownHostsFile: `"${literal(expandHome(ssh.knownHosts, around.home))}"`, GlobalKnownHostsFile: "none" }
  }
  if (!isElsewhere(around) || config.has("userknownhostsfile")) return {}
  return { UserKnownHostsFile: `"${literal(join(around.home, ".ssh/known_hosts"))}"` }
}

/** As `-i` does it, which takes no percent sign in a path. */
function identity(file: string): readonly string[] {
  return ["-o", `IdentityFile="${literal(file)}"`]
}

/** A path in which ssh has nothing to fill in. */
function literal(path: string): string {
  return path.replaceAll("%", "%%")
}

function identities({ ssh }: Host, config: ConfigValues, around: Surroundings): readonly string[] {
  const own = ssh.identityFile === undefined ? [] : identity(expandHome(ssh.identityFile, around.home))
  if (own.length > 0 || !isElsewhere(around) || hasOwnIdentity(config)) return own
  const files = DEFAULT_KEYS.map((key) => join(around.home, ".ssh", key))
  return files.filter((file) => existsSync(file)).flatMap(identity)
}

/** `ssh -G` names its default keys where nobody names one. */
function hasOwnIdentity(config: ConfigValues): boolean {
  return (config.get("identityfile") ?? []).some((file) => !/^~\/\.ssh\/id_\w+$/.test(file))
}
