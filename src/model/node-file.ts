import type { BindContext } from "./step.ts"

/** A file that `up` writes on a host, as far as the inventory tells. */
export interface NodeFile {
  /** What people ask for it by: `haproxy`, `certificates`. */
  name: string
  path: string
  /** Octal with four digits: `0644`. */
  mode: string
  owner: string
  /** Pure. The file, secrets and all. Absent: only the node can tell; `note` says why. */
  content?: (() => string) | undefined
  /** It may hold secrets: how it is shown to whom asked for none. `whole`: it is one, and its content is not even asked for. */
  masked?: "whole" | ((content: string) => string) | undefined
  /** What the node decides of it, a sentence without its full stop. */
  note?: string | undefined
}

/** Pure. The files of a component on a host; none where it does not run there. */
export type NodeFiles = (context: BindContext) => readonly NodeFile[]
