import { draftYaml } from "../../document/draft.ts"
import type { HaproxyImport } from "./import.ts"

interface YamlOptions {
  /** The file that was imported, for the comment at the top. */
  file: string
  /** A whole inventory rather than the section for one that is there. */
  whole: boolean
  /** VIPs to write, each with its prefix length. */
  vips: Readonly<Record<string, string>>
}

/** An import as the text of an inventory. Deterministic. */
export function importYaml({ hosts, haproxy }: HaproxyImport, { file, whole, vips }: YamlOptions): string {
  const controllers = Object.fromEntries(hosts.map(({ name, address }) => [name, address]))
  const hasVips = Object.keys(vips).length > 0
  const value = {
    ...(whole ? { name: "imported" } : {}),
    ...(whole && hosts.length > 0 ? { controllers } : {}),
    ...(whole && hasVips ? { pacemaker: { password: { env: "HAOPS_HACLUSTER_PASSWORD" } } } : {}),
    ...(hasVips ? { vips } : {}),
    haproxy,
  }
  const head = `Imported from ${file.replaceAll(/[\n\r]/g, " ")} by "haops import-haproxy".`
  return draftYaml({ value, remarks: [], head: [head] })
}
