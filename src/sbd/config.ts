import type { FileState } from "../host/file-state.ts"
import type { PutAction } from "../model/action.ts"
import type { HostFacts } from "../model/host-facts.ts"

export const DEBIAN_FILE = "/etc/default/sbd"
export const OTHER_FILE = "/etc/sysconfig/sbd"

/** Where systemd's units of sbd and pacemaker read its settings. */
export function sbdFile({ family }: Pick<HostFacts, "family">): string {
  return family === "debian" ? DEBIAN_FILE : OTHER_FILE
}

export interface SbdWant {
  /** The node's name in the cluster, which need not be the host's. */
  node: string
  watchdog: string
  timeout: number
  /** One of two members without a quorum device. */
  pair?: boolean | undefined
}

/**
 * What pcs writes as well where it sets sbd up without a disk. What else sbd is told, and how long it waits as it starts, is the file's;
 * so is a line of options that has the node's name, or that nobody can take apart (`namesAnother`).
 */
export function sbdSettings({ node, watchdog, timeout }: SbdWant, text: string): Readonly<Record<string, string>> {
  return {
    SBD_PACEMAKER: "yes",
    SBD_STARTMODE: "always",
    SBD_DELAY_START: settingIn(text, "SBD_DELAY_START") ?? "no",
    SBD_WATCHDOG_DEV: watchdog,
    SBD_WATCHDOG_TIMEOUT: String(timeout),
    ...(isNamed(node, text) || isQuoted(text) ? {} : { SBD_OPTS: optionsFor(node, wordsOf(text)) }),
  }
}

/** True where sbd goes by another name than the node's, in options that are quoted: what belongs together there only a shell can tell. */
export function namesAnother({ node }: Pick<SbdWant, "node">, text: string): boolean {
  return isQuoted(text) && !isNamed(node, text)
}

/** The last name counts. */
function isNamed(node: string, text: string): boolean {
  const words = wordsOf(text)
  const at = words.lastIndexOf("-n")
  return at >= 0 && words[at + 1] === node
}

function isQuoted(text: string): boolean {
  return /["'\\]/.test(settingIn(text, "SBD_OPTS") ?? "")
}

function wordsOf(text: string): readonly string[] {
  return (settingIn(text, "SBD_OPTS") ?? "").split(/\s+/).filter((word) => word !== "")
}

function optionsFor(node: string, words: readonly string[]): string {
  const others = words.filter((word, index) => word !== "-n" && words[index - 1] !== "-n")
  return [...others, "-n", node].join(" ")
}

/** The value that counts, which is the last one, without its quotes; undefined where there is none. */
export function settingIn(text: string, key: string): string | undefined {
  const lines = text.split("\n").filter((line) => nameOf(line) === key)
  return lines
    .at(-1)
    ?.replace(/^[^=]*=/, "")
    .trim()
    .replace(/^(["'])(.*)\1$/, "$2")
}

/** The settings that differ, as they are and as they are to be. */
export function differing(text: string, settings: Readonly<Record<string, string>>) {
  return Object.entries(settings).flatMap(([key, value]) => {
    const have = settingIn(text, key)
    return have === value ? [] : [{ key, have: have ?? "absent", want: value }]
  })
}

/** The file with these settings, each in the place of what it had before; all other lines stay as they are. */
export function withSettings(text: string, settings: Readonly<Record<string, string>>): string {
  const lines = text === "" ? [] : text.replace(/\n$/, "").split("\n")
  const changed = lines.map((line) => {
    const value = settings[nameOf(line) ?? ""]
    return value === undefined ? line : `${nameOf(line)}=${quoted(value)}`
  })
  const present = new Set(lines.map(nameOf))
  const added = Object.entries(settings).flatMap(([key, value]) =>
    present.has(key) ? [] : [`${key}=${quoted(value)}`],
  )
  return `${[...changed, ...added].join("\n")}\n`
}

function quoted(value: string): string {
  return value.includes(" ") ? `"${value}"` : value
}

/** Owner and mode stay those of a file that is there. */
export function putSbdFile(path: string, have: FileState, content: string): PutAction {
  const kept = have.type === "file" ? { mode: have.mode, owner: have.owner } : { mode: "0644", owner: "root:root" }
  return { type: "put", path, content, ...kept, backup: true }
}

function nameOf(line: string): string | undefined {
  return /^\s*([A-Z_]+)=/.exec(line)?.[1]
}
