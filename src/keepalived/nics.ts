import { inSubnet } from "../base/address.ts"
import { CHECK_SCRIPT } from "./check.ts"
import { renderKeepalived, type VrrpInstance } from "./render.ts"
import type { KeepalivedState } from "./state.ts"
import type { KeepalivedWant } from "./want.ts"

type InstanceWant = KeepalivedWant["instances"][number]
type Nics = Pick<KeepalivedState, "addresses" | "nics">

/** keepalived.conf for a host as it was seen; undefined while an interface cannot be told. */
export function contentOf(want: KeepalivedWant, have: Nics): string | undefined {
  const instances = want.instances.map((instance) => resolve(instance, have))
  if (!instances.every((one) => one !== undefined)) return undefined
  return renderInstances(want, instances)
}

/** keepalived.conf for a host of which all interfaces are known. */
export function renderInstances(
  { host: router, advertMs, nopreempt, password, check }: KeepalivedWant,
  instances: readonly VrrpInstance[],
): string {
  return renderKeepalived({
    router,
    instances,
    advertMs,
    nopreempt,
    password: password?.reveal(),
    check: check && { ...check, script: CHECK_SCRIPT.path },
  })
}

/** The interface that a VIP goes on: the one named, else the one that has another address of its network. */
export function vipNic({ nic, address, prefix }: InstanceWant, { addresses = [] }: Nics): string | undefined {
  const vip = { address, prefix }
  return nic ?? addresses.find((one) => one.address !== address && inSubnet(one.address, vip))?.nic
}

/** The interface that VRRP is spoken on. */
export function sourceNic({ source }: InstanceWant, { addresses = [] }: Nics): string | undefined {
  return addresses.find(({ address }) => address === source)?.nic
}

/** An instance with its interfaces; undefined where one cannot be told. */
export function resolve(instance: InstanceWant, have: Nics): VrrpInstance | undefined {
  const { name, address, prefix, routerId, priority, first, source, peers } = instance
  const nic = vipNic(instance, have)
  if (nic === undefined) return undefined
  const base = { name, address, prefix, nic, routerId, priority, first }
  if (source === undefined) return base
  const from = sourceNic(instance, have)
  return from === undefined ? undefined : { ...base, unicast: { source, nic: from, peers } }
}
