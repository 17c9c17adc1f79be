import { nodeFile } from "../host/file-drift.ts"
import type { NodeFiles } from "../model/node-file.ts"
import { bindKeystone } from "./bind.ts"
import { configFiles, KEYSTONE_CONFIG, redactConfig } from "./config.ts"

export const files: NodeFiles = (context) => {
  const want = bindKeystone(context)
  if (want === undefined) return []
  return configFiles(want).map((file) => {
    const shown = nodeFile("keystone", file)
    return file.path === KEYSTONE_CONFIG ? { ...shown, masked: redactConfig } : shown
  })
}
