import type { Secret } from "../base/secret.ts"
import type { FileWant } from "../host/file-drift.ts"
import type { BindContext } from "../model/step.ts"
import { boothConfig } from "./config.ts"
import { keyBytes } from "./key.ts"
import { boothService } from "./resources.ts"
import { type BoothRole, keyPath, roleOn } from "./settings.ts"

/** What booth is to be on a host. */
export interface BoothWant {
  name: string
  role: BoothRole
  /** The cluster's resource that runs it, where it is a site's. */
  resource: string
  config: FileWant
  keyPath: string
  key: Secret
}

/** Throws `E_INPUT` where the key is none that boothd takes. */
export function boothWant({ inventory, host, secret }: BindContext): BoothWant | undefined {
  const here = roleOn(inventory, host)
  if (here === undefined) return undefined
  const { settings, role } = here
  const key = secret(settings.key)
  keyBytes(key)
  const { name } = settings
  return {
    name,
    role,
    resource: boothService(settings),
    config: boothConfig(settings),
    keyPath: keyPath(settings),
    key,
  }
}
