import type { Step } from "../../model/step.ts"
import { keystoneCatalogue } from "./keystone-catalogue.ts"
import { keystoneConfig } from "./keystone-config.ts"
import { keystoneDatabase } from "./keystone-database.ts"
import { keystoneKeys } from "./keystone-keys.ts"
import { keystoneKeysCopy } from "./keystone-keys-copy.ts"
import { keystoneRetired } from "./keystone-retired.ts"
import { keystoneRotate } from "./keystone-rotate.ts"
import { keystoneStart } from "./keystone-start.ts"

/** What playbooks can say of it. */
export const steps: readonly Step[] = [
  keystoneConfig,
  keystoneKeys,
  keystoneKeysCopy,
  keystoneDatabase,
  keystoneStart,
  keystoneCatalogue,
  keystoneRotate,
  keystoneRetired,
]
