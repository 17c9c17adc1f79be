import { age } from "../base/age.ts"
import { listing } from "../base/words.ts"
import type { HaproxyRuntime } from "../haproxy/runtime/model.ts"
import type { HaproxyService } from "../model/haproxy.ts"
import { type Host, hostsOf, type Vip } from "../model/inventory.ts"
import { portOfVip } from "../model/vip-port.ts"
import { backendOf, isUp } from "../status/services.ts"
import { type Check, check, type Seen } from "./check.ts"

/** What VIPs and haproxy must show, whoever manages them. */
export function serviceChecks(seen: Seen): readonly Check[] {
  const { haproxy, vips } = seen.inventory
  return [
    ...vips.map((vip) => vipCheck(seen, vip)),
    ...(haproxy === undefined ? [] : [running(seen), configuration(seen), backends(seen)]),
  ]
}

/** On one host and no other, and reachable from here and from every host. */
function vipCheck(seen: Seen, vip: Vip): Check {
  const { inventory, answers, status, fromHere } = seen
  const { name, address, on } = vip
  const port = portOfVip(inventory, name)
  const holders = status.vips.find((one) => one.name === name)?.holders ?? []
  const silent = hostsOf(inventory, on).filter((host) => answers.observation(host.name) === undefined)
  const what = port === undefined ? "" : ` on port ${port}`
  const reaches = (outcome: string | undefined) =>
    outcome === "accepted" || (port === undefined && outcome === "refused")
  const asked = inventory.hosts.flatMap(({ name: host }) => {
    const observation = answers.observation(host)
    return observation === undefined ? [] : [{ host, outcome: observation.reach.get(address) }]
  })
  const deaf = asked.filter(({ outcome }) => !reaches(outcome))
  const here = fromHere.get(name)
  const fails = [
    ...(holders.length === 1
      ? []
      : [`${address} is on ${holders.length === 0 ? "no host" : `${listing(holders)} at once`}`]),
    ...silent.map((host) => `${host.name} could not be asked whether it has ${address}`),
    ...deaf.map(({ host, outcome }) => `${address} does not answer ${host}${what}: ${outcome ?? "not asked"}`),
  ]
  const warnings: string[] = []
  if (!reaches(here?.outcome)) {
    const said = `${address} does not answer from here${what}: ${here?.outcome ?? "not asked"}`
    // Behind a jump host the VIP may be out of this machine's sight by design; the nodes have been asked.
    if (inventory.hosts.some((host) => host.ssh.proxyJump !== undefined))
      warnings.push(`${said} (the hosts are behind a jump host)`)
    else fails.push(said)
  }
  const evidence = `${address} on ${holders[0]}, answers${what} here (${Math.round(here?.ms ?? 0)} ms) and on ${listing(asked.map(({ host }) => host))}`
  return check(`vip:${name}`, `VIP ${name} is on one host and can be reached`, [evidence], { fails, warnings })
}

function running(seen: Seen): Check {
  const { answers, inventory } = seen
  const hosts = haproxyHosts(seen)
  const fails = hosts.flatMap((host) => {
    const runtime = answers.observation(host.name)?.haproxy
    if (runtime === undefined) return [`${host.name} could not be asked`]
    return runtime.state === "up" || !isDue(seen, host) ? [] : [`${host.name}: ${stateOf(runtime)}`]
  })
  const up = hosts.flatMap(({ name }) => {
    const runtime = answers.observation(name)?.haproxy
    return runtime?.state === "up" ? [`${name} (${runtime.process.version}, for ${age(runtime.process.uptime)})`] : []
  })
  if (up.length === 0) fails.push("haproxy runs nowhere")
  return check(
    "haproxy",
    `haproxy runs ${inventory.haproxy?.placement === "with-vip" ? "where the VIP is" : "on all its hosts"}`,
    up,
    { fails },
  )
}

/** The file is the inventory's, the process is younger than the file, and what is in memory has just these servers. */
function configuration(seen: Seen): Check {
  const { answers, assessments, inventory, unasked } = seen
  const compared = assessments.filter(({ task }) => task.step.kind === "haproxy-config")
  const fails = haproxyHosts(seen).flatMap((host) => {
    const file = compared.find((one) => one.host === host.name)
    const runtime = answers.observation(host.name)?.haproxy
    const services = inventory.haproxy?.services.filter((service) => service.on === host.group) ?? []
    if (file === undefined)
      return [`${host.name}: not compared${unasked[0] === undefined ? "" : `: ${unasked[0].reason}`}`]
    if (file.error !== undefined) return [`${host.name}: ${file.error.message}`]
    return [
      ...file.drift.map(({ attribute, have, want }) => `${host.name}: ${attribute}: ${have}, wanted ${want}`),
      ...(runtime?.state === "up" ? services.flatMap((service) => inMemory(service, runtime)) : []).map(
        (text) => `${host.name}: ${text}`,
      ),
    ]
  })
  const title = "haproxy has this very configuration in memory"
  const evidence = `${listing(haproxyHosts(seen).map(({ name }) => name))}: the file is the inventory's, the process is younger, its servers are the same`
  return check("haproxy-config", title, [evidence], { fails })
}

function inMemory(service: HaproxyService, { backends }: Extract<HaproxyRuntime, { state: "up" }>): string[] {
  const name = backendOf(service)
  const backend = backends.find((one) => one.name === name)
  if (backend === undefined) return [`${name} is not in memory`]
  const have = backend.servers.map((server) => spelled(server.name, server.address))
  // A haproxy that is too old to tell addresses is compared by names.
  const tells = backend.servers.every(({ address }) => address !== "")
  const want = service.servers.map(({ name, address, port }) =>
    spelled(name, tells ? `${address.includes(":") ? `[${address}]` : address}:${port}` : ""),
  )
  const differs = [...have].sort().join("\n") !== [...want].sort().join("\n")
  return differs ? [`${name} has ${listing(have, 9) || "no server"} in memory, wanted ${listing(want, 9)}`] : []
}

function spelled(name: string, address: string): string {
  return address === "" ? name : `${name} ${address}`
}

/** Whether the applications run is not the cluster's doing: without a server a service is warned of. */
function backends({ status }: Seen): Check {
  const empty = status.services.filter(({ servers }) => servers.length > 0 && !servers.some(isUp))
  const evidence = status.services.map(
    ({ name, active, backup }) => `${name} ${active.up + backup.up}/${active.of + backup.of}`,
  )
  const asked = status.haproxies.some(({ runtime }) => runtime.state === "up")
  return check("backends", "every service has a server that is up", [evidence.join(", ")], {
    fails: asked ? [] : ["no haproxy could be asked"],
    warnings:
      empty.length === 0
        ? []
        : [
            `no server is up for ${listing(
              empty.map(({ name }) => name),
              9,
            )}`,
          ],
  })
}

function haproxyHosts({ inventory }: Seen): readonly Host[] {
  return inventory.hosts.filter((host) => inventory.haproxy?.on.includes(host.group))
}

/** A node in standby runs nothing; with-vip, haproxy follows the VIP. */
function isDue({ inventory, status }: Seen, { name }: Host): boolean {
  const state = status.nodes.find((node) => node.name === name)?.state
  if (state === "standby" || state === "maintenance") return false
  return inventory.haproxy?.placement !== "with-vip" || status.vips.some(({ holders }) => holders.includes(name))
}

function stateOf(runtime: HaproxyRuntime): string {
  if (runtime.state === "deaf") return `does not answer: ${runtime.reason}`
  return runtime.state === "absent" ? "not installed" : "does not run"
}
