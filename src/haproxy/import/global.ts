import { GLOBAL_SETTING_NAMES, GLOBAL_SETTINGS, type GlobalSetting } from "../../model/haproxy-global.ts"
import type { ConfigDirective, HaproxyConfig } from "../config/parse.ts"
import { withUnit } from "../config/time.ts"
import type { GlobalYaml } from "../section/schema.ts"
import { globalShape } from "../section/vocabulary-schema.ts"
import type { TakeNote } from "./notes.ts"
import { isPlain } from "./plain.ts"

type Draft = { -readonly [Key in keyof GlobalYaml]: GlobalYaml[Key] }

/** Takes one directive into the draft; false: an inventory has no words for it. */
type Reader = (words: readonly string[], draft: Draft, directive: ConfigDirective) => boolean

/** The file's `global` as an inventory writes it. What only another way of starting haproxy needs is left out. */
export function globalOf({ sections }: HaproxyConfig, note: TakeNote): GlobalYaml {
  const draft: Draft = {}
  const raw: string[] = []
  const directives = sections.filter(({ kind }) => kind === "global").flatMap((section) => section.directives)
  for (const directive of directives) {
    const { words, line, text } = directive
    const [keyword = "", ...rest] = words
    const reason = LEFT_OUT[keyword]
    if (reason !== undefined) note({ kind: "changed", line, section: "global", text: `${text} is left out: ${reason}` })
    else if (!isPlain(directive) || READERS[keyword]?.(rest, draft, directive) !== true) {
      if (readTune(keyword, rest, draft)) continue
      raw.push(...text.split("\n"))
      note({ kind: "kept", line, section: "global", text: text.replace(/\n[\s\S]*\n/, " … ") })
    }
  }
  draft.log ??= []
  if (draft.maxconn === undefined) draft.maxconn = false
  if (raw.length > 0) draft.raw = raw
  return withoutDefaults(draft)
}

const LEFT_OUT: Readonly<Record<string, string>> = {
  daemon: "systemd keeps haproxy in the foreground",
  "master-worker": "systemd's unit starts a master anyway",
  pidfile: "systemd's unit says where",
  nbproc: "haproxy 2.5 has dropped it; threads are the default",
  uid: "haops runs it as a user by name",
  gid: "haops runs it as a group by name",
}

/** Whether a directive of `global` is left out, and said to be. */
export function isLeftOut(line: string): boolean {
  return LEFT_OUT[line.split(" ")[0] ?? ""] !== undefined
}

const READERS: Readonly<Record<string, Reader>> = {
  ...Object.fromEntries(GLOBAL_SETTING_NAMES.map((name) => [name, setting(name)])),
  maxconn: readMaxconn,
  user: text("user"),
  group: text("group"),
  chroot: text("chroot"),
  log: readLog,
  stats: readStats,
  "ca-base": ssl("caBase"),
  "crt-base": ssl("crtBase"),
  "ssl-default-bind-ciphers": ssl("bindCiphers"),
  "ssl-default-bind-ciphersuites": ssl("bindCiphersuites"),
  "ssl-default-bind-options": (words, draft) => {
    draft.ssl = { ...draft.ssl, bindOptions: [...(draft.ssl?.bindOptions ?? []), ...words] }
    return words.length > 0
  },
}

/** One value, as the table of them says. */
function setting(key: GlobalSetting): Reader {
  return ([word = "", ...others], draft) => {
    const { is } = GLOBAL_SETTINGS[key]
    const value = is === "time" ? withUnit(word) : is === "word" ? word : wholeNumber(word)
    if (!globalShape[key].unwrap().safeParse(value).success || others.length > 0) return false
    Object.assign(draft, { [key]: value })
    return true
  }
}

function readMaxconn([word = "", ...others]: readonly string[], draft: Draft): boolean {
  const value = wholeNumber(word)
  if (value === undefined || value === 0 || others.length > 0) return false
  draft.maxconn = value
  return true
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined
}

function text(key: "user" | "group" | "chroot"): Reader {
  return ([value, ...others], draft) => {
    if (value === undefined || others.length > 0) return false
    draft[key] = value
    return true
  }
}

function ssl(key: "caBase" | "crtBase" | "bindCiphers" | "bindCiphersuites"): Reader {
  return ([value, ...others], draft) => {
    if (value === undefined || others.length > 0) return false
    draft.ssl = { ...draft.ssl, [key]: value }
    return true
  }
}

/** `log TARGET [format FORMAT] FACILITY [LEVEL]` */
function readLog([to, ...words]: readonly string[], draft: Draft): boolean {
  const [format, rest] = words[0] === "format" ? [words[1], words.slice(2)] : [undefined, words]
  const [facility, level, ...others] = rest
  if (to === undefined || facility === undefined || facility === "len" || others.length > 0) return false
  const log = { to, ...(format === undefined ? {} : { format }), facility, ...(level === undefined ? {} : { level }) }
  draft.log = [...(draft.log ?? []), log]
  return true
}

function readStats([what, ...words]: readonly string[], draft: Draft): boolean {
  if (what === "timeout") {
    const timeout = withUnit(words[0] ?? "")
    if (timeout !== undefined) draft.socket = { ...draft.socket, timeout }
    return timeout !== undefined
  }
  const [path = "", ...options] = words
  if (what !== "socket" || draft.socket?.path !== undefined || !path.startsWith("/")) return false
  const socket: NonNullable<GlobalYaml["socket"]> = { ...draft.socket, path }
  const others: string[] = []
  for (let at = 0; at < options.length; at++) {
    const [name, value] = [options[at]!, options[at + 1] ?? ""]
    if (name === "mode" && /^[0-7]{3,4}$/.test(value)) socket.mode = options[++at]!
    else if (name === "level" && isLevel(value)) socket.level = options[++at] as typeof value
    else if (name === "expose-fd" && value === "listeners") at++
    else others.push(name)
  }
  draft.socket = others.length === 0 ? socket : { ...socket, raw: others.join(" ") }
  return true
}

function isLevel(text: string): text is "user" | "operator" | "admin" {
  return text === "user" || text === "operator" || text === "admin"
}

function readTune(keyword: string, [value, ...others]: readonly string[], draft: Draft): boolean {
  const name = /^tune\.([a-z0-9_.-]+)$/.exec(keyword)?.[1]
  if (name === undefined || value === undefined || others.length > 0) return false
  draft.tune = { ...draft.tune, [name]: value }
  return true
}

/** What haops writes anyway needs no line. */
function withoutDefaults({ maxconn, user, group, chroot, socket = {}, ...others }: Draft): GlobalYaml {
  const usual = { path: "/var/lib/haproxy/stats", mode: "600", level: "admin", timeout: "30s" }
  const ownSocket = unlike(usual, socket)
  return {
    ...unlike(
      { maxconn: 4000, user: "haproxy", group: "haproxy", chroot: "/var/lib/haproxy" },
      { maxconn, user, group, chroot },
    ),
    ...others,
    ...(Object.keys(ownSocket).length === 0 ? {} : { socket: ownSocket }),
  }
}

/** Those of the values that are there and not usual. */
function unlike<Values extends object>(usual: Readonly<Record<string, unknown>>, values: Values): Values {
  const own = Object.entries(values).filter(([key, value]) => value !== undefined && value !== usual[key])
  return Object.fromEntries(own) as Values
}
