import { nodeFile } from "../host/file-drift.ts"
import type { NodeFiles } from "../model/node-file.ts"
import { boothConfig } from "./config.ts"
import { KEY_MODE, KEY_OWNERS } from "./files-drift.ts"
import { keyPath, roleOn } from "./settings.ts"

export const files: NodeFiles = ({ inventory, host }) => {
  const settings = roleOn(inventory, host)?.settings
  if (settings === undefined) return []
  const key = {
    name: "booth",
    path: keyPath(settings),
    mode: KEY_MODE,
    owner: KEY_OWNERS[0]!,
    masked: "whole",
  } as const
  return [nodeFile("booth", boothConfig(settings)), { ...key, note: "the key, as the inventory's secret has it" }]
}
