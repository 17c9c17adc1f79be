import { HaopsError } from "../base/errors.ts"
import type { Secret } from "../base/secret.ts"
import { sha256 } from "../host/file-state.ts"
import { GALERA, type GaleraSettings } from "../model/galera.ts"
import { type Host, hostsOf, type Inventory } from "../model/inventory.ts"
import { settingsOn } from "../model/section.ts"
import type { BindContext } from "../model/step.ts"
import { configFile, redactConfig } from "./config/files.ts"
import { nodeSettings, providerOptions } from "./config/node-settings.ts"
import { sendersTo } from "./detour.ts"
import type { GaleraWant, MemberWant } from "./want.ts"

/** Undefined where the host is no member. A member that is leaving still is one to itself. */
export function bindGalera({ inventory, host, secret, subject }: BindContext): GaleraWant | undefined {
  const galera = settingsOn({ inventory, host }, GALERA)
  if (galera === undefined) return undefined
  const password = galera.sst.password && fitting("galera.sst.password", secret(galera.sst.password))
  const own = (member: Host) => memberWant(galera, inventory, member, password)
  const members = hostsOf(inventory, galera.on)
  return {
    ...own(host),
    cluster: inventory.name,
    host: host.name,
    // They are in command lines, and by one a password could be guessed.
    files: new Map(members.map((member) => [member.name, sha256(redactConfig(configFile(own(member)).content))])),
    check: galera.check,
    given: subject?.force === true,
    ends: subject?.ends,
    databases: galera.databases.map(({ name, user, password }) => ({ name, user, password: secret(password) })),
    balancers: sendersTo(inventory, host),
  }
}

function memberWant(
  galera: GaleraSettings,
  inventory: Inventory,
  host: Host,
  password: Secret | undefined,
): MemberWant {
  const members = hostsOf(inventory, galera.on)
  const addresses = members.map((member) => member.address)
  return {
    address: host.address,
    settings: nodeSettings(galera, { cluster: inventory.name, host, addresses }),
    provider: providerOptions(galera, host, members),
    sst: { method: galera.sst.method, password },
  }
}

/** It stands in a line of the server's file. */
function fitting(path: string, password: Secret): Secret {
  const text = password.reveal()
  if (/^[\x21-\x7e]+$/.test(text) && !/["'#;\\]/.test(text)) return password
  throw new HaopsError("E_INPUT", `${path} holds a character that the server's file cannot hold`, {
    hint: "Use letters, digits and signs other than quotes, # ; and \\.",
  })
}
