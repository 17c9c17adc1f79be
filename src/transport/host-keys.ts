import { existsSync } from "node:fs"
import { mkdir, open, readFile } from "node:fs/promises"
import { dirname } from "node:path"
import { HaopsError } from "../base/errors.ts"
import { quote } from "../base/sh.ts"
import type { Endpoint } from "./endpoint.ts"
import {
  entriesFor,
  fingerprint,
  formatKnownHost,
  judge,
  type KnownHost,
  keyType,
  knownHostName,
  parseKnownHosts,
} from "./known-hosts.ts"
import { KnownHosts } from "./known-hosts-index.ts"
import { isRevokedIn } from "./revoked-keys.ts"

/** What to ask an endpoint for, and how to judge what it shows. */
export interface HostKeyCheck {
  /** Host key algorithms, those of the known keys first, so that a known host is not asked for a key we do not know. */
  algorithms: readonly string[]
  /** The reason to refuse the key, or undefined: it is known, or was recorded just now. */
  verify(key: Buffer): Promise<HaopsError | undefined>
}

export interface HostKeys {
  check(endpoint: Endpoint): Promise<HostKeyCheck>
}

// In the order of preference where nothing is known. ssh-dss is not offered at all.
const ALGORITHMS = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "rsa-sha2-512",
  "rsa-sha2-256",
  "ssh-rsa",
]

const REVOKED_HINT = "give the host a new key, or find out who has the old one"

/** The host keys of one run. Files are read once; a key recorded on the way counts from then on. */
export function createHostKeys(onNotice: (text: string) => void): HostKeys {
  const files = new Map<string, Promise<KnownHosts>>()
  let writing: Promise<unknown> = Promise.resolve()

  /** All that is known of the endpoint, by any of its names. */
  const entriesOf = async (endpoint: Endpoint): Promise<readonly KnownHost[]> => {
    const read = endpoint.knownHostsFiles.map((file) => {
      const known = files.get(file) ?? readEntries(file)
      files.set(file, known)
      return known
    })
    const about = names(endpoint).flat()
    return (await Promise.all(read)).flatMap((known) => known.about(about))
  }
  /** Who else would vouch for the key of a host that is not known: ssh would ask them, and recording what came would pass over that. */
  const voucherOf = async (endpoint: Endpoint): Promise<string | undefined> => {
    const [authority] = entriesFor(await entriesOf(endpoint), names(endpoint).flat(), "@cert-authority")
    if (authority !== undefined)
      return `${authority.file}:${authority.line} leaves it to a certificate authority (@cert-authority)`
    const command = endpoint.knownHostsCommand
    return command === undefined ? undefined : `the ssh configuration leaves it to a KnownHostsCommand: ${command}`
  }
  const record = async (endpoint: Endpoint, key: Buffer): Promise<void> => {
    const [file] = endpoint.knownHostsFiles
    const [name] = namesOf(endpoint).names
    if (file === undefined || name === undefined) return
    const line = formatKnownHost(name, key, endpoint.hashKnownHosts)
    await appendLine(file, line)
    const known = await files.get(file)
    known?.add(parseKnownHosts(line, file))
    onNotice(`recorded the host key of ${endpoint.name} (${name}) in ${file}: ${keyType(key)} ${fingerprint(key)}`)
  }

  return {
    check: async (endpoint) => ({
      algorithms: preferredAlgorithms(await entriesOf(endpoint), endpoint),
      verify: async (key) => {
        const banned = await bannedBy(endpoint, key)
        if (banned !== undefined) return banned
        const judgeNow = async () => judge(await entriesOf(endpoint), ...names(endpoint), key)
        const verdict = await judgeNow()
        if (verdict.status === "known") return undefined
        if (verdict.status === "revoked") return revoked(endpoint, key, verdict.entry)
        if (verdict.status === "changed") return changed(endpoint, key, verdict.entries)
        const elsewhere = await voucherOf(endpoint)
        if (elsewhere !== undefined) return unchecked(endpoint, key, elsewhere)
        if (endpoint.hostKeys === "strict") return unknown(endpoint, key)
        // One at a time, and looked at again: two connections to one new host record it once.
        const turn = writing.then(async () => {
          if ((await judgeNow()).status === "unknown") await record(endpoint, key)
        })
        writing = turn.catch(() => undefined)
        return turn.then(
          () => undefined,
          (cause) => unrecorded(endpoint, cause),
        )
      },
    }),
  }
}

function names(endpoint: Endpoint): [readonly string[], readonly string[]] {
  const { names, fallbacks } = namesOf(endpoint)
  return [names, fallbacks]
}

function namesOf(endpoint: Endpoint): { names: readonly string[]; fallbacks: readonly string[] } {
  const { knownAs, port, aliased } = endpoint
  if (aliased || port === 22) return { names: knownAs, fallbacks: [] }
  return { names: knownAs.map((name) => knownHostName(name, port)), fallbacks: knownAs }
}

function preferredAlgorithms(entries: readonly KnownHost[], endpoint: Endpoint): readonly string[] {
  const known = new Set(entriesFor(entries, names(endpoint).flat()).map((entry) => entry.type))
  const isKnown = (algorithm: string) => known.has(algorithm.startsWith("rsa-sha2-") ? "ssh-rsa" : algorithm)
  return [...ALGORITHMS.filter(isKnown), ...ALGORITHMS.filter((algorithm) => !isKnown(algorithm))]
}

