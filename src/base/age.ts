/** `45 s`, `12 min`, `5 h`, `3 d`: the largest unit is enough to see what came first. */
export function age(seconds: number): string {
  if (seconds < 100) return `${Math.round(seconds)} s`
  if (seconds < 100 * 60) return `${Math.round(seconds / 60)} min`
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} d`
}
