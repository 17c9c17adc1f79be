import { inSubnet } from "../base/address.ts"
import { nodeFile } from "../host/file-drift.ts"
import type { NodeFiles } from "../model/node-file.ts"
import { bindKeepalived } from "./bind.ts"
import { CHECK_SCRIPT } from "./check.ts"
import { renderInstances, resolve } from "./nics.ts"
import { keepalivedFile } from "./steps/keepalived.ts"
import { redactKeepalived } from "./terms.ts"
import type { KeepalivedWant } from "./want.ts"

export const files: NodeFiles = (context) => {
  const want = bindKeepalived(context)
  if (want === undefined) return []
  const nics = want.instances.map(nicsOf)
  const config = nodeFile("keepalived", keepalivedFile(want, offline(want, nics)))
  const notes = [...new Set(nics.flatMap(({ note }) => note ?? []))]
  return [
    ...(want.check === undefined ? [] : [nodeFile("keepalived", CHECK_SCRIPT)]),
    {
      ...config,
      ...(want.password === undefined ? {} : { masked: redactKeepalived }),
      ...(notes.length === 0 ? {} : { note: notes.join("; ") }),
    },
  ]
}

/** The names of interfaces, or what stands for one that only the node can tell. */
interface Nics {
  vip: string
  source?: string
  note?: string
}

const OPEN = "<interface …> stands for a name that the node tells"

/** In the VIP's network VRRP is taken to be spoken where the VIP is, as it is unless the host has two interfaces in it. */
function nicsOf({ nic, address, prefix, source }: KeepalivedWant["instances"][number]): Nics {
  const vip = nic ?? `<interface in the network of ${address}/${prefix}>`
  const open = nic === undefined ? { note: OPEN } : {}
  if (source === undefined) return { vip, ...open }
  if (!inSubnet(source, { address, prefix })) return { vip, source: `<interface of ${source}>`, note: OPEN }
  return { vip, source: vip, note: nic === undefined ? OPEN : `${nic} is taken to be the interface of ${source}` }
}

function offline(want: KeepalivedWant, nics: readonly Nics[]): string {
  const instances = want.instances.map((one, at) => ({ ...one, nic: nics[at]!.vip }))
  const parts = instances.map((one, at) => {
    const addresses = [{ nic: nics[at]!.source ?? "", address: one.source ?? "", prefix: one.prefix }]
    return resolve(one, { addresses, nics: [] })!
  })
  return renderInstances(want, parts)
}
