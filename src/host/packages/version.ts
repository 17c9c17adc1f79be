/** The numbers of a version that stand before its packaging: 2, 1, 5 of `1:2.1.5-1+deb12u1`. */
export function numbersOf(version: string): readonly number[] {
  const upstream = version.replace(/^\d+:/, "").replace(/[-+~].*$/, "")
  return upstream.split(".").map((part) => Number.parseInt(part, 10))
}

/** True where the first so many numbers are the same. */
export function sameUpTo(one: string, other: string, count: number): boolean {
  const [a, b] = [numbersOf(one), numbersOf(other)]
  return Array.from({ length: count }, (_, index) => a[index] === b[index]).every((same) => same)
}
