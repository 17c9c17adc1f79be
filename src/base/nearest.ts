/** The candidate that `word` is most likely a misspelling of, or undefined where none is close enough to suggest. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = limit(word) + 1
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

/** One edit in three letters: more reads as guessing. A word of two letters is near everything, so near nothing. */
function limit(word: string): number {
  return Math.floor(word.length / 3)
}

/** Levenshtein's distance in which two letters swapped count as one edit. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const substitution = last[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1)
      current[column] = Math.min(last[column]! + 1, current[column - 1]! + 1, substitution)
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      if (swapped) current[column] = Math.min(current[column]!, beforeLast[column - 2]! + 1)
    }
    ;[beforeLast, last] = [last, current]
  }
  return last[b.length]!
}
