import type { Finding } from "../base/events.ts"
import { quote } from "../base/sh.ts"
import { listing } from "../base/words.ts"
import { nodesIn } from "../pacemaker/cib.ts"
import type { Constrained } from "./constraints-left.ts"
import type { NodeView } from "./node-view.ts"

/** What a member's cluster may know of a node from before. */
export interface Remembering extends NodeView, Constrained {
  /** The node's attributes that outlive a restart. */
  attributes?: Readonly<Record<string, string>> | undefined
}

/** What the cluster knows of a node that was installed anew, and would go by when it is back. `stays`: it is not taken out meanwhile. */
export function remembered(node: string, stays: boolean, have: Remembering): Finding[] {
  return [...attributes(node, stays, have), ...failures(node, have), ...constraints(node, have)]
}

function attributes(node: string, stays: boolean, { attributes = {} }: Remembering): Finding[] {
  const words = Object.entries(attributes).map(([name, value]) => `${name}=${value}`)
  if (words.length === 0) return []
  const which = `${words.length === 1 ? "an attribute" : "attributes"} from before: ${listing(words, 9)}`
  if (!stays) {
    const set = Object.entries(attributes).map(([name, value]) => {
      return `crm_attribute --node ${node} --name ${quote(name)} --update ${quote(value)}`
    })
    return [warning(`${node} loses ${which}`, `Where they are still meant, on a member: ${set.join("; ")}`)]
  }
  const unset = Object.keys(attributes).map((name) => `crm_attribute --node ${node} --name ${quote(name)} --delete`)
  return [warning(`${node} keeps ${which}`, `Where nobody needs that, on a member: ${unset.join("; ")}`)]
}

function failures(node: string, { status }: Remembering): Finding[] {
  const failed = (status?.failures ?? []).filter((one) => one.node === node).map(({ operation }) => operation)
  if (failed.length === 0) return []
  const message = `${listing(failed)}: failed on ${node} before, and counts until that is forgotten`
  return [warning(message, `On a member: crm_resource --cleanup --node ${node}`)]
}

function constraints(node: string, { constraints = [] }: Remembering): Finding[] {
  const ids = constraints.filter((one) => nodesIn(one).includes(node)).map(({ id }) => id)
  if (ids.length === 0) return []
  const message = `${listing(ids)}: from before, and holds for ${node} again`
  const commands = ids.map((id) => {
    return `cibadmin --delete --scope constraints --xml-text ${quote(`<rsc_location id="${id}"/>`)}`
  })
  return [warning(message, `Where nobody needs that, on a member: ${commands.join("; ")}`)]
}

function warning(message: string, hint: string): Finding {
  return { severity: "warning", message, hint }
}
