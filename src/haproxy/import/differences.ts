import type { HaproxyMeaning } from "../config/meaning.ts"
import { redactHaproxyConfig } from "../config/redact.ts"
import { isLeftOut } from "./global.ts"
import type { ImportNote } from "./notes.ts"

/** What the file said and the inventory's does not say any more, and the other way round; secrets blanked. */
export function differences(file: HaproxyMeaning, ours: HaproxyMeaning): ImportNote[] {
  const [before, after] = [bySection(file), bySection(ours)]
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return names.flatMap((section) => {
    const old = (before[section] ?? []).filter((line) => !(section === "global" && isLeftOut(line)))
    const now = after[section] ?? []
    const lost = old.filter((line) => !now.includes(line)).map((text): ImportNote => note(section, "left out", text))
    const added = now.filter((line) => !old.includes(line)).map((text): ImportNote => note(section, "added", text))
    const moved = lost.length + added.length === 0 && old.join("\n") !== now.join("\n")
    const order: ImportNote[] = moved ? [{ kind: "changed", section, text: "its rules stand in another order" }] : []
    return [...lost, ...added, ...order]
  })
}

function note(section: string, what: string, line: string): ImportNote {
  return { kind: "changed", section, text: `${what}: ${redactHaproxyConfig(line)}` }
}

function bySection({ global, proxies, others }: HaproxyMeaning): Record<string, readonly string[]> {
  return { global, ...proxies, ...others }
}
