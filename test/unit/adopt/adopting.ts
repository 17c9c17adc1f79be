import { readFileSync } from "node:fs"
import type { HostAnswer } from "../../../src/adopt/ask.ts"
import type { AdoptRequest } from "../../../src/adopt/findings.ts"
import { adoptInventory } from "../../../src/adopt/inventory.ts"
import { reveal, Secret } from "../../../src/base/secret.ts"
import { renderCorosyncConf } from "../../../src/corosync/render.ts"
import { renderHaproxyConfig } from "../../../src/haproxy/config/render.ts"
import { memberNodes } from "../../../src/membership/nodes.ts"
import { hostsOf, type Inventory } from "../../../src/model/inventory.ts"
import { type Agents, parseAgents } from "../../../src/pacemaker/agents/metadata.ts"
import { EMPTY_CIB, EMPTY_TEXT } from "../../../src/pacemaker/cib.ts"
import { desiredCib } from "../../../src/pacemaker/desired.ts"
import { diffCib } from "../../../src/pacemaker/diff.ts"
import { editCib } from "../../../src/pacemaker/edit/edit-cib.ts"
import { NOTHING_OWNED } from "../../../src/pacemaker/ownership.ts"

export const AGENTS: Agents = parseAgents(
  readFileSync(new URL("../../cases/pacemaker/recorded/agents-3.0.txt", import.meta.url), "utf8"),
)

/** A host on which nothing runs. */
export function bare(hostname: string, address: string, parts: Partial<HostAnswer> = {}) {
  const answer: HostAnswer = {
    ...{ hostname, addresses: [address], resolved: new Map(), crmsh: false, sysctl: "" },
    ...{ corosync: undefined, cib: undefined, haproxy: undefined, keepalived: undefined, booth: new Map() },
    ...parts,
  }
  return { address, answer }
}

/** What the hosts of a cluster show that `up` has made of an inventory. */
export function madeBy(inventory: Inventory, secret = "hunter2") {
  const { pacemaker, haproxy, name } = inventory
  if (pacemaker === undefined) throw new Error("no cluster")
  const { transport, totem, quorum } = pacemaker
  const nodes = memberNodes(inventory, pacemaker)
  const corosync = renderCorosyncConf({ name, nodes, transport, totem, quorum })
  const desired = desiredCib(inventory)!
  const { changes } = diffCib(desired, EMPTY_CIB, NOTHING_OWNED)
  const members = nodes.map(({ name, nodeid }) => `<node id="${nodeid}" uname="${name}"/>`)
  const empty = EMPTY_TEXT.replace("<nodes/>", `<nodes>${members.join("")}</nodes>`)
  const cib = editCib(empty, changes, EMPTY_CIB, AGENTS).replaceAll(/"[^"]*haops-secret[^"]*"/g, `"${secret}"`)
  return hostsOf(inventory, pacemaker.on).map((host) => {
    const runs = haproxy?.on.includes(host.group) === true
    const text = runs ? reveal(renderHaproxyConfig(haproxy, host.group, () => new Secret(secret))) : undefined
    return bare(host.name, host.address, { corosync, cib, haproxy: text })
  })
}

export async function adopted(asked: AdoptRequest["asked"], ssh: AdoptRequest["ssh"] = {}) {
  return await adoptInventory({ asked, agents: AGENTS, ssh })
}
