import { type HaproxyImport, STATS_PASSWORD } from "./import.ts"
import type { ImportNote } from "./notes.ts"

const HEADINGS = {
  kept: "Kept in haproxy's own words, since an inventory has none for it:",
  changed: "Different from the file:",
  check: "To be looked at:",
} as const

/** What became of a file, for its owner: what is kept raw, what is different, what is a guess. */
export function importReport(result: HaproxyImport, file: string): string {
  const { haproxy, password, notes } = result
  const services = (haproxy.services ?? []).map((entry) => ("preset" in entry ? `preset ${entry.preset}` : entry.name))
  const page = haproxy.stats === undefined ? [] : ["the stats page"]
  const head = `${file}: ${[...services, ...page].join(", ") || "nothing that an inventory has words for"}.\n`
  const secret = password === undefined ? "" : `\nThe stats page's password is not in it: export ${STATS_PASSWORD}.\n`
  const parts = (["kept", "changed", "check"] as const).map((kind) => partOf(kind, notes))
  return [head, ...parts, secret].join("")
}

function partOf(kind: ImportNote["kind"], notes: readonly ImportNote[]): string {
  const own = notes.filter((note) => note.kind === kind)
  if (own.length === 0) return ""
  const places = own.map(({ file, line, section }) => {
    const at = line === undefined ? "" : file === undefined ? `line ${line}` : `${file}:${line}`
    return [at, section ?? ""] as const
  })
  const widths = [0, 1].map((column) => Math.max(...places.map((place) => place[column]!.length)))
  const lines = own.map(({ text }, index) => {
    const columns = places[index]!.map((place, column) => place.padEnd(widths[column]!))
    return `  ${[...columns.filter((column) => column !== ""), text].join("  ")}\n`
  })
  return `\n${HEADINGS[kind]}\n${lines.join("")}`
}
