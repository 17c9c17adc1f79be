import type { Drift } from "../base/events.ts"
import { fileDrift } from "../host/file-drift.ts"
import { sha256 } from "../host/file-state.ts"
import type { Action } from "../model/action.ts"
import { sameConf } from "./config.ts"
import { keyAsRead, keyBytes, putKey } from "./key.ts"
import type { BoothState } from "./state.ts"
import type { BoothWant } from "./want.ts"

/** How the configuration differs; one that says the same in other words does not. */
export function configDrift({ config }: BoothWant, { config: have }: Pick<BoothState, "config">): readonly Drift[] {
  const text = have.type === "file" ? have.content?.toString() : undefined
  return text !== undefined && sameConf(text, config.content) ? [] : fileDrift(config, have)
}

export function keyDrift(want: BoothWant, { key: have }: Pick<BoothState, "key">): readonly Drift[] {
  const drift = (attribute: string, is: string, wanted: string): Drift => {
    return { attribute, have: is, want: wanted, risk: "none" }
  }
  if (isOtherKey(want, { key: have })) {
    return [drift("booth's key", have.type === "absent" ? "absent" : "another one", "as in the inventory")]
  }
  if (have.type !== "file") return []
  return [
    ...(isOwn(have) ? [] : [drift("booth's key's owner", have.owner, KEY_OWNERS[0]!)]),
    ...(isClosed(have) ? [] : [drift("booth's key's mode", have.mode, KEY_MODE)]),
  ]
}

/** A boothd that runs goes by another key than the inventory's; whose the file is it asks when it starts alone. */
export function isOtherKey({ key }: BoothWant, { key: have }: Pick<BoothState, "key">): boolean {
  if (have.type !== "file") return have.type === "absent"
  const bytes = keyBytes(key)
  const line = Buffer.concat([bytes, Buffer.from("\n")])
  return ![bytes, line].some((one) => keyAsRead(one).equals(bytes) && have.sha256 === sha256(one))
}

export function planKey(want: BoothWant, have: Pick<BoothState, "key">): readonly Action[] {
  const { key, keyPath } = want
  if (isOtherKey(want, have)) return [putKey(key, keyPath, KEY_OWNERS[0]!)]
  if (have.key.type !== "file") return []
  return [
    ...(isOwn(have.key) ? [] : [{ type: "run", argv: ["chown", "--", KEY_OWNERS[0]!, keyPath] } as const]),
    ...(isClosed(have.key) ? [] : [{ type: "run", argv: ["chmod", "--", KEY_MODE, keyPath] } as const]),
  ]
}

/** pcs gives it to hacluster. */
export const KEY_OWNERS = ["root:root", "hacluster:haclient"]
export const KEY_MODE = "0600"

function isOwn({ owner }: { owner: string }): boolean {
  return KEY_OWNERS.includes(owner)
}

/** boothd starts with no key that others than its owner may read. */
function isClosed({ mode }: { mode: string }): boolean {
  return (Number.parseInt(mode, 8) & 0o077) === 0
}
