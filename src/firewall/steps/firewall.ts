import * as z from "zod"
import type { Drift, Finding } from "../../base/events.ts"
import { type FileWant, fileDrift, fileFindings, planFile } from "../../host/file-drift.ts"
import { ADDRESSES } from "../../host/network.ts"
import type { Action } from "../../model/action.ts"
import type { Component } from "../../model/component.ts"
import { settingsOf } from "../../model/section.ts"
import { type BindContext, defineStep, type HostStep } from "../../model/step.ts"
import { closedFindings } from "../closed.ts"
import { openingsOf } from "../openings.ts"
import { POLICY, policyFile, type Rule, richRule, rulesOf } from "../policy.ts"
import { FIREWALL } from "../settings.ts"
import {
  type FirewallState,
  type OwnPolicy,
  ownPolicyScript,
  parseOwnPolicy,
  parseZones,
  zonesScript,
} from "../state.ts"
import { deniedBefore, deniedFindings, openedBy, UFW_LEFT, ufwActions, ufwDrift, wantedOf } from "../ufw-rules.ts"
import type { Zone } from "../zone.ts"

const use = z.string()
const from = z.enum(["anyone", "hosts"])
const opening = z.union([
  z.strictObject({ protocol: z.literal("vrrp"), use, from }),
  z.strictObject({ protocol: z.enum(["tcp", "udp"]), port: z.number().int().min(1).max(65_535), use, from }),
])

const want = z.strictObject({
  managed: z.boolean().describe("What is closed is opened; else it is only told."),
  openings: z.array(opening).describe("What has to reach the host."),
  sources: z.array(z.string()).default([]).describe("Addresses of the hosts."),
  addresses: z.array(z.string()).default([]).describe("The host's own."),
  nics: z.array(z.string()).default([]).describe("Interfaces that VIPs are on."),
})

type Want = z.infer<typeof want>

/** firewalld and ufw, where they are in force, let in what the inventory needs; or it is told what they keep out. */
export function firewallStep(components: readonly Component[]): HostStep<Want, FirewallState> {
  return defineStep<Want, FirewallState>({
    kind: "firewall",
    summary:
      "what the inventory needs is let in by firewalld or ufw, where one is in force and the inventory says so; else what it keeps out is told",
    want,
    bind: (context) => bind(components, context),
    title: () => "firewall",
    probe: (wanted) =>
      wanted.managed
        ? { script: ownPolicyScript(rules(wanted)), parse: parseOwnPolicy }
        : { shared: [ADDRESSES], script: zonesScript(wanted.addresses, wanted.nics), parse: parseZones },
    check,
    findings,
    plan,
  })
}

function bind(components: readonly Component[], { inventory, host }: BindContext): Want | undefined {
  const openings = openingsOf(components, inventory, host)
  if (openings.length === 0) return undefined
  const managed = settingsOf(inventory, FIREWALL) === "managed"
  const vips = inventory.vips.filter(({ on }) => on === host.group)
  return {
    managed,
    openings: [...openings],
    sources: managed ? [...new Set(inventory.hosts.flatMap(({ address, links }) => [address, ...links]))] : [],
    addresses: [...new Set([host.address, ...host.links])],
    nics: [...new Set(vips.flatMap(({ nic }) => nic ?? []))],
  }
}

/** The policy, for the next start. */
export function firewallFile(wanted: Want): FileWant {
  return policyFile(rules(wanted))
}

function rules({ openings, sources }: Want): readonly Rule[] {
  return rulesOf(openings, sources)
}

function check(wanted: Want, { own, ufw }: FirewallState): Drift[] {
  if (!wanted.managed) return []
  const ofUfw = ufw === undefined ? [] : ufwDrift(wantedOf(rules(wanted), ufw), ufw)
  if (own === undefined || own === "unknown") return ofUfw
  return [...ofUfw, ...liveDrift(wanted, own), ...fileDrift(firewallFile(wanted), own.file)]
}

