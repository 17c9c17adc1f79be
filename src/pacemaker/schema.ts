/** A version of the CIB's schema, as `validate-with` names it. */
export type SchemaVersion = readonly [major: number, minor: number]

/** The schema of `validate-with="pacemaker-3.9"`; undefined where the CIB is checked by none, or by one without a number. */
export function schemaOf(validateWith: string | undefined): SchemaVersion | undefined {
  const [, major, minor] = /^pacemaker-(\d+)\.(\d+)$/.exec(validateWith ?? "") ?? []
  return major === undefined ? undefined : [Number(major), Number(minor)]
}

/** Whether a CIB by this schema may say what came with, or went with, another; one by none may say anything new. */
export function isAtLeast(schema: SchemaVersion | undefined, [major, minor]: SchemaVersion): boolean {
  if (schema === undefined) return true
  return schema[0] > major || (schema[0] === major && schema[1] >= minor)
}

/** The schema that knows the roles of today; before they were called Master and Slave. */
const NEW_ROLES: SchemaVersion = [3, 7]
const OLD: Readonly<Record<string, string>> = { Promoted: "Master", Unpromoted: "Slave" }
const NEW: Readonly<Record<string, string>> = { Master: "Promoted", Slave: "Unpromoted" }

/** A role under the name that this schema knows. */
export function inRole(role: string, schema: SchemaVersion | undefined): string {
  return (isAtLeast(schema, NEW_ROLES) ? NEW[role] : OLD[role]) ?? role
}
