import { hostPort } from "../base/address.ts"
import { quoteAll } from "../base/sh.ts"
import type { Host } from "../model/inventory.ts"
import { beyondSsh2 } from "./beyond-ssh2.ts"
import { type ConfigLine, configLines } from "./config-lines.ts"
import { type Endpoint, resolveEndpoint, type Surroundings } from "./endpoint.ts"
import { takesOpenssh } from "./openssh/wanted.ts"
import { orderFor } from "./openssh/words.ts"
import type { ConfigValues } from "./ssh-config.ts"

/** One thing that is decided about a login, and who decided it. */
export interface LoginFact {
  what:
    | "transport"
    | "address"
    | "user"
    | "port"
    | "key"
    | "agent"
    | "password"
    | "jump"
    | "host key"
    | "known hosts"
    | "become"
  value: string
  /** `inventory`, `/home/me/.ssh/config:4`, `default`. */
  why: string
}

const CONFIG = "ssh configuration"

/** How a host would be logged in to, and why. It asks nobody but the ssh configuration. Throws as `resolveEndpoint` does. */
export async function explainLogin(host: Host, around: Surroundings): Promise<readonly LoginFact[]> {
  if (await takesOpenssh(host, around)) return await opensshFacts(host, around)
  const endpoint = await resolveEndpoint(host, around)
  const names = [host.name, host.address]
  const config = await around.lookup(names, host.ssh)
  const line = await configLines(names, { home: around.home, user: host.ssh.user, port: host.ssh.port })
  const why = whyOf(config, line, around.localUser)
  const { ssh } = host
  const strict = endpoint.hostKeys === "strict" ? "has to be known" : "is recorded where it is new"
  return [
    { what: "address", value: endpoint.address, why: "inventory" },
    { what: "user", value: endpoint.user, why: why("user", ssh.user, "your own name") },
    { what: "port", value: `${endpoint.port}`, why: why("port", ssh.port, "default") },
    ...jumpFacts(endpoint, why("proxyjump", ssh.proxyJump, "default")),
    ...keyFacts(endpoint, host, config, line),
    ...agentFacts(endpoint, why("identityagent", undefined, "SSH_AUTH_SOCK")),
    ...(endpoint.password === undefined ? [] : [fact("password", "where keys are refused", "inventory")]),
    {
      what: "host key",
      value: `${strict}, as ${endpoint.knownAs.join(" or ")}`,
      why: why("hostkeyalias", undefined, "inventory or default"),
    },
    fact("known hosts", endpoint.knownHostsFiles.join(", "), why("userknownhostsfile", ssh.knownHosts, "default")),
    ...(endpoint.user === "root" ? [] : [fact("become", ssh.become, "inventory or default")]),
  ]
}

function fact(what: LoginFact["what"], value: string, why: string): LoginFact {
  return { what, value, why }
}

/** What ssh is told; all else its configuration says, as `ssh -G` with the same words shows. */
async function opensshFacts(host: Host, around: Surroundings): Promise<readonly LoginFact[]> {
  const { destination, words } = await orderFor(host, around)
  const { address, user, port } = destination
  const beyond = beyondSsh2(await around.lookup([host.name, host.address], host.ssh))
  const own = (value: unknown, otherwise: string) => (value === undefined ? otherwise : "inventory")
  const why = host.ssh.transport === "auto" ? `${CONFIG}: ${beyond.join(", ")}` : "inventory"
  return [
    fact("transport", `ssh ${quoteAll(words)}`, why),
    fact("address", address, "inventory"),
    fact("user", user, own(host.ssh.user, `${CONFIG} or your own name`)),
    fact("port", `${port}`, own(host.ssh.port, `${CONFIG} or default`)),
    ...(user === "root" ? [] : [fact("become", host.ssh.become, "inventory or default")]),
  ]
}

type Why = (keyword: string, own: string | number | undefined, otherwise: string) => string

function whyOf(config: ConfigValues, line: ConfigLine, localUser: string): Why {
  return (keyword, own, otherwise) => {
    if (own !== undefined) return "inventory"
    const value = config.get(keyword)?.[0]
    if (value === undefined) return otherwise
    // `ssh -G` says what nobody wrote, too.
    const filledIn = { port: "22", user: localUser }[keyword] === value
    return line(keyword, value) ?? (filledIn ? otherwise : CONFIG)
  }
}

function jumpFacts({ via }: Endpoint, why: string): LoginFact[] {
  if (via === undefined) return []
  const further = jumpFacts(via, why)
  return [...further, fact("jump", `${via.user}@${hostPort(via.address, via.port)}`, why)]
}

function keyFacts(
  { identityFiles, identitiesNamed }: Endpoint,
  { ssh }: Host,
  config: ConfigValues,
  line: ConfigLine,
): LoginFact[] {
  const own = ssh.identityFile === undefined ? 0 : 1
  const configured = config.get("identityfile") ?? []
  return identityFiles.map((file, at) => {
    if (!identitiesNamed) return fact("key", file, "default")
    if (at < own) return fact("key", file, "inventory")
    return fact("key", file, line("identityfile", configured[at - own] ?? "") ?? CONFIG)
  })
}

function agentFacts({ agentSocket, identitiesOnly }: Endpoint, why: string): LoginFact[] {
  if (agentSocket === undefined) return []
  return [fact("agent", identitiesOnly ? `${agentSocket}, for the keys above` : agentSocket, why)]
}
