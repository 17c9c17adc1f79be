const PREFIX = "haops-secret:"
/** What the cluster has in the place of a secret, where that is not the secret that it should have. */
export const ANOTHER = `${PREFIX}another:`

/** Stands for a secret parameter in commands, plans and comparisons: no two are alike, and none is the beginning of another. */
export function standIn(resource: string, name: string): string {
  return `${PREFIX}${resource}:${name}:`
}

export function isStandIn(value: string): boolean {
  return value.startsWith(PREFIX)
}

/** Whether the text of a CIB has something in the place of a secret. */
export function hasStandIn(text: string): boolean {
  return text.includes(`"${PREFIX}`)
}
