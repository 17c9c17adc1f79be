import type { NodeFiles } from "../model/node-file.ts"
import { DEBIAN_FILE, OTHER_FILE, sbdSettings, withSettings } from "./config.ts"
import { sbd } from "./steps/sbd.ts"

export const files: NodeFiles = (context) => {
  const want = sbd.bind!(context)
  if (want === undefined) return []
  const content = () => withSettings("", sbdSettings(want, ""))
  const note = `these settings alone, the file's other lines stay; on EL and SUSE it is ${OTHER_FILE}`
  return [{ name: "sbd", path: DEBIAN_FILE, mode: "0644", owner: "root:root", content, note }]
}
