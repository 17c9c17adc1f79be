import type { Agents } from "../agents/metadata.ts"
import type { Placement } from "./made.ts"

/** How a CIB is put into words, of the ways that there are. */
export interface Choices {
  /** What the agents say of themselves, so that operations which they all have need not be said. */
  agents: Agents
  /** haproxy's resource is what the section haproxy makes, placed like this. Undefined: it is a resource like others. */
  placement: Placement | undefined
  /** The address and the service that the section booth stands for. Undefined: they are resources like others. */
  booth?: { vip: string; service: string } | undefined
  /** Addresses that stay resources, with why they cannot be among `vips`. */
  plain: ReadonlyMap<string, string>
  /** By kind and name, such as `resource web`: why the inventory does not take it, so that it becomes a comment. */
  refused: ReadonlyMap<string, string>
}
