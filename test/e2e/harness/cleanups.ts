export interface Cleanups {
  defer(cleanup: () => Promise<unknown>): void
  /** Runs all, last deferred first, whatever fails, and then throws the first failure. */
  run(): Promise<void>
}

/** Stands in for AsyncDisposableStack, which Node 20 does not have. */
export function createCleanups(): Cleanups {
  const deferred: (() => Promise<unknown>)[] = []
  return {
    defer: (cleanup) => {
      deferred.push(cleanup)
    },
    run: async () => {
      const failures: unknown[] = []
      for (const cleanup of deferred.splice(0).reverse())
        await cleanup().catch((error: unknown) => failures.push(error))
      if (failures.length > 0) throw failures[0]
    },
  }
}
