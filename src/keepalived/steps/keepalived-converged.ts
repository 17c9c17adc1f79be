import * as z from "zod"
import { stateSentence } from "../../base/drift-words.ts"
import type { Drift } from "../../base/events.ts"
import { listing } from "../../base/words.ts"
import { ADDRESSES, LISTENERS } from "../../host/network.ts"
import { STACK_UNITS } from "../../host/units.ts"
import { hostsOf } from "../../model/inventory.ts"
import { type BindContext, defineClusterStep, type Members } from "../../model/step.ts"
import { HELD_VIPS, type HolderState, holderScript, parseHolder } from "../holder.ts"
import { settle } from "../settle.ts"

const vip = z.strictObject({
  name: z.string(),
  address: z.string(),
  port: z.number().int().optional().describe("A port that answers where the VIP is; left out: none is known."),
  hosts: z.array(z.string()).describe("Hosts that may have it."),
  listeners: z
    .array(z.strictObject({ address: z.string(), port: z.number().int() }))
    .describe("Where haproxy listens on each of them, whether it has the VIP or not."),
})

const want = z.strictObject({
  vips: z.array(vip).min(1),
  advertMs: z.number().int().positive().describe("VRRP's interval, by which an election is counted."),
})

type Want = z.infer<typeof want>
type VipWant = z.infer<typeof vip>

/**
 * The proof for keepalived's VIPs: each on exactly one host and answering, keepalived running and haproxy listening on all of its
 * hosts. The inventory's other hosts are asked as well: one of them may have kept a VIP that was its cluster's. Changes nothing; it waits until all of that holds, and what does not is told as it was seen.
 */
export const keepalivedConverged = defineClusterStep<Want, HolderState>({
  kind: "keepalived-converged",
  role: "proof",
  answers: [HELD_VIPS],
  summary: "proof: each of keepalived's VIPs on one host, answering",
  needs: "any",
  want,
  bind,
  // Others need not reach the VIPs.
  elect: ({ vips }, _have, { host }) => (vips.some(({ hosts }) => hosts.includes(host)) ? 1 : 0),
  title: () => "keepalived converged",
  probe: ({ vips }) => ({
    shared: [ADDRESSES, LISTENERS, STACK_UNITS],
    script: holderScript(vips.map(({ name, address, port }) => ({ name, address, port }))),
    parse: parseHolder,
  }),
  check: ({ vips }, members) => [
    ...idleHosts(vips, members),
    ...vips.flatMap((one) => [...vipDrift(one, members), ...unresponsiveHosts(one, members)]),
  ],
  plan: ({ vips, advertMs }, { elected }) => {
    // Those of the other group may be in a network that this host does not reach.
    const near = vips.flatMap(({ address, port, hosts }) =>
      port !== undefined && hosts.includes(elected.host) ? [{ address, port }] : [],
    )
    return [settle({ vips: near, advertMs })]
  },
  remedy,
})

/** What came of it is no change that somebody made on a host. */
function remedy(): string {
  return (
    "`journalctl -u keepalived` on its hosts says what each has seen. A VIP on two of them: their firewalls keep out each other's VRRP, " +
    "which is IP protocol 112 (`firewall: managed` in the inventory opens firewalld for it)."
  )
}

function bind({ inventory }: BindContext): Want | undefined {
  const vips = inventory.vips.filter((one) => one.manager === "keepalived")
  if (vips.length === 0) return undefined
  const services = inventory.haproxy?.services ?? []
  return {
    advertMs: inventory.keepalived?.advertMs ?? 1000,
    vips: vips.map(({ name, address, on }) => {
      const own = services.filter((service) => service.vip === name && service.bind.port !== 0).map(({ bind }) => bind)
      const hosts = hostsOf(inventory, on).map((one) => one.name)
      const listeners = own.map(({ address, port }) => ({ address, port }))
      return { name, address, port: own[0]?.port, hosts, listeners }
    }),
  }
}

function idleHosts(vips: readonly VipWant[], { all }: Members<HolderState>): Drift[] {
  const hosts = new Set(vips.flatMap((one) => one.hosts))
  return all
    .filter(({ host, have }) => hosts.has(host) && !have.keepalived)
    .map(({ host }) => drift(`keepalived on ${host}`, "not running", "running", true))
}

/** Two holders are told as what they are: the hosts do not hear each other, and clients reach the one or the other. */
function vipDrift({ name, address, port, hosts }: VipWant, { all, missing }: Members<HolderState>): Drift[] {
  const attribute = `${name} ${address}`
  const asked = all.filter(({ host }) => hosts.includes(host))
  const holders = all.filter(({ have }) => have.held.has(name)).map(({ host }) => host)
  const strays = holders.filter((host) => !hosts.includes(host))
  if (strays.length > 0) {
    const which = strays.length === holders.length ? "which" : `of which ${listing(strays)}`
    const seen = `on ${listing(holders)}, ${which} ${strays.length === 1 ? "is" : "are"} to have it no more`
    return [drift(attribute, seen, `on one of ${listing(hosts)}`)]
  }
  if (holders.length > 1) {
    const seen = `on ${holders.join(" and ")}, which do not hear each other's VRRP`
    return [drift(attribute, seen, "on one host")]
  }
  const unresponsive = asked.filter(({ have }) => have.answers.get(name) === false).map(({ host }) => host)
  if (holders.length === 0) {
    // The holder may be one that could not be asked; then its VIP answers.
    if (unresponsive.length === 0 && port !== undefined && hosts.some((host) => missing.includes(host))) return []
    return [
      drift(
        attribute,
        "on no host",
        "on one host",
        asked.every(({ have }) => !have.keepalived),
      ),
    ]
  }
  return unresponsive.length === 0
    ? []
    : [drift(attribute, `port ${port} does not answer ${unresponsive.join(", ")}`, "answering")]
}

function unresponsiveHosts({ hosts, listeners }: VipWant, { all }: Members<HolderState>): Drift[] {
  return all
    .filter(({ host }) => hosts.includes(host))
    .flatMap(({ host, have }) => {
      const missing = listeners
        .filter(({ address, port }) => !have.listening.has(`${address}:${port}`) && !have.listening.has(`*:${port}`))
        .map(({ address, port }) => `${address}:${port}`)
      if (missing.length === 0) return []
      return [drift(`haproxy on ${host}`, `does not listen on ${missing.join(", ")}`, "listening", !have.keepalived)]
    })
}

function drift(attribute: string, have: string, want: string, expected = false): Drift {
  const sentence = stateSentence(attribute, have)
  return { attribute, have, want, sentence, risk: "none", ...(expected ? { expected } : {}) }
}
