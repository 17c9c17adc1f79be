import type { Group, SecretSource } from "../model/inventory.ts"
import { sectionKey } from "../model/section.ts"

export interface KeystoneSettings {
  on: Group
  admin: { password: SecretSource }
  region: string
  /** Where Keystone itself is reached, at the VIPs: `http://10.0.0.11:5000`. */
  urls: Urls
  /** Its database, as haproxy serves it at a VIP. */
  database: KeystoneDatabase
  fernet: { maxActiveKeys: number }
  /** Other services of the catalogue. */
  services: readonly CatalogueService[]
  /** Addresses of all VIPs: an endpoint that is at none of them points elsewhere. */
  vips: readonly string[]
}

export const INTERFACES = ["public", "internal", "admin"] as const
export type Interface = (typeof INTERFACES)[number]

export type Urls = Readonly<Record<Interface, string>>

export interface KeystoneDatabase {
  name: string
  user: string
  password: SecretSource
  address: string
  port: number
}

export interface CatalogueService {
  /** Such as `image`. */
  type: string
  /** What it is called where it is made: `glance`. */
  name: string
  urls: Urls
}

export const KEYSTONE = sectionKey<KeystoneSettings>("keystone")

export const KEYSTONE_PORT = 5000
