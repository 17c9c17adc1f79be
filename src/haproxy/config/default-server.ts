import { addressAt, type LineSetting, serverSettings, serverText, settingText } from "./line-words.ts"
import type { ConfigDirective } from "./parse.ts"

interface Said {
  key: string
  text: string
  directive: ConfigDirective
}

/**
 * Servers with what the `default-server` lines before them give them, which say nothing else: the lines themselves are gone. A line in
 * which haproxy would put a variable stays as it is, and so do then all of them.
 */
export function withDefaultServers<Entry extends Said>(entries: readonly Entry[]): readonly Entry[] {
  const lines = entries.filter(isDefault)
  if (lines.length === 0 || lines.some(({ directive: { text } }) => /["'$]/.test(text))) return entries
  const given = new Map<string, LineSetting>()
  return entries.flatMap((entry) => {
    if (isDefault(entry)) {
      for (const setting of serverSettings(entry.directive.words.slice(1))) give(given, setting)
      return []
    }
    return [/^server(-template)? /.test(entry.text) ? withGiven(entry, given) : entry]
  })
}

function isDefault({ text, directive }: Said): boolean {
  return text.startsWith("default-server") && directive.words[0] === "default-server"
}

/** `no-ssl` takes `ssl` back. */
function give(given: Map<string, LineSetting>, setting: LineSetting): void {
  const [name] = setting
  given.delete(opposite(name))
  given.set(name, setting)
}

function withGiven<Entry extends Said>(entry: Entry, given: ReadonlyMap<string, LineSetting>): Entry {
  const { directive } = entry
  const { words } = directive
  const own = new Set(serverSettings(words.slice(addressAt(words) + 1)).map(([name]) => name))
  const more = [...given.values()].filter(([name]) => !own.has(name) && !own.has(opposite(name)))
  if (more.length === 0) return entry
  const all = [...words, ...more.flatMap((setting) => setting.filter((word) => word !== undefined))]
  const text = [directive.text, ...more.map((setting) => settingText(setting))].join(" ")
  const spelled = serverText(all)
  return { ...entry, key: spelled, text: spelled, directive: { ...directive, words: all, text } }
}

function opposite(name: string): string {
  return name.startsWith("no-") ? name.slice(3) : `no-${name}`
}
