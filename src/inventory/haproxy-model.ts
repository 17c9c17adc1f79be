import type { Group, SecretSource } from "./model.ts"

// Owned by the haproxy renderer; grows with the vocabulary.
export interface HaproxySettings {
  on: readonly Group[]
}
export type { SecretSource }
