import { NO_LOCKS } from "../../../src/host/packages/locks.ts"
import type { Installed } from "../../../src/host/packages/stock.ts"
import type { Member, Members } from "../../../src/model/step.ts"
import type { CrmResource, CrmStatus } from "../../../src/pacemaker/crm-mon.ts"
import type { UpgradeState } from "../../../src/upgrade/state.ts"
import type { UpgradeWant } from "../../../src/upgrade/want.ts"
import { facts } from "../step-harness.ts"

export const NODES = ["c1", "c2", "c3"]
export const VIP = "10.0.0.11"

export function want(host: string, changes: Partial<UpgradeWant> = {}): UpgradeWant {
  return {
    host,
    cluster: "lab",
    parts: ["cluster", "shell", "haproxy"],
    fencing: [],
    vips: [{ id: "vip", address: VIP, port: 80 }],
    haproxy: "lb-haproxy",
    beside: [],
    peers: {},
    detours: {},
    addresses: [VIP],
    ...changes,
  }
}

export function installed(name: string, version: string, source = name): Installed {
  return { name, version, source, kept: false }
}

/** A host as it is: all up, the VIP on c3. */
export function state(changes: Partial<UpgradeState> = {}, offered: Record<string, string> = {}): UpgradeState {
  return {
    manager: "apt",
    installed: [
      installed("haproxy", "2.6.12-1"),
      installed("pacemaker", "2.1.5-1"),
      installed("libcib27", "2.1.5-1", "pacemaker"),
    ],
    offers: { candidates: new Map(Object.entries(offered)), versions: new Map() },
    release: undefined,
    repositories: [],
    heldBy: undefined,
    locks: NO_LOCKS,
    unfinished: undefined,
    status: status(),
    addresses: new Set(),
    active: new Set(["corosync", "pacemaker", "haproxy"]),
    ...changes,
  }
}

export function status(changes: Partial<CrmStatus> = {}): CrmStatus {
  return {
    dc: "c1",
    quorate: true,
    maintenance: false,
    noQuorumPolicy: "stop",
    nodes: NODES.map((name) => ({
      ...{ name, online: true, standby: false, maintenance: false, pending: false, unclean: false, dc: name === "c1" },
    })),
    resources: [resource("vip", ["c3"]), ...NODES.map((name) => resource("lb-haproxy", [name]))],
    failures: [],
    bans: [],
    ...changes,
  }
}

export function resource(id: string, nodes: readonly string[]): CrmResource {
  const active = nodes.length > 0
  const role = active ? "Started" : "Stopped"
  return { id, agent: "x", role, active, failed: false, managed: true, disabled: false, nodes, within: [] }
}

/** All three, seen by the one of that name. */
export function members(host: string, haves: Record<string, UpgradeState>): Members<UpgradeState> {
  const all = Object.entries(haves).map(
    ([name, have]): Member<UpgradeState> => ({ host: name, have, facts: facts({ host: name }) }),
  )
  return { all, missing: [], elected: all.find((one) => one.host === host)! }
}
