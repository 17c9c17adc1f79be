import * as z from "zod"
import { arbiterOn } from "../../membership/nodes.ts"
import { hostsOf } from "../../model/inventory.ts"
import { type BindContext, defineStep } from "../../model/step.ts"
import { packageDrift, planPackages } from "../packages/drift.ts"
import { allStackNames, STACK_PARTS, type StackPart, stackNames, stackVariants } from "../packages/stack-packages.ts"
import { askLock, type PackageState, packageScript, parsePackages } from "../packages/state.ts"

const want = z.strictObject({
  parts: z
    .array(z.enum(STACK_PARTS))
    .min(1)
    .describe("Parts of the stack; each family has its own package names for them."),
  fencing: z.array(z.string()).default([]).describe("Fence agents in use, such as `fence_ipmilan`."),
})

type Want = z.infer<typeof want>

/** The packages of the stack that a host needs, installed without starting what they bring. */
export const packages = defineStep<Want, PackageState>({
  kind: "packages",
  summary: "the packages of the stack, installed without starting what must not run yet",
  want,
  bind,
  title: () => "packages",
  probe: ({ parts, fencing }) => ({
    script: packageScript(allStackNames(parts, fencing)),
    parse: parsePackages,
    further: (have) => askLock(have, stackVariants(parts, fencing)),
  }),
  check: ({ parts, fencing }, have, facts) => packageDrift(wantedOf(stackNames(parts, fencing, facts)), have),
  plan: ({ parts, fencing }, have, _drift, facts) =>
    planPackages(wantedOf(stackNames(parts, fencing, facts)), have, facts, { quiet: true, haRepository: true }),
})

function bind({ inventory, host }: BindContext): Want | undefined {
  const { pacemaker, haproxy } = inventory
  const parts: StackPart[] = []
  if (pacemaker && hostsOf(inventory, pacemaker.on).includes(host)) {
    parts.push("cluster", pacemaker.shell === "auto" ? "shell" : pacemaker.shell)
    if (pacemaker.quorumDevice !== undefined) parts.push("quorum-device")
  }
  if (arbiterOn(inventory, host) !== undefined) parts.push("quorum-host")
  if (haproxy?.on.includes(host.group)) parts.push(haproxy.source === undefined ? "haproxy" : "haproxy-build")
  if (haproxy?.rsyslog !== undefined && haproxy.on.includes(host.group)) parts.push("rsyslog")
  if (inventory.vips.some((vip) => vip.manager === "keepalived" && vip.on === host.group)) parts.push("keepalived")
  if (parts.length === 0) return undefined
  const fencing = parts.includes("cluster") ? (pacemaker?.fencing ?? []) : []
  return { parts: ["tools", ...parts], fencing: fencing.map(({ agent }) => agent) }
}

function wantedOf(names: readonly string[]) {
  return names.map((name) => ({ name, version: undefined }))
}
