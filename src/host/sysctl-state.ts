import { HaopsError } from "../base/errors.ts"
import { quote } from "../base/sh.ts"
import type { ProbeOutput } from "../model/probe.ts"
import { readAnswer } from "./answer.ts"
import type { FileWant } from "./file-drift.ts"
import { FILE_KEYS, type FileState, fileScript, parseFile, sha256 } from "./file-state.ts"

/** Kernel parameters as they are now and as the next boot will set them. */
export interface SysctlState {
  file: FileState
  /** Live values by key, white space squeezed; a key that the kernel does not know is missing. */
  live: ReadonlyMap<string, string>
  /** For keys that a file read after ours sets: the last such file and its value. */
  boot: ReadonlyMap<string, { path: string; value: string }>
}

/** Directories of systemd-sysctl; a file in an earlier one hides files of the same name in the later ones (sysctl.d(5)). */
const DIRECTORIES = ["/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d"]

/**
 * Shell that asks for `keys` live, for our file, and for what other files of sysctl.d say about the keys. Not by the shell's own `read`, which
 * takes a byte at a time: the kernel gives a parameter's first one, and then the end. All is read by one process; comments with it, which
 * weigh less than a second one.
 */
export function sysctlScript({ path, content }: FileWant, keys: readonly string[]): string {
  const files = DIRECTORIES.map((directory) => `${directory}/*.conf`).join(" ")
  const live = keys.map((key) => quote(`/proc/sys/${procPath(key)}`)).join(" ")
  return `
grep -aHs '' ${live} ${files}
${fileScript(path, { unless: sha256(content) })}
for other in ${files}; do [ ! -e "$other" ] || printf 'other %s\\n' "$other"; done
exit 0`
}

/** Reads what `sysctlScript` printed. Throws `E_PROBE` on anything else. */
export function parseSysctl({ stdout }: ProbeOutput, path: string, keys: readonly string[]): SysctlState {
  const lines = stdout.split("\n")
  const found = lines.filter((line) => line.startsWith("/"))
  const answer = readAnswer(lines.filter((line) => !line.startsWith("/")).join("\n"), [...FILE_KEYS, "other"])
  const isLive = (line: string) => line.startsWith("/proc/sys/")
  const read = found.filter(isLive).map(parseLive)
  const values = (key: string) => read.filter((line) => line.path === procPath(key)).map(({ value }) => value)
  const live = new Map(keys.flatMap((key) => (values(key).length > 0 ? [[key, squeeze(values(key).join(" "))]] : [])))
  return {
    file: parseFile(answer),
    live,
    boot: laterSettings(
      answer.all("other"),
      found.filter((line) => !isLive(line)),
      path,
      keys,
    ),
  }
}

/** One space between the words of a value: the kernel prints tabs where people write spaces. */
export function squeeze(value: string): string {
  return value.trim().split(/\s+/).join(" ")
}

function laterSettings(
  files: readonly string[],
  lines: readonly string[],
  path: string,
  keys: readonly string[],
): Map<string, { path: string; value: string }> {
  const effective = effectiveFiles(files)
  const settings = lines.flatMap((line) => parseSetting(line) ?? [])
  const spelled = new Map(keys.map((key) => [procPath(key), key]))
  const found = new Map<string, { path: string; value: string }>()
  for (const other of effective.filter((file) => baseName(file) > baseName(path))) {
    for (const setting of settings.filter((one) => one.path === other)) {
      const key = spelled.get(procPath(setting.key))
      if (key !== undefined) found.set(key, { path: other, value: setting.value })
    }
  }
  return found
}

/** `/proc/sys/net/ipv4/ip_forward:1`; a value of several lines is as many of these. */
function parseLive(line: string): { path: string; value: string } {
  const match = /^\/proc\/sys\/([^:]+):(.*)$/.exec(line)
  if (match === null) throw new HaopsError("E_PROBE", `not a kernel parameter: ${JSON.stringify(line)}`)
  return { path: match[1] ?? "", value: match[2] ?? "" }
}

/** The files that are read, in the order in which they are: by name, whatever their directory. */
function effectiveFiles(paths: readonly string[]): string[] {
  const byName = new Map<string, string>()
  for (const path of paths) if (!byName.has(baseName(path))) byName.set(baseName(path), path)
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path)
}

/** Undefined for what sets nothing: comments, empty lines, and what systemd-sysctl would not understand either. */
function parseSetting(line: string): { path: string; key: string; value: string } | undefined {
  const match = /^(\/[^:]+):\s*-?([^\s=#;][^\s=]*)\s*=(.*)$/.exec(line)
  if (match === null) return undefined
  const [, path = "", key = "", value = ""] = match
  return { path, key, value: squeeze(value) }
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1)
}

/** Where the first separator is a dot, dots and slashes change places; where it is a slash, they do not (sysctl.d(5)). */
function procPath(key: string): string {
  if ((/[./]/.exec(key)?.[0] ?? ".") === "/") return key
  return key.replace(/[./]/g, (separator) => (separator === "." ? "/" : "."))
}
