import type { Notes } from "../../document/notes.ts"
import { GALERA } from "../../model/galera.ts"
import { hostsOf } from "../../model/inventory.ts"
import { type Expanded, settingsOf } from "../../model/section.ts"

/** Warns of what is allowed and likely to hurt. */
export function advise(inventory: Expanded, notes: Notes): void {
  const galera = settingsOf(inventory, GALERA)
  if (galera === undefined) return
  const count = hostsOf(inventory, galera.on).length
  if (count === 1) notes.warning(["galera"], "one member: nothing is replicated")
  if (count > 2 && count % 2 === 0) {
    notes.warning(["galera"], `${count} members survive no more failures than ${count - 1}: take an odd number`)
  }
}
