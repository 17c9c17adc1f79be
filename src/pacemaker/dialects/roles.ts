const OLD: Readonly<Record<string, string>> = { Promoted: "Master", Unpromoted: "Slave" }
const NEW: Readonly<Record<string, string>> = { Master: "Promoted", Slave: "Unpromoted" }

/** A role under the name that this generation knows: `Promoted` from pacemaker 2.1 and pcs 0.11, `Master` before. */
export function inRole(role: string, promoted: boolean): string {
  return (promoted ? NEW[role] : OLD[role]) ?? role
}
