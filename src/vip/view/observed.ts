import { HaopsError } from "../../base/errors.ts"
import type { Inventory } from "../../model/inventory.ts"
import type { Observed, Reach } from "../../model/view.ts"
import { portOfVip } from "../../model/vip-port.ts"

/** Every address on an interface, without prefix. */
export const ADDRESSES: Observed<ReadonlySet<string>> = {
  name: "addresses",
  script: () => "ip -o addr show | awk '{ print $4 }'",
  parse: (text) => new Set(lines(text).map((line) => line.replace(/\/.*$/, ""))),
}

/** By address: what came of a TCP connection from the host, to each VIP. */
export const REACHED: Observed<ReadonlyMap<string, Reach["outcome"]>> = {
  name: "reach",
  script: ({ inventory, deep }) =>
    deep ? reachScript(inventory.vips.map((vip) => ({ ...vip, port: vipPort(inventory, vip.name) }))) : undefined,
  parse: (text) => new Map(lines(text).map(parseReach)),
}

/** The port on which a VIP is asked whether it can be reached: one that is served, else one where a refusal is due (discard). */
export function vipPort(inventory: Inventory, vip: string): number {
  return portOfVip(inventory, vip) ?? 9
}

/** All side by side: a VIP that nobody has costs its timeout once. */
function reachScript(vips: readonly { address: string; port: number }[]): string {
  const asks = vips.map(
    ({ address, port }) => `{
  said=$(LC_ALL=C timeout 2 bash -c ': </dev/tcp/${address}/${port}' 2>&1) && echo '${address} accepted' ||
  case $said in *refused*) echo '${address} refused';; *) echo '${address} no answer';; esac
} &`,
  )
  return [...asks, "wait"].join("\n")
}

function parseReach(line: string): [string, Reach["outcome"]] {
  const at = line.indexOf(" ")
  const [address, said] = [line.slice(0, at), line.slice(at + 1)]
  if (said !== "accepted" && said !== "refused" && said !== "no answer") {
    throw new HaopsError("E_PROBE", `unexpected line ${JSON.stringify(line)}`)
  }
  return [address, said]
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "")
}
