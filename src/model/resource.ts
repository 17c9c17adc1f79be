import type { SecretSource } from "./host.ts"

export interface Operation {
  /** `monitor`, `start`, `stop`, … */
  name: string
  /** `interval`, `timeout`, `on-fail`, … as pacemaker spells them. */
  options: Readonly<Record<string, string>>
}

export interface Resource {
  id: string
  /** As pcs spells it: `ocf:heartbeat:IPaddr2`, `systemd:haproxy`. */
  agent: string
  parameters: Readonly<Record<string, string>>
  /** Parameters whose values are secrets. */
  secrets?: Readonly<Record<string, SecretSource>> | undefined
  operations: readonly Operation[]
  meta: Readonly<Record<string, string>>
  /** Present: the resource is cloned under `id` (default `<resource>-clone`) with these meta attributes. */
  clone?: { id: string; meta: Readonly<Record<string, string>>; promotable: boolean } | undefined
  /** Member of this group, in the order of the inventory. */
  group?: string | undefined
  /** Runs in the containers of this bundle. */
  bundle?: string | undefined
}

/** What the inventory adds to a resource that haops makes, or sets otherwise there. */
export type ResourceTuning = Pick<Resource, "parameters" | "operations" | "meta">
