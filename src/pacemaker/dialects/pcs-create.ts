import { HaopsError } from "../../base/errors.ts"
import type { Attributes, CibClone } from "../cib.ts"
import type { DesiredResource } from "../desired.ts"
import { operationOptions, type PcsSpelling, type Words } from "./pcs-spelling.ts"

/** The commands that create a resource, its clone included. */
export function pcsCreate(resource: DesiredResource, spelling: PcsSpelling): readonly Words[] {
  const { id, agent, fencing, parameters, operations, meta, clone } = resource
  // A promotable clone of pcs 0.9 is always called R-master when it is made with the resource.
  const future = clone !== undefined && spelling.createFuture
  const apart = clone !== undefined && spelling.masters && clone.promotable
  const words = [
    ...(fencing
      ? ["stonith", "create", id, agent.replace(/^stonith:/, "")]
      : ["resource", "create", ...(future ? ["--future"] : []), id, agent]),
    ...pairs(parameters),
    ...operations.flatMap(({ name, options }) => ["op", name, ...operationOptions(options, spelling)]),
    ...(Object.keys(meta).length > 0 ? ["meta", ...pairs(meta)] : []),
    ...(clone && !apart ? cloneWords(id, clone, spelling, spelling.createFuture) : []),
  ]
  return apart ? [words, pcsClone(id, clone, spelling)] : [words]
}

/** The command that clones a resource which exists. */
export function pcsClone(resource: string, clone: CibClone, spelling: PcsSpelling): Words {
  if (spelling.masters && clone.promotable)
    return ["resource", "master", clone.id, resource, ...pairs(withoutPromotable(clone))]
  const [keyword = "clone", ...rest] = cloneWords(resource, clone, spelling, spelling.cloneMetaKeyword)
  return ["resource", keyword, resource, ...rest]
}

/** `clone [ID] [meta] k=v`: the id only where it is not the one that pcs gives anyway. */
function cloneWords(resource: string, clone: CibClone, { masters }: PcsSpelling, metaKeyword: boolean): Words {
  const isDefault = clone.id === `${resource}-clone`
  if (masters && !isDefault) {
    throw new HaopsError("E_UNSUPPORTED", `pcs 0.9 cannot call the clone of ${resource} ${clone.id}`, {
      hint: `Leave the clone's id out of the inventory; it is then ${resource}-clone.`,
    })
  }
  const meta = pairs(withoutPromotable(clone))
  return [
    clone.promotable ? "promotable" : "clone",
    ...(isDefault ? [] : [clone.id]),
    ...(metaKeyword && meta.length > 0 ? ["meta"] : []),
    ...meta,
  ]
}

function withoutPromotable({ meta: { promotable: _, ...meta } }: CibClone): Attributes {
  return meta
}

function pairs(values: Attributes): Words {
  return Object.entries(values).map(([name, value]) => `${name}=${value}`)
}
