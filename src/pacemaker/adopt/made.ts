import { parseCidr } from "../../base/address.ts"
import { durationSchema } from "../../document/scalars-schema.ts"
import type { HaproxyYaml } from "../../haproxy/section/schema.ts"
import type { VipsYaml } from "../../vip/section/schema.ts"
import type { Agents } from "../agents/metadata.ts"
import type { Attributes, CibResource } from "../cib.ts"
import { perNode } from "../per-node.ts"
import type { TuningYaml } from "../section/resource-schema.ts"
import { HAPROXY_RESOURCE, isHaproxy, VIP_AGENT } from "../section/vip-resources.ts"
import { operationsYaml, ownOperations, withoutOperators } from "./resource-yaml.ts"
import { nonEmpty, scalarsOf } from "./words.ts"

type VipYaml = VipsYaml[string]

/** An address of the cluster in the words of `vips`; undefined where those are not enough for it. */
export function vipYaml(resource: CibResource, agents: Agents): VipYaml | undefined {
  const { ip = "", cidr_netmask: prefix = "", nic: same, ...others } = resource.parameters
  const { nics, rest } = nicsAmong(others)
  const nic = same ?? (Object.keys(nics).length === 0 ? undefined : nics)
  const address = `${ip}/${prefix}`
  const loose = [resource.clone, resource.group, resource.bundle].every((one) => one === undefined)
  if (resource.agent !== VIP_AGENT || !loose || parseCidr(address) === undefined) return undefined
  const { interval, tuning } = tuningOf(resource, rest, agents)
  if (interval === undefined) return undefined
  const long = nonEmpty({ nic, monitor: interval === "30s" ? undefined : interval, resource: tuning })
  return Object.keys(long).length === 0 ? address : { address, ...long }
}

/** What haops wrote of a VIP's interface on one node each, and all else. */
function nicsAmong(parameters: Attributes): { nics: Attributes; rest: Attributes } {
  const all = Object.entries(parameters).map(([key, value]) => ({ key, value, own: perNode(key) }))
  const isNic = ({ own }: (typeof all)[number]) => own?.name === "nic"
  return {
    nics: Object.fromEntries(all.filter(isNic).map(({ own, value }) => [own!.node, value])),
    rest: Object.fromEntries(all.filter((one) => !isNic(one)).map(({ key, value }) => [key, value])),
  }
}

/** Whether this is what the section haproxy makes in a cluster, by its name; its clone may be called as others did. */
export function isSectionHaproxy(resource: CibResource): boolean {
  return resource.id === HAPROXY_RESOURCE && resource.clone !== undefined && isHaproxy(resource)
}

export type Placement = NonNullable<HaproxyYaml["placement"]>

/** What the section haproxy says of its resource, for one placement. Whether that is all of it, a comparison tells. */
export function haproxyTuning(resource: CibResource, placement: Placement, agents: Agents): Partial<HaproxyYaml> {
  const { agent, meta, parameters } = resource
  const own = agent === "systemd:haproxy" ? {} : { agent: agent as NonNullable<HaproxyYaml["agent"]> }
  const { binpath, conffile, ...others } = parameters
  const rest = {
    ...(binpath === "/usr/sbin/haproxy" || binpath === undefined ? {} : { binpath }),
    ...(conffile === "/etc/haproxy/haproxy.cfg" || conffile === undefined ? {} : { conffile }),
    ...others,
  }
  if (placement === "with-vip") {
    const operations = operationsYaml(ownOperations(resource, agents))
    const tuning = nonEmpty({ parameters: scalarsOf(rest), operations, meta: scalarsOf(withoutOperators(meta)) })
    return { placement, ...own, ...nonEmpty({ resource: tuning }) }
  }
  const { "migration-threshold": threshold = "1", "failure-timeout": timeout = "30s", ...others_ } = meta
  const { interval = "1s", tuning } = tuningOf({ ...resource, meta: others_ }, rest, agents, { timeout: "20s" })
  return {
    ...own,
    ...(interval === "1s" ? {} : { monitor: interval }),
    ...(threshold === "1" ? {} : { migrationThreshold: Number(threshold) }),
    ...(timeout === "30s" ? {} : { failureTimeout: timeout }),
    ...nonEmpty({ resource: tuning }),
  }
}

/** What a resource has beyond a monitor of some interval; that is undefined where it cannot be said by a word of its own. */
function tuningOf(
  resource: CibResource,
  parameters: Attributes,
  agents: Agents,
  usual: Attributes = {},
): { interval: string | undefined; tuning: TuningYaml } {
  const monitors = resource.operations.filter(({ name }) => name === "monitor")
  const { interval, ...options } = monitors[0]?.options ?? {}
  const beyond = Object.fromEntries(Object.entries(options).filter(([name, value]) => usual[name] !== value))
  const others = ownOperations(resource, agents).filter(({ name }) => name !== "monitor")
  const own = Object.keys(beyond).length === 0 ? [] : [{ name: "monitor", options: beyond }]
  return {
    interval: monitors.length === 1 && durationSchema.safeParse(interval).success ? interval : undefined,
    tuning: nonEmpty({
      parameters: scalarsOf(parameters),
      operations: operationsYaml([...own, ...others]),
      meta: scalarsOf(withoutOperators(resource.meta)),
    }) as TuningYaml,
  }
}
