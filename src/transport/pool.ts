import PQueue from "p-queue"
import { asHaopsError, type HaopsError } from "../base/errors.ts"

/** What became of one host: its value or its error, never both. */
type Settled<Item, Value> = { host: Item; value: Value } | { host: Item; error: HaopsError }

interface Pool {
  /**
   * Runs the task for every host, at most `forks` at once, and waits for all of them. A host that fails takes no other
   * with it; results come in the order of the hosts. Errors that name no host get the host's name.
   */
  map<Item extends { name: string }, Value>(
    hosts: readonly Item[],
    task: (host: Item) => Promise<Value>,
  ): Promise<readonly Settled<Item, Value>[]>
}

/** A pool for work on many hosts. `forks` is the number of hosts worked on at once, default 50. */
export function createPool(forks = 50): Pool {
  const queue = new PQueue({ concurrency: forks })
  return {
    map: (hosts, task) => Promise.all(hosts.map((host) => queue.add(() => settle(host, task)))),
  }
}

async function settle<Item extends { name: string }, Value>(
  host: Item,
  task: (host: Item) => Promise<Value>,
): Promise<Settled<Item, Value>> {
  try {
    return { host, value: await task(host) }
  } catch (thrown) {
    return { host, error: asHaopsError(thrown, { host: host.name }) }
  }
}
