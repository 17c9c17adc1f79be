import { canonicalAddress, whyNoHost } from "../base/address.ts"
import { HaopsError } from "../base/errors.ts"
import { nearest } from "../base/nearest.ts"
import { withHost } from "../inventory/edit.ts"
import { loadInventory, oneFile } from "../inventory/load.ts"
import { inventoryParser } from "../inventory/parse.ts"
import { readEditable, rewriteFile } from "../inventory/rewrite.ts"
import type { Inventory, Pacemaker } from "../model/inventory.ts"
import { loadShipped } from "../playbook/load.ts"
import type { AddNodeOptions } from "./options.ts"
import { runAboutNode } from "./run-about-node.ts"
import type { Session } from "./session.ts"

/** `haops add-node NAME`: take one more node into the running cluster, and into the inventory where `--address` says it is new. */
export async function addNode(options: AddNodeOptions, name: string): Promise<number> {
  const address = options.address === undefined ? undefined : addressOf(options.address)
  const loaded = await loadInventory(options.inventory)
  const { inventory, write } = await including(loaded, name, address)
  let named = write === undefined
  const writeDown = async (session: Session) => {
    await write?.(session)
    named = true
  }
  return await runAboutNode({
    verb: "add-node",
    options,
    playbook: () => loadShipped("add-node"),
    inventory,
    subject: { node: name, allowUnreachable: options.allowUnreachable },
    allTogether: true,
    undisturbed: true,
    // Before anything makes it a member, so that whatever happens from there on the next run knows of it; and no sooner: a host that
    // cannot even be prepared would stand in the way of every up.
    onStage: async (session, stage) => (stage === "join" ? await writeDown(session) : undefined),
    // Where there was nothing to do: it is a member already.
    onDone: writeDown,
    halfWay: () => (named ? stays(name, loaded.file) : undefined),
  })
}

function stays(name: string, file: string): string {
  return `${name} stays in ${file}: haops add-node ${name} continues from here, haops remove-node ${name} undoes it.`
}

/** Before it is written anywhere: YAML makes a number of 999, and the inventory would be blamed for it. */
function addressOf(text: string): string {
  const address = canonicalAddress(text)
  const why = address === undefined ? `${JSON.stringify(text)} is not an IP address` : whyNoHost(address)
  if (address !== undefined && why === undefined) return address
  const hint = "Such as 10.0.0.15 or 2001:db8::15: not a host's name, and without the prefix of its network."
  throw new HaopsError("E_INPUT", `--address ${why}`, { hint })
}

interface Including {
  /** Names the node. */
  inventory: Inventory
  /** Writes the node into the file, where it is not there yet. */
  write?: ((session: Session) => Promise<void>) | undefined
}

async function including(loaded: Inventory, name: string, address: string | undefined): Promise<Including> {
  const { on: group } = pacemakerOf(loaded)
  const host = loaded.hosts.find((one) => one.name === name)
  if (host === undefined) {
    if (address === undefined) throw unknown(loaded, name)
    const file = oneFile(loaded, "add-node --address writes the node into the inventory")
    const edit = (text: string) => withHost(text, file, { group, name, address })
    const parse = await inventoryParser()
    const inventory = parse(edit(await readEditable(file)), file)
    return { inventory, write: (session) => writeOnce(session, name, edit) }
  }
  if (address !== undefined && address !== host.address) {
    throw new HaopsError("E_INPUT", `${name} is ${host.address} in ${loaded.file}, not ${address}`, {
      hint: "Leave out --address, or correct the inventory.",
    })
  }
  if (host.group === group) return { inventory: loaded }
  throw new HaopsError("E_INPUT", `${name} is one of the ${host.group}, and the cluster is on the ${group}`, {
    hint: `haops up --limit ${name} makes it what the inventory says.`,
  })
}

/** Another haops, or the user, may have written it meanwhile. */
async function writeOnce(
  { inventory, reporter }: Session,
  name: string,
  edit: (text: string) => string,
): Promise<void> {
  const { file } = inventory
  const parse = await inventoryParser()
  const changed = await rewriteFile(file, (text) =>
    parse(text, file).hosts.some((host) => host.name === name) ? text : edit(text),
  )
  if (changed) reporter.sink({ type: "message", level: "info", text: `${name} was written into ${file}.` })
}

/** Throws `E_INPUT` where the inventory has no cluster. */
export function pacemakerOf({ pacemaker, file }: Inventory): Pacemaker {
  if (pacemaker !== undefined) return pacemaker
  throw new HaopsError("E_INPUT", `${file} has no cluster: there is no section "pacemaker"`)
}

function unknown({ hosts, file }: Inventory, name: string): HaopsError {
  const near = nearest(
    name,
    hosts.map((host) => host.name),
  )
  const suggestion = near === undefined ? "" : `; did you mean "${near}"?`
  return new HaopsError("E_INPUT", `${file} names no host ${name}${suggestion}`, {
    hint: `If it is new: haops add-node ${name} --address ADDRESS writes it there too.`,
  })
}
