import { HaopsError } from "../base/errors.ts"
import { loadInventory } from "../inventory/load.ts"
import { KEYSTONE } from "../keystone/settings.ts"
import { keystoneRotate as keystoneRotateStep, rotation } from "../keystone/steps/keystone-rotate.ts"
import { settingsOf } from "../model/section.ts"
import type { Step } from "../model/step.ts"
import { loadShipped } from "../playbook/load.ts"
import type { RotateOptions } from "./options.ts"
import { runPlaybook } from "./run-playbook.ts"

/** `haops keystone rotate`: a new Fernet key for tokens, the oldest away, the same on all hosts. */
export async function keystoneRotate(options: RotateOptions): Promise<number> {
  const inventory = await loadInventory(options.inventory)
  if (settingsOf(inventory, KEYSTONE) === undefined) {
    throw new HaopsError("E_INPUT", `${inventory.file} has no Keystone: there is no section "keystone"`)
  }
  return await runPlaybook({
    verb: "keystone rotate",
    options,
    inventory,
    steps:
      options.force === true
        ? (all) => new Map<string, Step>([...all, [keystoneRotateStep.kind, rotation({ force: true })]])
        : undefined,
    playbook: () => loadShipped("keystone-rotate"),
  })
}
