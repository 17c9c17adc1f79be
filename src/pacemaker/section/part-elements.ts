import type { OptionsYaml } from "../../document/scalars-schema.ts"
import type { CibElement, CibPart } from "../../model/inventory.ts"
import { element } from "../parts/element.ts"
import type { AclsYaml, AlertYaml, FencingLevelYaml } from "./parts-schema.ts"

/** Parts of the CIB as an inventory names them, with ids as pcs makes them. */

export function tagPart(id: string, members: readonly string[]): CibPart {
  const references = members.map((one) => element("obj_ref", { id: one }))
  return { kind: "tag", id, element: element("tag", { id }, references) }
}

export function alertPart(id: string, { path, options, meta, select, recipients = [] }: AlertYaml): CibPart {
  const told = recipients.map((one, at) => {
    const own = `${id}-recipient${at === 0 ? "" : `-${at}`}`
    const { value, ...rest } = typeof one === "string" ? { value: one } : one
    return element("recipient", { id: own, value }, sets(own, rest))
  })
  const chosen =
    select === undefined
      ? []
      : [
          element(
            "select",
            {},
            select.map((one) => selected(one, id)),
          ),
        ]
  return {
    kind: "alert",
    id,
    element: element("alert", { id, path }, [...chosen, ...sets(id, { options, meta }), ...told]),
  }
}

function selected(one: NonNullable<AlertYaml["select"]>[number], id: string): CibElement {
  if (typeof one === "string") return element(`select_${one}`, {})
  const attributes = one.attributes.map((name) => element("attribute", { id: `${id}-attribute-${name}`, name }))
  return element("select_attributes", {}, attributes)
}

function sets(id: string, { options, meta }: { options?: OptionsYaml | undefined; meta?: OptionsYaml | undefined }) {
  return [...attributeSet("instance_attributes", id, options), ...attributeSet("meta_attributes", id, meta)]
}

/** A set of attributes, if there are any. */
export function attributeSet(kind: string, holder: string, values: OptionsYaml = {}): readonly CibElement[] {
  const id = `${holder}-${kind}`
  const pairs = Object.entries(values).map(([name, value]) =>
    element("nvpair", { id: `${id}-${name}`, name, value: String(value) }),
  )
  return pairs.length === 0 ? [] : [element(kind, { id }, pairs)]
}

/** `level`: which one it is where it does not say so. */
export function levelPart(yaml: FencingLevelYaml, level: number): CibPart {
  const index = String(yaml.level ?? level)
  const target = targetOf(yaml)
  const id = `fl-${Object.values(target).join("-")}-${index}`.replace(/[^\w.-]+/g, "_")
  const said = { id, ...target, index, devices: yaml.devices.join(",") }
  return { kind: "fencing level", id, element: element("fencing-level", said) }
}

export function targetOf(yaml: FencingLevelYaml): Readonly<Record<string, string>> {
  if ("node" in yaml) return { target: yaml.node }
  if ("pattern" in yaml) return { "target-pattern": yaml.pattern }
  return { "target-attribute": yaml.attribute, "target-value": String(yaml.value) }
}

type PermissionYaml = NonNullable<AclsYaml["roles"]>[string][number]

export function rolePart(id: string, permissions: readonly PermissionYaml[]): CibPart {
  const taken = new Map<string, number>()
  const children = permissions.map((yaml) => {
    const [kind, object] = Object.entries(yaml)[0] as ["read" | "write" | "deny", ReturnType<typeof objectOf>]
    const number = taken.get(kind) ?? 0
    taken.set(kind, number + 1)
    const own = `${id}-${kind}${number === 0 ? "" : `-${number}`}`
    return element("acl_permission", { id: own, kind, ...said(object) })
  })
  return { kind: "ACL role", id, element: element("acl_role", { id }, children) }
}

/** What a permission is about. */
export function objectOf(yaml: PermissionYaml) {
  if ("read" in yaml) return yaml.read
  return "write" in yaml ? yaml.write : yaml.deny
}

function said(object: ReturnType<typeof objectOf>): Readonly<Record<string, string | undefined>> {
  if (typeof object !== "string") return { "object-type": object.type, attribute: object.attribute }
  return isXpath(object) ? { xpath: object } : { reference: object }
}

export function isXpath(text: string): boolean {
  return /[/[\]@()*]/.test(text)
}

export function accountPart(kind: "ACL user" | "ACL group", id: string, roles: readonly string[]): CibPart {
  const name = kind === "ACL user" ? "acl_target" : "acl_group"
  return {
    kind,
    id,
    element: element(
      name,
      { id },
      roles.map((role) => element("role", { id: role })),
    ),
  }
}
