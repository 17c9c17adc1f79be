import { cleanScreen } from "../base/clean.ts"
import { count } from "../base/words.ts"
import type { ClusterEvent } from "../collect/events.ts"
import { bytes, cutWords, type PostMortem, skewWords } from "./report/post-mortem.ts"

interface CollectScreen extends PostMortem {
  file: string
  /** Of the archive. */
  size: number
  /** Secrets that could not be read here, so that nobody could look for them. */
  unmasked: readonly string[]
}

/** What was taken, what was not, and what it tells. */
export function renderCollect({ file, size, hosts, events, unmasked }: CollectScreen): string {
  const width = Math.max(...hosts.map(({ host }) => host.length))
  const lines = hosts.flatMap((one) => {
    const name = one.host.padEnd(width)
    if ("error" in one) return [`  ${name}  nothing: ${one.error}`]
    const total = one.files.reduce((sum, { bytes }) => sum + bytes, 0)
    const cuts = one.files.flatMap(({ path, cut = 0, where }) =>
      cut === 0 ? [] : [`  ${" ".repeat(width)}  ${path} without ${cutWords(cut, where)}`],
    )
    return [`  ${name}  ${count(one.files.length, "file")}, ${bytes(total)}; clock ${skewWords(one.skew)}`, ...cuts]
  })
  const secrets = unmasked.map((one) => `Not masked, since it could not be read here: ${one}`)
  return cleanScreen(`${[`${file}: ${bytes(size)}`, ...lines, tellEvents(events), ...secrets].join("\n")}\n`)
}

function tellEvents(events: readonly ClusterEvent[]): string {
  const counts = (["left", "failed", "moved"] as const)
    .map((kind) => [kind, events.filter((event) => event.kind === kind).length] as const)
    .filter(([, n]) => n > 0)
  const said = counts.map(([kind, n]) => `${n} ${kind}`).join(", ")
  return `${count(events.length, "event")}${said === "" ? "" : ` (${said})`}: timeline.html in it shows them.`
}
