import { cleanLine } from "../base/clean.ts"
import { listing } from "../base/words.ts"
import { tableLines } from "./table.ts"

interface HostVersions {
  host: string
  packages: readonly { name: string; installed: string; offered?: string | undefined }[]
  error?: string | undefined
}

/** A line a package, and one more for hosts that differ in it. */
export function renderVersions(hosts: readonly HostVersions[]): string {
  const names = [...new Set(hosts.flatMap(({ packages }) => packages.map(({ name }) => name)))]
  const rows = names.flatMap((name) => {
    const alike = new Map<string, string[]>()
    for (const { host, packages } of hosts) {
      const found = packages.find((one) => one.name === name)
      if (found === undefined) continue
      const key = JSON.stringify([found.installed, found.offered ?? ""])
      alike.set(key, [...(alike.get(key) ?? []), host])
    }
    return [...alike].map(([key, on], index) => {
      const [installed, offered] = JSON.parse(key) as [string, string]
      return [index === 0 ? name : "", installed, offered === "" ? "-" : offered, listing(on)]
    })
  })
  const failed = hosts.flatMap(({ host, error }) => (error === undefined ? [] : [`${host}: ${cleanLine(error)}`]))
  const table = rows.length === 0 ? [] : tableLines([["package", "installed", "offered", "on"], ...rows])
  return [...table, ...failed, ""].join("\n")
}