/** Rules are a set: firewalld tells them in an order of its own. */
function liveDrift(wanted: Want, { live }: OwnPolicy): Drift[] {
  const attribute = `firewalld's policy ${POLICY}`
  // While firewalld is loaded anew, new connections wait.
  if (live === undefined) return [{ attribute, have: "absent", want: "in force", risk: "reload" }]
  const wants = rules(wanted).map(richRule)
  if (live.length === wants.length && wants.every((rule) => live.includes(rule))) return []
  const sentence = `firewalld goes by other rules in its policy ${POLICY}`
  return [{ attribute, have: "other rules", want: "these rules", sentence, risk: "none" }]
}

function findings(wanted: Want, have: FirewallState): readonly Finding[] {
  const { own, left = false, ufw } = have
  const closed = [...closedFindings(wanted.openings, zonesOf(wanted, have), wanted.managed), ...(left ? [LEFT] : [])]
  if (!wanted.managed && ufw !== undefined && ufw.ours.length > 0) closed.push(UFW_LEFT)
  if (wanted.managed && ufw !== undefined) closed.push(...deniedFindings(deniedBefore(rules(wanted), ufw)))
  if (own === undefined) return closed
  if (own !== "unknown") return [...closed, ...fileFindings(firewallFile(wanted).path, own.file)]
  const message = "this firewalld has no policies, so haops opens nothing in it"
  const hint =
    "It has them since 0.9. Take `firewall` out of the inventory to be told what is closed, and the commands that open it."
  return [...closed, { severity: "warning", message, hint }]
}

/** What they let in once ours is done: what ufw has no word for stays closed. What rules before ours deny is told by itself. */
function zonesOf(wanted: Want, { zones, ufw }: FirewallState): readonly Zone[] {
  if (!wanted.managed || ufw === undefined) return zones
  const opened = wantedOf(rules(wanted), { ...ufw, theirs: [] }).flatMap(openedBy)
  return zones.map((zone) => (zone.by === "ufw" ? { ...zone, opened: [...zone.opened, ...opened] } : zone))
}

/** Taken back, it would close what the cluster goes by: when to, who runs the firewall knows. */
const LEFT: Finding = {
  severity: "warning",
  message: `firewalld's policy ${POLICY} is in force, and the inventory says no more that haops manages the firewall`,
  hint: `Once something else lets in what it does (haops plan tells what is closed then): firewall-cmd --permanent --delete-policy=${POLICY} && firewall-cmd --reload. Or put \`firewall: managed\` back.`,
}

function plan(wanted: Want, { own, ufw }: FirewallState): readonly Action[] {
  if (!wanted.managed) return []
  const ofUfw = ufw === undefined ? [] : ufwActions(wantedOf(rules(wanted), ufw), ufw)
  return own === undefined || own === "unknown" ? ofUfw : [...ofUfw, ...ofFirewalld(wanted, own)]
}

function ofFirewalld(wanted: Want, own: OwnPolicy): readonly Action[] {
  const written = planFile(firewallFile(wanted), own.file)
  if (own.live === undefined) return [...written, RELOAD]
  return liveDrift(wanted, own).length === 0 ? written : [...written, setLive(rules(wanted).map(richRule))]
}

/** A policy begins to exist by a reload, which connections outlive. It is needed once. */
const RELOAD: Action = {
  type: "run",
  argv: ["firewall-cmd", "--reload"],
  label: "firewall-cmd --reload (what somebody set without --permanent goes)",
}

/** In force at once, and all of it: nothing else of firewalld is loaded anew. */
function setLive(rules: readonly string[]): Action {
  return {
    type: "run",
    argv: [
      ...["busctl", "call", "org.fedoraproject.FirewallD1", "/org/fedoraproject/FirewallD1"],
      ...["org.fedoraproject.FirewallD1.policy", "setPolicySettings", "sa{sv}", POLICY],
      ...["1", "rich_rules", "as", String(rules.length), ...rules],
    ],
    label: `firewalld's policy ${POLICY}: the rules that are written`,
  }
}
