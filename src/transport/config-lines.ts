import { execFile } from "node:child_process"
import { readFile } from "node:fs/promises"
import { userInfo } from "node:os"
import { join } from "node:path"

/** Where the ssh configuration says something: `/home/me/.ssh/config:4`. Undefined where that cannot be told. */
export type ConfigLine = (keyword: string, value: string) => string | undefined

interface Question {
  home: string
  user: string | undefined
  port: number | undefined
}

/**
 * The lines of the ssh configuration that count for a host's names. ssh itself tells which sections do; within them a line is found by
 * its keyword and its value, so that one is never named that says something else.
 */
export async function configLines(names: readonly string[], { home, user, port }: Question): Promise<ConfigLine> {
  const file = home === userInfo().homedir ? [] : ["-F", join(home, ".ssh/config")]
  const said = [...(user === undefined ? [] : ["-l", user]), ...(port === undefined ? [] : ["-p", `${port}`])]
  const traces = await Promise.all(names.map((name) => trace([...file, ...said, "--", name])))
  const sections = traces.flatMap(sectionsOf)
  const texts = new Map<string, readonly string[]>()
  for (const { path } of sections) {
    const text = await readFile(path, "utf8").catch(() => "")
    texts.set(path, text.split("\n"))
  }
  const lines = sections.flatMap(({ path, line }) => linesFrom(path, texts.get(path) ?? [], line))
  return (keyword, value) => lines.find((one) => one.keyword === keyword && isSame(one.value, value))?.place
}

/** ssh puts the address of a jump host in brackets, whether or not it was written so. */
function isSame(written: string, told: string): boolean {
  return written.replaceAll(/[[\]]/g, "") === told.replaceAll(/[[\]]/g, "")
}

/** What ssh says while it reads; empty where there is none. */
function trace(args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile("ssh", ["-vvv", "-G", ...args], (_error, _stdout, stderr) => resolve(stderr)).stdin?.end()
  })
}

interface SectionStart {
  path: string
  /** Of its `Host` or `Match`; 0 for what stands before the first one. */
  line: number
}

function sectionsOf(said: string): SectionStart[] {
  const found: SectionStart[] = []
  let match: SectionStart | undefined
  for (const line of said.split("\n")) {
    const read = /^debug1: Reading configuration data (.+)$/.exec(line)
    if (read !== null) found.push({ path: read[1]!.trim(), line: 0 })
    const host = /^debug1: (.+) line (\d+): Applying options for /.exec(line)
    if (host !== null) found.push({ path: host[1]!, line: Number(host[2]) })
    const matched = /^debug3: (.+) line (\d+): (?:not )?matched /.exec(line)
    if (matched !== null) match = { path: matched[1]!, line: Number(matched[2]) }
    if (/^debug2: match found/.test(line) && match !== undefined) found.push(match)
  }
  return found
}

interface SaidLine {
  keyword: string
  value: string
  place: string
}

/** The lines of a section, up to the next one. */
function linesFrom(path: string, text: readonly string[], start: number): SaidLine[] {
  const found: SaidLine[] = []
  for (const [index, line] of text.entries()) {
    if (index < start) continue
    const [, keyword = "", value = ""] = /^\s*([A-Za-z]+)(?:\s*=\s*|\s+)(.*?)\s*$/.exec(line) ?? []
    if (/^(host|match)$/i.test(keyword)) break
    const bare = value.replace(/^"(.*)"$/, "$1")
    if (keyword !== "") found.push({ keyword: keyword.toLowerCase(), value: bare, place: `${path}:${index + 1}` })
  }
  return found
}
