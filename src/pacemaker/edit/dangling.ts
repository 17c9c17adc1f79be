import type { Editing } from "./editing.ts"
import type { XmlNode } from "./xml-document.ts"

/**
 * Takes what is gone out of what others have said about it: its tags, its permissions, the fencing levels that it is a device of.
 * A tag or a permission would be no valid XML, and a level would fail by a device that nobody has. The rest of it stays.
 */
export function removeDangling(before: ReadonlySet<string>, { document }: Editing): void {
  const after = document.ids()
  const isGone = (id: string | undefined) => id !== undefined && before.has(id) && !after.has(id)
  for (const node of [...document.configuration.descendants()]) {
    if (node.name === "fencing-level") withoutDevices(node, isGone)
    else if (isGone(referredBy(node))) removeWithTag(node)
  }
}

function referredBy({ name, id, attributes }: XmlNode): string | undefined {
  if (name === "obj_ref") return id
  return name === "acl_permission" ? attributes.reference : undefined
}

function removeWithTag(node: XmlNode): void {
  const holder = node.parent
  node.remove()
  if (holder?.name === "tag" && holder.children.length === 0) holder.remove()
}

/** As pcs does it when it deletes a device. */
function withoutDevices(level: XmlNode, isGone: (id: string) => boolean): void {
  const devices = level.attributes.devices?.split(",") ?? []
  const left = devices.filter((device) => !isGone(device.trim()))
  if (left.length === devices.length) return
  if (left.length === 0) level.remove()
  else level.setAttributes({ ...level.attributes, devices: left.join(",") })
}
