/** A duration for people: `35 ms`, `1.1 s`, `2 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 100) return `${Math.max(0, Math.round(ms))} ms`
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** `1 host`, `3 hosts`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`
}

/** `a`, `a and b`, `a, b and c`; past `most` the rest is counted. */
export function listing(words: readonly string[], most = 5): string {
  if (words.length > most) return `${words.slice(0, most - 1).join(", ")} and ${words.length - most + 1} more`
  if (words.length < 2) return words.join("")
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`
}

/** Whatever is said of several, each once and with all of whom it is said. */
export function saidOnce(said: readonly { of: string; what: string }[]): { what: string; of: string[] }[] {
  const merged = new Map<string, string[]>()
  for (const { of, what } of said) merged.set(what, [...(merged.get(what) ?? []), of])
  return [...merged].map(([what, of]) => ({ what, of }))
}
