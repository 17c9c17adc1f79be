import { nodeFile } from "../host/file-drift.ts"
import type { NodeFiles } from "../model/node-file.ts"
import { memcachedConfig } from "./config.ts"
import { memcached } from "./steps/memcached.ts"

export const files: NodeFiles = (context) => {
  const want = memcached.bind!(context)
  return want === undefined ? [] : [nodeFile("memcached", memcachedConfig(want))]
}
