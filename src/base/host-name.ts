const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i
const RESERVED: readonly string[] = ["all", "controllers", "loadbalancers"]

/** Why no host of an inventory can have this name, as the end of a sentence; undefined where one can. */
export function whyNoHostName(name: string): string | undefined {
  if (RESERVED.includes(name)) return "is the name of a group, so no host can have it"
  if (/^[0-9]+$/.test(name)) return "is only digits, which corosync takes for a node id"
  if (name.length > 64) return "is longer than the 64 characters that a host name can have"
  if (name.split(".").every((label) => LABEL.test(label))) return undefined
  return "is not a host name: letters, digits and hyphens, in labels parted by dots"
}
