import type { Finding } from "../base/events.ts"
import { fileFindings } from "../host/file-drift.ts"
import { maskedFindings } from "../host/unit-judge.ts"
import { CHECK_SCRIPT } from "./check.ts"
import { sourceNic, vipNic } from "./nics.ts"
import { KEEPALIVED_CONFIG } from "./render.ts"
import type { KeepalivedState } from "./state.ts"
import { isForeignConfig, strangers } from "./terms.ts"
import type { KeepalivedWant } from "./want.ts"

/** What stands against managing keepalived on a host. */
export function keepalivedFindings(want: KeepalivedWant, have: KeepalivedState): Finding[] {
  return [
    ...fileFindings(KEEPALIVED_CONFIG, have.config),
    ...fileFindings(CHECK_SCRIPT.path, have.script),
    ...foreignFindings(want, have),
    ...(have.addresses === undefined ? [] : want.instances.flatMap((instance) => nicFindings(instance, have))),
    ...unitFindings(have),
    ...passwordFindings(want),
  ]
}

/** keepalived reads one file. One that somebody else wrote is replaced only where nothing is lost by it but settings. */
function foreignFindings({ instances }: KeepalivedWant, { config }: KeepalivedState): Finding[] {
  const text = config.type === "file" ? config.content?.toString() : undefined
  if (text === undefined || !isForeignConfig(text)) return []
  const others = strangers(
    text,
    instances.map(({ address }) => address),
  )
  if (others.length > 0) {
    const message = `${KEEPALIVED_CONFIG} was not written by haops and manages ${others.join(", ")}, which the inventory does not`
    const hint = "Add them as vips with manager: keepalived, or take them out of that file."
    return [{ severity: "error", message, hint }]
  }
  const message = `${KEEPALIVED_CONFIG} was not written by haops and is replaced; a copy is kept beside it`
  return [{ severity: "warning", message, hint: "The plan shows what changes." }]
}

function nicFindings(instance: KeepalivedWant["instances"][number], have: KeepalivedState): Finding[] {
  const { name, address, prefix, source } = instance
  const nic = vipNic(instance, have)
  if (nic === undefined) {
    const message = `no interface has an address in the network of the VIP ${name} (${address}/${prefix})`
    return [{ severity: "error", message, hint: `Name the interface: vips.${name}.nic` }]
  }
  if (!have.nics.includes(nic)) {
    const hint = `There are ${have.nics.filter((one) => one !== "lo").join(", ")}.`
    return [{ severity: "error", message: `there is no interface ${nic} for the VIP ${name}`, hint }]
  }
  if (source === undefined || sourceNic(instance, have) !== undefined) return []
  const message = `no interface has the address ${source}, which VRRP for the VIP ${name} is to be sent from`
  const hint = "keepalived sends from the host's own addresses: correct its address or links, or set peers: multicast."
  return [{ severity: "error", message, hint }]
}

function unitFindings({ unit }: KeepalivedState): Finding[] {
  return maskedFindings("keepalived.service", unit)
}

function passwordFindings({ truncated }: KeepalivedWant): Finding[] {
  if (!truncated) return []
  const message = "the VRRP password is longer than 8 characters, of which keepalived takes the first 8"
  return [{ severity: "warning", message, hint: "It travels readably in any case: it guards against mistakes only." }]
}
