import * as z from "zod"
import type { Drift, Finding } from "../../base/events.ts"
import type { Action } from "../../model/action.ts"
import type { Inventory } from "../../model/inventory.ts"
import { type BindContext, defineStep } from "../../model/step.ts"
import { type FileWant, fileDrift, fileFindings, planFile } from "../file-drift.ts"
import { WRITTEN } from "../mark.ts"
import { parseSysctl, type SysctlState, squeeze, sysctlScript } from "../sysctl-state.ts"

const PATH = "/etc/sysctl.d/99-haops.conf"

const want = z.strictObject({
  settings: z
    .record(z.string().regex(/^[\w./-]+$/, "a kernel parameter"), z.coerce.string())
    .describe("Kernel parameters and their values, such as `net.ipv4.ip_forward: 1`."),
})

type Want = z.infer<typeof want>

/** Kernel parameters, live and in a file of our own for the next boot. */
export const sysctl = defineStep<Want, SysctlState>({
  kind: "sysctl",
  summary: "kernel parameters, live and for the next boot",
  want,
  bind,
  title: () => "sysctl",
  probe: (wanted) => ({
    script: sysctlScript(sysctlFile(wanted), Object.keys(wanted.settings)),
    parse: (output) => parseSysctl(output, PATH, Object.keys(wanted.settings)),
  }),
  check: (wanted, have) => [...liveDrift(wanted, have), ...fileDrift(sysctlFile(wanted), have.file)],
  findings,
  plan,
})

/**
 * What the inventory says, over what haproxy needs where it runs: binding a VIP that another node holds, in the VIP's own
 * address family. Not forwarding, which haproxy does without and which makes a router of a host in several networks.
 */
function bind({ inventory, host }: BindContext): Want | undefined {
  const settings = { ...haproxyNeeds(inventory, host.group), ...inventory.sysctl }
  return Object.keys(settings).length === 0 ? undefined : { settings }
}

function haproxyNeeds(inventory: Inventory, group: Inventory["hosts"][number]["group"]): Record<string, string> {
  if (inventory.haproxy?.on.includes(group) !== true) return {}
  const needs: Record<string, string> = { "net.ipv4.ip_nonlocal_bind": "1" }
  const v6 = inventory.vips.some((vip) => vip.on === group && vip.address.includes(":"))
  return v6 ? { ...needs, "net.ipv6.ip_nonlocal_bind": "1" } : needs
}

function liveDrift({ settings }: Want, { live }: SysctlState): Drift[] {
  return Object.entries(settings).flatMap(([key, value]) => {
    const have = live.get(key)
    if (have === undefined || have === squeeze(value)) return []
    return [{ attribute: key, have, want: squeeze(value), risk: "none" as const }]
  })
}

function findings({ settings }: Want, { live, boot, file }: SysctlState): Finding[] {
  const found = fileFindings(PATH, file)
  for (const [key, value] of Object.entries(settings)) {
    if (!live.has(key)) {
      const hint =
        "Load the kernel module that brings it (and list it in /etc/modules-load.d), or take it out of the inventory."
      found.push({ severity: "error", message: `the kernel has no parameter ${key}`, hint })
    }
    const last = boot.get(key)
    if (last !== undefined && last.value !== squeeze(value)) {
      const message = `${last.path} is read after ${PATH} and sets ${key} to ${last.value} at the next boot`
      found.push({ severity: "warning", message, hint: `Remove it there, or set it to ${squeeze(value)}.` })
    }
  }
  return found
}

function plan(wanted: Want, have: SysctlState): Action[] {
  const actions = planFile(sysctlFile(wanted), have.file)
  const live = liveDrift(wanted, have)
  if (live.length > 0) actions.push({ type: "run", argv: ["sysctl", "-q", "-p", PATH], label: `sysctl -p ${PATH}` })
  return actions
}

/** The file for the next boot. */
export function sysctlFile({ settings }: Want): FileWant {
  const lines = Object.entries(settings).map(([key, value]) => `${key} = ${squeeze(value)}\n`)
  const content = `${WRITTEN}\n${lines.join("")}`
  return { path: PATH, content, mode: "0644", owner: "root:root" }
}