async function readEntries(file: string): Promise<KnownHosts> {
  try {
    return new KnownHosts(parseKnownHosts(await readFile(file, "utf8"), file))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return new KnownHosts([])
    throw new HaopsError("E_INPUT", `${file} cannot be read: ${(cause as Error).message}`, { cause })
  }
}

/** Appends in one write, on a line of its own even where the file's last one is not ended. */
async function appendLine(file: string, line: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const handle = await open(file, "a+", 0o600)
  try {
    const { size } = await handle.stat()
    const last = size === 0 ? "\n" : (await handle.read(Buffer.alloc(1), 0, 1, size - 1)).buffer.toString()
    await handle.appendFile(`${last === "\n" ? "" : "\n"}${line}\n`)
  } finally {
    await handle.close()
  }
}

function unknown(endpoint: Endpoint, key: Buffer): HaopsError {
  const message = `the host key of ${describe(endpoint)} is not known: ${keyType(key)} ${fingerprint(key)}`
  const hint = `compare the fingerprint with \`ssh-keygen -lf /etc/ssh/ssh_host_${shortType(key)}_key.pub\` on the host itself, then run: ${recordCommand(endpoint, key)} (or set ssh.hostKeys: accept-new)`
  return new HaopsError("E_HOSTKEY", message, { host: endpoint.name, hint })
}

/** ssh-keyscan cannot pass a jump host, so what was shown to us is recorded as it is. */
function recordCommand(endpoint: Endpoint, key: Buffer): string {
  const path = endpoint.knownHostsFiles[0] ?? "known_hosts"
  const file = quote(path)
  const before = existsSync(dirname(path)) ? "" : `mkdir -p -m 700 ${quote(dirname(path))} && `
  const [name] = namesOf(endpoint).names
  if (endpoint.via !== undefined || endpoint.knownAs[0] !== endpoint.address) {
    return `${before}echo ${quote(formatKnownHost(name ?? "", key, false))} >> ${file}`
  }
  const port = endpoint.port === 22 ? "" : `-p ${endpoint.port} `
  return `${before}ssh-keyscan ${port}-t ${shortType(key)} ${quote(endpoint.address)} >> ${file}`
}

function changed(endpoint: Endpoint, key: Buffer, entries: readonly KnownHost[]): HaopsError {
  const known = entries.map((entry) => `${entry.file}:${entry.line} has ${entry.type} ${fingerprint(entry.key)}`)
  const message = `the host key of ${describe(endpoint)} has CHANGED: ${known.join(", ")}, but the host shows ${keyType(key)} ${fingerprint(key)}`
  const removals = new Set(
    entries.map((entry) => `ssh-keygen -R ${quote(nameIn(entry, endpoint))} -f ${quote(entry.file)}`),
  )
  const hint = `this may be a man-in-the-middle attack. If the host was reinstalled, check the fingerprint on its console, then run: ${[...removals].join("; ")}`
  return new HaopsError("E_HOSTKEY", message, { host: endpoint.name, hint })
}

function nameIn(entry: KnownHost, endpoint: Endpoint): string {
  return namesOf(endpoint).names.find((name) => entriesFor([entry], [name]).length > 0) ?? endpoint.address
}

function revoked(endpoint: Endpoint, key: Buffer, entry: KnownHost): HaopsError {
  const message = `${describe(endpoint)} shows a host key that ${entry.file}:${entry.line} revokes: ${keyType(key)} ${fingerprint(key)}`
  return new HaopsError("E_HOSTKEY", message, {
    host: endpoint.name,
    hint: REVOKED_HINT,
  })
}

async function bannedBy(endpoint: Endpoint, key: Buffer): Promise<HaopsError | undefined> {
  if (endpoint.revokedHostKeys === undefined) return undefined
  const file = endpoint.revokedHostKeys
  const said = await isRevokedIn(file, key)
  if (said === false) return undefined
  const shown = `${keyType(key)} ${fingerprint(key)}`
  const message =
    said === true
      ? `${describe(endpoint)} shows a host key that ${file} revokes (RevokedHostKeys): ${shown}`
      : `the host key of ${describe(endpoint)} cannot be held against ${file} (RevokedHostKeys): ${said}`
  const hint = said === true ? REVOKED_HINT : "ssh trusts no host either while it cannot read that file"
  return new HaopsError("E_HOSTKEY", message, { host: endpoint.name, hint })
}

function unchecked(endpoint: Endpoint, key: Buffer, voucher: string): HaopsError {
  const shown = `${keyType(key)} ${fingerprint(key)}`
  const message = `the host key of ${describe(endpoint)} is not known: ${shown}; ${voucher}, which haops cannot ask`
  const hint = `set ssh.transport: openssh, which can; or log in once with ssh, compare the fingerprint on the host itself, and record the key beside it: ${recordCommand(endpoint, key)}`
  return new HaopsError("E_HOSTKEY", message, { host: endpoint.name, hint })
}

function unrecorded(endpoint: Endpoint, cause: unknown): HaopsError {
  const message = `the host key of ${describe(endpoint)} could not be recorded: ${(cause as Error).message}`
  return new HaopsError("E_HOSTKEY", message, { host: endpoint.name, cause })
}

function describe(endpoint: Endpoint): string {
  return `${endpoint.name} (${knownHostName(endpoint.address, endpoint.port)})`
}

function shortType(key: Buffer): string {
  const type = keyType(key)
  return type.startsWith("ecdsa") ? "ecdsa" : type.replace(/^ssh-/, "")
}
