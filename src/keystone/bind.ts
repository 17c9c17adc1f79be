import type { Secret } from "../base/secret.ts"
import { memcachedServers } from "../memcached/settings.ts"
import { settingsOn } from "../model/section.ts"
import type { BindContext } from "../model/step.ts"
import type { ConfigWant } from "./config.ts"
import { type CatalogueService, KEYSTONE, type Urls } from "./settings.ts"

/** What Keystone is to be on a host. */
export interface KeystoneWant extends ConfigWant {
  host: string
  region: string
  urls: Urls
  /** Keystone itself comes first. */
  services: readonly CatalogueService[]
  adminPassword: Secret
}

/** Undefined where the host has no Keystone. One that is leaving still has it. */
export function bindKeystone({ inventory, host, secret }: BindContext): KeystoneWant | undefined {
  const settings = settingsOn({ inventory, host }, KEYSTONE)
  if (settings === undefined) return undefined
  const { database, urls, region, services, fernet } = settings
  return {
    host: host.name,
    address: host.address,
    publicUrl: urls.public,
    database: { ...database, password: secret(database.password) },
    memcached: memcachedServers(inventory),
    maxActiveKeys: fernet.maxActiveKeys,
    region,
    urls,
    services: [{ type: "identity", name: "keystone", urls: identityUrls(urls) }, ...services],
    adminPassword: secret(settings.admin.password),
  }
}

/** As `keystone-manage bootstrap` and the guides have them. */
export function identityUrls({ public: one, internal, admin }: Urls): Urls {
  return { public: `${one}/v3/`, internal: `${internal}/v3/`, admin: `${admin}/v3/` }
}
