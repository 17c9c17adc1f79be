import type { NodeFiles } from "../model/node-file.ts"
import { nodeFile } from "./file-drift.ts"
import { hosts, hostsFile } from "./steps/hosts.ts"
import { sysctl, sysctlFile } from "./steps/sysctl.ts"

export const files: NodeFiles = (context) => {
  const names = hosts.bind!(context)!
  const settings = sysctl.bind!(context)
  const { content, ...block } = hostsFile(names, { type: "absent" })!
  return [
    {
      name: "hosts",
      ...block,
      content: () => content,
      note: "this block alone: the file's other lines, mode and owner stay as they are",
    },
    ...(settings === undefined ? [] : [nodeFile("sysctl", sysctlFile(settings))]),
  ]
}
