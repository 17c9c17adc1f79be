import type { Notes } from "../../document/notes.ts"
import type { Expanded } from "../../model/section.ts"

/** haops sets it where haproxy runs, and what the inventory says goes over that. */
export function advise({ haproxy, sysctl }: Expanded, notes: Notes): void {
  if (haproxy === undefined) return
  for (const [name, value] of Object.entries(sysctl)) {
    if (!/^net[./]ipv[46][./]ip_nonlocal_bind$/.test(name) || value !== "0") continue
    notes.warning(["sysctl", name], "without it haproxy does not start where the VIP is not")
  }
}
