import { sameValue } from "../values.ts"
import { scalarOf } from "./words.ts"

/** A score as the inventory would have it. */
export function scoreText({ score }: { score: string }): string {
  return isInfinite(score) ? "INFINITY" : score.replace(/^\+/, "")
}

/** The key `score`, where it is not the default. */
export function scoreOf({ score }: { score: string }): { score?: string | number } {
  if (isInfinite(score)) return {}
  return {
    score: sameValue(score, "-INFINITY") ? "-INFINITY" : (scalarOf(score.replace(/^\+/, "")) as string | number),
  }
}

function isInfinite(score: string): boolean {
  return sameValue(score, "INFINITY")
}
