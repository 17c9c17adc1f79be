/**
 * Negative where the first `[epoch:]version[-release]` is the older one, as rpm orders them (rpm-version(7)): runs of digits by their number,
 * runs of letters by the alphabet, digits before letters, `~` before the end, `^` after it. An epoch or a release that either one leaves out
 * is not compared.
 */
export function rpmOrder(one: string, other: string): number {
  const [a, b] = [partsOf(one), partsOf(other)]
  for (const part of ["epoch", "version", "release"] as const) {
    const order = a[part] === undefined || b[part] === undefined ? 0 : compared(a[part], b[part])
    if (order !== 0) return order
  }
  return 0
}

function partsOf(text: string) {
  const [, epoch, version = "", release] = /^(?:(\d+):)?([^-]*)(?:-(.*))?$/.exec(text) ?? []
  return { epoch, version, release }
}

function segmentsOf(text: string): readonly string[] {
  return text.match(/\d+|[a-zA-Z]+|[~^]/g) ?? []
}

function compared(one: string, other: string): number {
  const [a, b] = [segmentsOf(one), segmentsOf(other)]
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const order = rank(a[at]) - rank(b[at]) || within(a[at]!, b[at]!)
    if (order !== 0) return order
  }
  return 0
}

/** Of what stands at one place, the end among it. */
function rank(segment: string | undefined): number {
  if (segment === "~") return 0
  if (segment === undefined) return 1
  if (segment === "^") return 2
  return /^\d/.test(segment) ? 4 : 3
}

function within(one: string, other: string): number {
  if (/^\d/.test(one)) {
    const [a, b] = [BigInt(one), BigInt(other)]
    return a < b ? -1 : a > b ? 1 : 0
  }
  return one < other ? -1 : one > other ? 1 : 0
}
