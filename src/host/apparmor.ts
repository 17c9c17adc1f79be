import type { Finding } from "../base/events.ts"
import { quote } from "../base/sh.ts"
import { listing } from "../base/words.ts"
import type { ConfinedFile } from "../model/component.ts"

/** A program that a profile of AppArmor confines, with the profile's text as its file and what that includes have it. */
export interface Confinement {
  program: string
  file: string
  rules: readonly string[]
}

/**
 * Shell that prints `confined PROGRAM FILE` where the profile of one of these programs is loaded and enforces, and `rule PROGRAM LINE` for all
 * that its file says, with one level of what it includes. Where AppArmor is not there that costs a look.
 */
export function confinedScript(files: readonly ConfinedFile[]): string {
  return [...new Set(files.map(({ program }) => program))].map(ofProgram).join("\n")
}

function ofProgram(program: string): string {
  const names = [...new Set([program.slice(1).replaceAll("/", "."), program.replace(/^.*\//, "")])]
  const profiles = [program, ...names].map(quote).join("|")
  return `if [ -r /sys/kernel/security/apparmor/profiles ]; then
  enforced=
  while read -r profile mode; do
    case $profile in ${profiles}) [ "$mode" != '(enforce)' ] || enforced=yes ;; esac
  done </sys/kernel/security/apparmor/profiles
  for file in ${names.map((name) => quote(`/etc/apparmor.d/${name}`)).join(" ")}; do
    [ -n "$enforced" ] && [ -r "$file" ] || continue
    printf 'confined %s %s\\n' ${quote(program)} "$file"
    for part in "$file" $(sed -n 's|^[[:blank:]]*#\\{0,1\\}include \\(if exists \\)\\{0,1\\}<\\([^>]*\\)>.*|/etc/apparmor.d/\\2|p' "$file"); do
      [ ! -f "$part" ] || sed 's|^[[:blank:]]*|rule '${quote(program)}' |' "$part"
    done
    break
  done
fi`
}

export function readConfined(confined: readonly string[], rules: readonly string[]): readonly Confinement[] {
  return confined.map((line) => {
    const [program = "", file = ""] = line.split(" ")
    const own = rules.flatMap((rule) => (rule.startsWith(`${program} `) ? [rule.slice(program.length + 1)] : []))
    return { program, file, rules: own }
  })
}

/** What of the stack's files a profile that enforces keeps its program from. */
export function confinedFindings(files: readonly ConfinedFile[], confined: readonly Confinement[]): Finding[] {
  return confined.flatMap(({ program, file, rules }): Finding[] => {
    const kept = files.filter((one) => one.program === program && !rules.some(lets(one)))
    if (kept.length === 0) return []
    const what = kept.map(({ path, access, use }) => `${access === "read" ? "reading" : "writing"} ${path} (${use})`)
    const message = `AppArmor keeps ${program.replace(/^.*\//, "")} from ${listing(what)}: its profile names no such file`
    const lines = kept.map(({ path, access }) => `\`${path}${access === "read" ? " r" : "* rwlk"},\``)
    const local = rules.flatMap((rule) => /^#?include .*<(local\/[^>]+)>/.exec(rule)?.[1] ?? [])[0]
    const into = `/etc/apparmor.d/${local ?? `local/${file.replace(/^.*\//, "")}`}`
    return [
      { severity: "warning", message, hint: `Add to ${into}: ${listing(lines, 9)}. Then: apparmor_parser -r ${file}` },
    ]
  })
}

/** Of a rule as apparmor.d(5) has it: `owner /run/haproxy.pid rw,`, or with the permissions first. What is not understood lets in nothing. */
function lets({ path, access }: ConfinedFile): (rule: string) => boolean {
  const wanted = access === "read" ? "r" : "w"
  return (rule) => {
    const text = rule.replace(/^(?:(?:audit|allow|owner|file|priority=\d+)\s+)*/, "").replace(/,\s*(#.*)?$/, "")
    if (/^file\s*$/.test(rule.replace(/,\s*$/, ""))) return true
    const [, after, permissions = ""] = /^("[^"]+"|[/@{]\S*)\s+([a-zA-Z]+)$/.exec(text) ?? []
    const [, first = "", before] = /^([rwaklm]+)\s+("[^"]+"|[/@{]\S*)$/.exec(text) ?? []
    const pattern = after ?? before
    if (pattern === undefined || !(after === undefined ? first : permissions).includes(wanted)) return false
    return globbed(pattern.replace(/^"|"$/g, "")).test(path)
  }
}

/** `/{,var/}run/haproxy*`, `@{run}/**`: a variable is taken for anything, so that what is told is certain. */
function globbed(pattern: string): RegExp {
  const parts = pattern.match(/@\{[^}]*\}|\*\*|\[[^\]]*\]|\\.|./g) ?? []
  const source = parts.map((part) => {
    if (part.startsWith("@{") || part === "**") return ".*"
    if (part === "*") return "[^/]*"
    if (part === "?") return "[^/]"
    if (part === "{") return "(?:"
    if (part === "}") return ")"
    if (part === ",") return "|"
    return /^[[\\]/.test(part) && part.length > 1 ? part : part.replace(/[.+^$()|[\]\\]/g, "\\$&")
  })
  try {
    return new RegExp(`^${source.join("")}$`)
  } catch {
    return /^/
  }
}
