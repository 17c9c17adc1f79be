import type { Connections } from "../model/connection.ts"
import { settingsOf } from "../model/section.ts"
import { KEYSTONE } from "./settings.ts"

/** What services check tokens by, and what a person logs in by. */
export const connections: Connections = (inventory) => {
  const settings = settingsOf(inventory, KEYSTONE)
  if (settings === undefined) return []
  const { urls, region, admin } = settings
  const login: readonly [string, string][] = [
    ["OS_AUTH_URL", `${urls.public}/v3`],
    ["OS_IDENTITY_API_VERSION", "3"],
    ["OS_USERNAME", "admin"],
    ["OS_USER_DOMAIN_NAME", "Default"],
    ["OS_PROJECT_NAME", "admin"],
    ["OS_PROJECT_DOMAIN_NAME", "Default"],
    ["OS_REGION_NAME", region],
  ]
  const variable = { of: "openrc", variable: true } as const
  return [
    { name: "www_authenticate_uri", value: () => urls.public },
    { name: "auth_url", value: () => urls.internal },
    ...login.map(([name, value]) => ({ name, ...variable, value: () => value })),
    { name: "OS_PASSWORD", ...variable, value: (_secret, plain) => plain(admin.password) },
  ]
}
