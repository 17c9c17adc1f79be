import { createHash, createHmac, randomBytes } from "node:crypto"

/** One usable line of a known_hosts file (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). */
export interface KnownHost {
  file: string
  /** First line is 1. */
  line: number
  marker: "@revoked" | "@cert-authority" | undefined
  /** Host patterns as written: comma-separated names, or one hashed name. */
  patterns: string
  /** Key type as written in the key itself: `ssh-ed25519`, … */
  type: string
  /** The key's blob. */
  key: Buffer
}

export type Verdict =
  | { status: "known" }
  | { status: "unknown" }
  | { status: "revoked"; entry: KnownHost }
  | { status: "changed"; entries: readonly KnownHost[] }

/** How known_hosts spells a host: bare on port 22, else `[host]:port`. */
export function knownHostName(host: string, port: number): string {
  return port === 22 ? host : `[${host}]:${port}`
}

/** The key's fingerprint as OpenSSH prints it: `SHA256:…`. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`
}

/** The type that a key's blob says it has. Empty for bytes that are no key. */
export function keyType(key: Buffer): string {
  if (key.length < 4) return ""
  return key.subarray(4, 4 + key.readUInt32BE(0)).toString("latin1")
}

/**
 * A line for known_hosts, without the line feed. `hashed` hides the name, as `HashKnownHosts yes` does. The name is in lower case,
 * as ssh writes and looks it up: a hash of any other spelling is never found again.
 */
export function formatKnownHost(name: string, key: Buffer, hashed: boolean): string {
  const lower = name.toLowerCase()
  return `${hashed ? hashName(lower, randomBytes(20)) : lower} ${keyType(key)} ${key.toString("base64")}`
}

/** The entries of a file's text. Lines that are no entry (comments, damage, SSH 1 keys) are passed over, as OpenSSH does. */
export function parseKnownHosts(text: string, file: string): readonly KnownHost[] {
  return text.split("\n").flatMap((line, index) => {
    const entry = parseLine(line, file, index + 1)
    return entry === undefined ? [] : [entry]
  })
}

/**
 * What the entries say about a key that a host showed.
 *
 * `names` are tried in order and the first one that is known decides; a key of another type than all the known ones counts
 * as changed, because the client asked for the known types first. `fallbacks` can confirm a key and never condemn it: the
 * name without its port, which OpenSSH takes too. A `@cert-authority` line says nothing about a plain key.
 */
export function judge(
  entries: readonly KnownHost[],
  names: readonly string[],
  fallbacks: readonly string[],
  key: Buffer,
): Verdict {
  const all = entriesFor(entries, [...names, ...fallbacks], "@revoked")
  const revoked = all.find((entry) => entry.key.equals(key))
  if (revoked !== undefined) return { status: "revoked", entry: revoked }
  for (const name of names) {
    const own = entriesFor(entries, [name])
    if (own.some((entry) => entry.key.equals(key))) return { status: "known" }
    if (own.length > 0) return { status: "changed", entries: own }
  }
  const confirmed = entriesFor(entries, fallbacks).some((entry) => entry.key.equals(key))
  return { status: confirmed ? "known" : "unknown" }
}

/** The entries for any of the names that carry the marker; by default those without one, which vouch for a plain key. */
export function entriesFor(
  entries: readonly KnownHost[],
  names: readonly string[],
  marker?: KnownHost["marker"],
): readonly KnownHost[] {
  return entries.filter((entry) => entry.marker === marker && names.some((name) => matchesHost(entry.patterns, name)))
}

/** Whether a pattern list covers a name. A negated pattern (`!name`) that matches rules the whole line out. */
export function matchesHost(patterns: string, name: string): boolean {
  const lower = name.toLowerCase()
  let covered = false
  for (const pattern of patterns.split(",")) {
    if (pattern.startsWith("!")) {
      if (matchesPattern(pattern.slice(1), lower)) return false
    } else if (matchesPattern(pattern, lower)) covered = true
  }
  return covered
}

function parseLine(line: string, file: string, number: number): KnownHost | undefined {
  const words = line.trim().split(/\s+/)
  const marker = words[0]?.startsWith("@") ? words.shift() : undefined
  const [patterns, written, base64] = words
  if (patterns === undefined || written === undefined || base64 === undefined || patterns.startsWith("#"))
    return undefined
  if (marker !== undefined && marker !== "@revoked" && marker !== "@cert-authority") return undefined
  const key = Buffer.from(base64, "base64")
  const type = keyType(key)
  return type === written ? { file, line: number, marker, patterns, type, key } : undefined
}

function matchesPattern(pattern: string, name: string): boolean {
  if (pattern.startsWith("|1|")) return hashMatches(pattern, name)
  if (!/[*?]/.test(pattern)) return pattern.toLowerCase() === name
  return matchesGlob(pattern.toLowerCase(), name)
}

/** `*` and `?` only, as OpenSSH has it. Remembers the last star, so that no pattern takes more than quadratic time. */
function matchesGlob(pattern: string, name: string): boolean {
  let p = 0
  let n = 0
  let star = -1
  let resume = 0
  while (n < name.length) {
    if (pattern[p] === "*") {
      star = p++
      resume = n
    } else if (pattern[p] === "?" || pattern[p] === name[n]) {
      p++
      n++
    } else if (star >= 0) {
      p = star + 1
      n = ++resume
    } else return false
  }
  while (pattern[p] === "*") p++
  return p === pattern.length
}

function hashMatches(pattern: string, name: string): boolean {
  return hashedName(pattern)?.isOf(name) ?? false
}

/** The one name that a pattern hides, to be compared with others; undefined where it is no hash. */
export function hashedName(pattern: string): { isOf(lower: string): boolean } | undefined {
  const [, salt, hash] = /^\|1\|([^|,]*)\|([^|,]*)$/.exec(pattern) ?? []
  if (salt === undefined) return undefined
  const key = Buffer.from(salt, "base64")
  // Where it was written otherwise than this writes it, nobody made it of a name.
  if (key.toString("base64") !== salt) return undefined
  return { isOf: (lower) => hmac(lower, key) === hash }
}

function hashName(name: string, salt: Buffer): string {
  return `|1|${salt.toString("base64")}|${hmac(name, salt)}`
}

function hmac(name: string, salt: Buffer): string {
  return createHmac("sha1", salt).update(name).digest("base64")
}
