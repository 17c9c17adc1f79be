import type { Drift } from "../base/events.ts"
import { fileDrift } from "../host/file-drift.ts"
import { type FileState, sha256 } from "../host/file-state.ts"
import { sameConf } from "./config.ts"
import { keyBytes } from "./key.ts"
import type { BoothState } from "./state.ts"
import type { BoothWant } from "./want.ts"

/** How the configuration differs; one that says the same in other words does not. */
export function configDrift({ config }: BoothWant, { config: have }: Pick<BoothState, "config">): readonly Drift[] {
  const text = have.type === "file" ? have.content?.toString() : undefined
  return text !== undefined && sameConf(text, config.content) ? [] : fileDrift(config, have)
}

export function keyDrift(want: BoothWant, { key: have }: Pick<BoothState, "key">): readonly Drift[] {
  if (have.type === "other") return []
  const drift = (attribute: string, is: string, wanted: string): Drift => {
    return { attribute, have: is, want: wanted, risk: "none" }
  }
  if (have.type === "absent" || !holdsKey(want, have)) {
    return [drift("booth's key", have.type === "absent" ? "absent" : "another one", "as in the inventory")]
  }
  // boothd starts with no key that others than its owner may read; pcs gives it to hacluster.
  return [
    ...((Number.parseInt(have.mode, 8) & 0o077) === 0 ? [] : [drift("booth's key's mode", have.mode, "0600")]),
    ...(KEY_OWNERS.includes(have.owner) ? [] : [drift("booth's key's owner", have.owner, KEY_OWNERS[0]!)]),
  ]
}

export const KEY_OWNERS = ["root:root", "hacluster:haclient"]

function holdsKey({ key }: BoothWant, have: Extract<FileState, { type: "file" }>): boolean {
  return have.sha256 === sha256(keyBytes(key))
}
