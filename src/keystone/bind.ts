import { scryptSync } from "node:crypto"
import type { Secret } from "../base/secret.ts"
import type { Balancer } from "../haproxy/runtime/away.ts"
import { memcachedServers } from "../memcached/settings.ts"
import { settingsOn } from "../model/section.ts"
import type { BindContext } from "../model/step.ts"
import type { ConfigWant } from "./config.ts"
import { sendersTo } from "./detour.ts"
import { type CatalogueService, KEYSTONE, type Urls } from "./settings.ts"

/** What Keystone is to be on a host. */
export interface KeystoneWant extends ConfigWant {
  host: string
  /** Every haproxy that sends it requests. */
  balancers: readonly Balancer[]
  region: string
  urls: Urls
  /** Keystone itself comes first. */
  services: readonly CatalogueService[]
  adminPassword: Secret
  /** What a host can keep of it to tell it from others, and nobody can make it from. */
  adminProof: () => string
}

/** Undefined where the host has no Keystone. One that is leaving still has it. */
export function bindKeystone({ inventory, host, secret }: BindContext): KeystoneWant | undefined {
  const settings = settingsOn({ inventory, host }, KEYSTONE)
  if (settings === undefined) return undefined
  const { database, urls, region, services, fernet } = settings
  const adminPassword = secret(settings.admin.password)
  return {
    host: host.name,
    balancers: sendersTo(inventory, host),
    address: host.address,
    publicUrl: urls.public,
    database: { ...database, password: secret(database.password) },
    memcached: memcachedServers(inventory),
    maxActiveKeys: fernet.maxActiveKeys,
    region,
    urls,
    services: [{ type: "identity", name: "keystone", urls: identityUrls(urls) }, ...services],
    adminPassword,
    adminProof: proofOf(adminPassword, urls.public),
  }
}

/** Some ms, and once: a check is made again and again. */
function proofOf(password: Secret, salt: string): () => string {
  let proof: string | undefined
  return () => {
    proof ??= scryptSync(password.reveal(), `haops ${salt}`, 32, { N: 4096 }).toString("hex")
    return proof
  }
}

/** As `keystone-manage bootstrap` and the guides have them. */
export function identityUrls({ public: one, internal, admin }: Urls): Urls {
  return { public: `${one}/v3/`, internal: `${internal}/v3/`, admin: `${admin}/v3/` }
}
