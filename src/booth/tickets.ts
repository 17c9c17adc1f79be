import { crc32 } from "node:zlib"
import { HaopsError } from "../base/errors.ts"
import { pacemakerOn } from "../membership/nodes.ts"
import { settingsOf } from "../model/section.ts"
import type { Observed } from "../model/view.ts"
import { NOT_CONNECTED, NOT_THERE } from "../pacemaker/crm-mon.ts"
import { childrenOf, parseXml } from "../pacemaker/xml.ts"
import { BOOTH } from "./settings.ts"

/** A ticket as the cluster of a site has it. */
export interface TicketState {
  name: string
  /** This site has it. */
  granted: boolean
  /** Its resources are to leave, though the site has it. */
  standby: boolean
  /** boothd's number of the site that has it; undefined where nobody has. */
  owner?: number | undefined
  /** When it ends, unless it is renewed, in seconds since 1970. */
  expires?: number | undefined
}

/** What this node's cluster knows of tickets; undefined unless the cluster runs. crm_mon does not tell who has one, and until when. */
export const TICKETS: Observed<readonly TicketState[] | undefined> = {
  name: "tickets",
  script: ({ inventory, host }) =>
    settingsOf(inventory, BOOTH) === undefined || pacemakerOn(inventory, host) === undefined
      ? undefined
      : `if command -v cibadmin >/dev/null 2>&1; then
  tickets=$(timeout 20 cibadmin -Q -A //status/tickets 2>/dev/null); code=$?
  case $code in 0) printf '%s\\n' "$tickets" ;; ${NOT_THERE.join("|")}) echo none ;; ${NOT_CONNECTED}) ;; *) exit "$code" ;; esac
fi`,
  parse(text) {
    if (text === "") return undefined
    if (text === "none") return []
    const root = parseXml(text)
    if (root.name !== "tickets") throw new HaopsError("E_PROBE", `not the cluster's tickets: <${root.name}>`)
    return childrenOf(root, "ticket_state").map(({ attributes }) => {
      const [owner, expires] = [Number(attributes.owner ?? 0), Number(attributes.expires ?? 0)]
      return {
        name: attributes.id ?? "",
        granted: attributes.granted === "true",
        standby: attributes.standby === "true",
        ...(owner > 0 ? { owner } : {}),
        ...(expires > 0 ? { expires } : {}),
      }
    })
  },
}

/** The number that boothd gives to a member: the CRC-32 of its address' bytes, without the highest bit. */
export function memberNumber(address: string): number {
  return crc32(addressBytes(address)) & 0x7fffffff
}

/** Of an address in its one spelling. */
function addressBytes(address: string): Buffer {
  if (!address.includes(":")) return Buffer.from(address.split(".").map(Number))
  const [head = "", tail] = address.split("::")
  const groups = (text: string) => (text === "" ? [] : text.split(":"))
  const [front, back] = [groups(head), groups(tail ?? "")]
  const zeros = Array.from({ length: tail === undefined ? 0 : 8 - front.length - back.length }, () => "0")
  return Buffer.concat(
    [...front, ...zeros, ...back].map((group) =>
      Buffer.from([Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]),
    ),
  )
}
