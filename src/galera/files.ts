import { nodeFile } from "../host/file-drift.ts"
import type { NodeFiles } from "../model/node-file.ts"
import { bindGalera } from "./bind.ts"
import { checkFiles } from "./config/check-files.ts"
import { configFile, redactConfig } from "./config/files.ts"

export const files: NodeFiles = (context) => {
  const want = bindGalera(context)
  if (want === undefined) return []
  const config = nodeFile("galera", configFile(want))
  return [
    want.sst.password === undefined ? config : { ...config, masked: redactConfig },
    ...(want.check === undefined ? [] : checkFiles(want.address, want.check).map((file) => nodeFile("galera", file))),
  ]
}
