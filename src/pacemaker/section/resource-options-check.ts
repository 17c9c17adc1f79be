import { nearest } from "../../base/nearest.ts"
import type { Notes } from "../../document/notes.ts"
import type { Path } from "../../document/problems.ts"
import type { OptionsYaml } from "../../document/scalars-schema.ts"
import { checkValue, checkVocabulary } from "./cluster-vocabulary.ts"
import type { ResourceYaml } from "./resource-schema.ts"
import { CLONE_OPTIONS, OPERATION_OPTIONS, OPERATIONS, RESOURCE_META } from "./resource-vocabulary.ts"

type Options = Partial<Pick<ResourceYaml, "meta" | "operations" | "clone">>

/** The sections of an inventory that hold resources. */
export interface ResourceHolders {
  pacemaker?:
    | {
        resources?: Readonly<Record<string, Options>> | undefined
        templates?: Readonly<Record<string, Options>> | undefined
        fencing?: readonly Options[] | undefined
      }
    | undefined
  vips?: Readonly<Record<string, string | { resource?: Options | undefined }>> | undefined
  haproxy?: { resource?: Options | undefined } | undefined
}

/**
 * Looks at the options of resources wherever an inventory holds some. A misspelt one would be stored in the cluster as a name of
 * the user's own and do nothing; a wrong value pacemaker reads as false, 0 or the default.
 */
export function checkResourceOptions({ pacemaker, vips, haproxy }: ResourceHolders, notes: Notes): void {
  for (const [id, resource] of Object.entries(pacemaker?.resources ?? {})) {
    checkResource(resource, ["pacemaker", "resources", id], notes)
  }
  for (const [id, template] of Object.entries(pacemaker?.templates ?? {})) {
    checkResource(template, ["pacemaker", "templates", id], notes)
  }
  for (const [at, device] of (pacemaker?.fencing ?? []).entries()) {
    checkResource(device, ["pacemaker", "fencing", at], notes)
  }
  for (const [name, vip] of Object.entries(vips ?? {})) {
    if (typeof vip !== "string") checkResource(vip.resource ?? {}, ["vips", name, "resource"], notes)
  }
  checkResource(haproxy?.resource ?? {}, ["haproxy", "resource"], notes)
}

type OperationsYaml = NonNullable<ResourceYaml["operations"]>

function checkResource({ meta = {}, operations = {}, clone }: Options, path: Path, notes: Notes): void {
  checkVocabulary(meta, RESOURCE_META, [...path, "meta"], notes)
  if (typeof clone === "object") checkVocabulary(clone as OptionsYaml, CLONE_OPTIONS, [...path, "clone"], notes)
  for (const [name, operation] of Object.entries(operations)) {
    const at = [...path, "operations", name]
    checkOperationName(name, at, notes)
    checkOperation(operation, at, notes)
  }
}

/** Refused, unlike a misspelt option: an agent hardly has one of so near a name, and a monitor that never runs sees nothing. */
function checkOperationName(name: string, path: Path, notes: Notes): void {
  if (OPERATIONS.includes(name)) return
  const suggestion = nearest(name, OPERATIONS)
  if (suggestion !== undefined) {
    notes.problem(path, `pacemaker knows no operation "${name}"`, { at: "key", suggestion })
  }
}

function checkOperation(operation: OperationsYaml[string], path: Path, notes: Notes): void {
  if (typeof operation === "string") checkValue(operation, "duration", path, notes)
  else if (!Array.isArray(operation)) checkOperationOptions(operation, path, notes)
  else for (const [at, one] of operation.entries()) checkOperationOptions(one, [...path, at], notes)
}

/** What an operation requires is left to CIBs that older clusters have kept. */
function checkOperationOptions(options: OptionsYaml, path: Path, notes: Notes): void {
  checkVocabulary(options, OPERATION_OPTIONS, path, notes)
  if (!Object.hasOwn(options, "requires")) return
  notes.warning([...path, "requires"], "the CIB of a new cluster knows no requires at an operation; write it in meta")
}
