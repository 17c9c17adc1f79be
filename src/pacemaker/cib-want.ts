import * as z from "zod"
import type { CibElement, Inventory, Pacemaker, PartKind } from "../model/inventory.ts"
import type { BindContext } from "../model/step.ts"
import type { PlaceOf } from "./agents/checked.ts"
import { type Desired, desiredCib } from "./desired.ts"
import { type ParameterSecret, parameterSecrets } from "./parameter-secrets.ts"
import { PART_KINDS } from "./parts/kinds.ts"
import { HAPROXY_RESOURCE } from "./section/vip-resources.ts"

const attributes = z.record(z.string(), z.string())

const resource = z.strictObject({
  id: z.string(),
  agent: z.string().describe("As pcs spells it: `ocf:heartbeat:IPaddr2`, `systemd:haproxy`."),
  fencing: z.boolean(),
  parameters: attributes,
  operations: z.array(z.strictObject({ name: z.string(), options: attributes })).readonly(),
  meta: attributes,
  clone: z.strictObject({ id: z.string(), meta: attributes, promotable: z.boolean() }).optional(),
  group: z.string().optional(),
  bundle: z.string().optional(),
})

const cibElement: z.ZodType<CibElement> = z.lazy(() =>
  z.strictObject({ name: z.string(), attributes, children: z.array(cibElement).readonly() }),
)

const constraint = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("colocation"),
    id: z.string(),
    resource: z.string(),
    with: z.string(),
    score: z.string(),
  }),
  z.strictObject({
    type: z.literal("order"),
    id: z.string(),
    first: z.string(),
    // biome-ignore lint/suspicious/noThenProperty: the word of the inventory, in data that nobody awaits
    then: z.string(),
    kind: z.enum(["Mandatory", "Optional", "Serialize"]),
    firstAction: z.string(),
    thenAction: z.string(),
    symmetrical: z.boolean().optional(),
  }),
  z.strictObject({
    type: z.literal("location"),
    id: z.string(),
    resource: z.string(),
    node: z.string(),
    score: z.string(),
  }),
  z.strictObject({ type: z.literal("composed"), id: z.string(), element: cibElement }),
])

const part = z.strictObject({
  kind: z.enum(PART_KINDS as [PartKind, ...PartKind[]]),
  id: z.string(),
  holder: z.string().optional(),
  element: cibElement,
})

/** What a cluster's CIB should hold. */
export const CIB_WANT = z.strictObject({
  cluster: z
    .string()
    .optional()
    .describe("Name of the cluster; one of another name is not looked at. Default: whichever runs."),
  shell: z.enum(["pcs", "crmsh", "auto"]).optional().describe("Of no account: the CIB is written without one."),
  desired: z.strictObject({
    sections: z.strictObject({
      property: attributes,
      "resource-default": attributes,
      "operation-default": attributes,
    }),
    resources: z.array(resource).readonly(),
    constraints: z.array(constraint).readonly(),
    parts: z.array(part).readonly().optional(),
  }) satisfies z.ZodType<Desired>,
})

export interface CibWant {
  cluster?: string | undefined
  shell?: Pacemaker["shell"] | undefined
  desired: Desired
  /** What the stand-ins among the parameters stand for. */
  secrets?: readonly ParameterSecret[] | undefined
  /** Where the inventory says what is wanted. Absent: a playbook says it. */
  placeOf?: PlaceOf | undefined
}

/** The want of the inventory; undefined where it does not manage pacemaker. */
export function cibWant(inventory: Inventory, secret: BindContext["secret"]): CibWant | undefined {
  const desired = desiredCib(inventory)
  const { name: cluster, pacemaker } = inventory
  if (desired === undefined || pacemaker === undefined) return undefined
  const secrets = parameterSecrets(desired.resources, secret)
  const placeOf = placesOf(inventory)
  return {
    ...{ cluster, desired },
    ...(secrets.length === 0 ? {} : { secrets }),
    ...(placeOf === undefined ? {} : { placeOf }),
  }
}

/** Where the inventory speaks of a resource: of one that haops makes, where it speaks of what that is made from. */
function placesOf({ placeOf, vips, pacemaker }: Inventory): PlaceOf | undefined {
  if (placeOf === undefined || pacemaker === undefined) return undefined
  const devices = pacemaker.fencing.map(({ id }) => id)
  const holder = (id: string) => {
    if (devices.includes(id)) return ["pacemaker", "fencing", devices.indexOf(id)]
    if (vips.some(({ name }) => name === id)) return ["vips", id, "resource"]
    return id === HAPROXY_RESOURCE ? ["haproxy", "resource"] : ["pacemaker", "resources", id]
  }
  return (id, part) => placeOf([...holder(id), ...(part ?? [])])
}
