/** How far a host's clock is ahead of this machine's, in milliseconds; behind where it is negative. */
export interface Skew {
  ms: number
  /** By how much that may be wrong, either way. */
  marginMs: number
}

export interface SkewMeter {
  /** What the host's clock said, as it arrives. */
  heard(hostMs: number): void
  /** It has been asked for its clock. */
  asked(): void
  skew(): Skew | undefined
}

/** Of several questions the one that was answered quickest says it best: the clock was read between question and answer. */
export function createSkewMeter(now: () => number): SkewMeter {
  let askedAt = now()
  let best: Skew | undefined
  return {
    asked: () => {
      askedAt = now()
    },
    heard(hostMs) {
      const heardAt = now()
      const marginMs = (heardAt - askedAt) / 2
      if (best === undefined || marginMs < best.marginMs) best = { ms: hostMs - (askedAt + heardAt) / 2, marginMs }
    },
    skew: () => best,
  }
}
