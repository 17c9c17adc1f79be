import { HaopsError } from "../base/errors.ts"
import { InputError } from "../document/problems.ts"
import { withoutHost } from "../inventory/edit.ts"
import { loadInventory, oneFile } from "../inventory/load.ts"
import { inventoryParser } from "../inventory/parse.ts"
import { readEditable, rewriteFile } from "../inventory/rewrite.ts"
import { toEnd } from "../membership/by-hand.ts"
import { type Host, hostsOf, type Inventory, type Pacemaker } from "../model/inventory.ts"
import { loadShipped } from "../playbook/load.ts"
import { pacemakerOf } from "./add-node.ts"
import type { RemoveNodeOptions } from "./options.ts"
import { runAboutNode } from "./run-about-node.ts"
import type { Session } from "./session.ts"

/** `haops remove-node NAME`: take one node out of the running cluster, and then out of the inventory. */
export async function removeNode(options: RemoveNodeOptions, name: string): Promise<number> {
  const loaded = await loadInventory(options.inventory)
  const { on: group, shell } = pacemakerOf(loaded)
  const leaving = loaded.hosts.find((host) => host.name === name)
  if (leaving !== undefined && leaving.group !== group) {
    throw new HaopsError("E_INPUT", `${name} is one of the ${leaving.group}, and the cluster is on the ${group}`, {
      hint: `Take it out of ${loaded.file}, then run haops up.`,
    })
  }
  if (leaving !== undefined && hostsOf(loaded, group).length === 1) {
    throw new HaopsError("E_INPUT", `${name} is the last member in ${loaded.file}; a cluster has at least one`, {
      hint: `To end the cluster, on the node: ${howToEnd(shell)}`,
    })
  }
  const edit = leaving === undefined ? undefined : editOf(loaded, leaving)
  return await runAboutNode({
    verb: "remove-node",
    options,
    playbook: () => loadShipped("remove-node"),
    inventory: edit === undefined ? loaded : await without(loaded, leaving, edit),
    leaving,
    subject: {
      node: name,
      leaving: true,
      force: options.force,
      loseQuorum: options.loseQuorum,
      loseMessages: options.loseMessages,
    },
    allTogether: true,
    // Last, so that a run which was cut short still finds the node there.
    onDone: (session) => (edit === undefined ? unseen(session, name) : forget(session, name, edit)),
  })
}

/** No node was asked yet which of them it has. */
function howToEnd(shell: Pacemaker["shell"]): string {
  const [pcs, crmsh] = [toEnd({ name: "pcs-0.12" }), toEnd({ name: "crmsh" })]
  return shell === "auto" ? `${pcs}; where there is no pcs: ${crmsh}` : shell === "pcs" ? pcs : crmsh
}

function editOf(loaded: Inventory, leaving: Host): (text: string) => string {
  const file = oneFile(loaded, "remove-node takes the node out of the inventory")
  return (text) => withoutHost(text, file, leaving)
}

/** The inventory as it will be. What still refers to the node has to be said by the user in another way. */
async function without(
  { file }: Inventory,
  leaving: Host | undefined,
  edit: (text: string) => string,
): Promise<Inventory> {
  const edited = edit(await readEditable(file))
  const parse = await inventoryParser()
  try {
    return parse(edited, file)
  } catch (thrown) {
    if (!(thrown instanceof InputError)) throw thrown
    // Their lines are those of a file that nobody has seen.
    const problems = thrown.problems.map(({ path = [], message }) => `  ${[...path.map(String), message].join(": ")}`)
    throw new HaopsError("E_INPUT", `without ${leaving?.name}, ${file} would be wrong:\n${problems.join("\n")}`, {
      hint: "Change that first.",
    })
  }
}

/** A member that the inventory does not name is taken out by the others; haops cannot look at it. */
async function unseen({ inventory, reporter }: Session, name: string): Promise<void> {
  const text = `${name} is not in ${inventory.file}, so haops did not check whether it still has a VIP or runs haproxy.`
  reporter.sink({ type: "message", level: "warning", text })
}

async function forget({ inventory, reporter }: Session, name: string, edit: (text: string) => string): Promise<void> {
  const { file } = inventory
  const parse = await inventoryParser()
  const changed = await rewriteFile(file, (text) =>
    parse(text, file).hosts.some((host) => host.name === name) ? edit(text) : text,
  )
  if (changed) reporter.sink({ type: "message", level: "info", text: `${name} was taken out of ${file}.` })
}
