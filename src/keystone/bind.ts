import { hostPort } from "../base/address.ts"
import type { Secret } from "../base/secret.ts"
import { MEMCACHED, MEMCACHED_PORT } from "../memcached/settings.ts"
import { type Host, hostsOf, type Inventory } from "../model/inventory.ts"
import { settingsOf } from "../model/section.ts"
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
  const settings = settingsOf(inventory, KEYSTONE)
  if (settings === undefined || settings.on !== host.group) return undefined
  const { database, urls, region, services, fernet } = settings
  return {
    host: host.name,
    address: host.address,
    publicUrl: urls.public,
    database: { ...database, password: secret(database.password) },
    memcached: cachesOf(inventory),
    maxActiveKeys: fernet.maxActiveKeys,
    region,
    urls,
    services: [{ type: "identity", name: "keystone", urls: identityUrls(urls) }, ...services],
    adminPassword: secret(settings.admin.password),
  }
}

export function keystoneHosts(inventory: Inventory): readonly Host[] {
  const on = settingsOf(inventory, KEYSTONE)?.on
  return on === undefined ? [] : hostsOf(inventory, on)
}

/** As `keystone-manage bootstrap` and the guides have them. */
export function identityUrls({ public: one, internal, admin }: Urls): Urls {
  return { public: `${one}/v3/`, internal: `${internal}/v3/`, admin: `${admin}/v3/` }
}

function cachesOf(inventory: Inventory): readonly string[] {
  const on = settingsOf(inventory, MEMCACHED)?.on
  return on === undefined ? [] : hostsOf(inventory, on).map(({ address }) => hostPort(address, MEMCACHED_PORT))
}
