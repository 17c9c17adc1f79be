import { dropConnection } from "../engine/connection.ts"
import type { World } from "../engine/world.ts"

/** Drops the connection to a node that has lost its power: such a machine ends none, and whoever asks on it waits. The next look connects anew. */
export function letGo(world: World, node: string): void {
  const state = world.get(node)
  if (state !== undefined) void dropConnection(state)
}
