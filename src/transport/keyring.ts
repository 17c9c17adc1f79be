import { readFile } from "node:fs/promises"
import ssh2, {
  type BaseAgent,
  type IdentityCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from "ssh2"
import type { Secret } from "../base/secret.ts"
import type { SecretSource } from "../model/inventory.ts"

/** A private key, or why there is none to use. */
type LoadedKey = { key: ParsedKey } | { problem: string }

/** The keys of one run. Each file is parsed once for all hosts: decrypting one takes 0.3 s of nothing else happening. */
export interface Keyring {
  /** The keys that the agent holds; none where no agent answers. */
  agentKeys(socket: string): Promise<readonly ParsedKey[]>
  /** An agent that offers this one of its keys. */
  agentFor(socket: string, key: ParsedKey): BaseAgent
  /** The private key in a file. Throws only what `secret` throws. */
  load(path: string, passphrase: SecretSource | undefined): Promise<LoadedKey>
  /** The public half of a key file: the `.pub` beside it, or the file itself. */
  publicKey(path: string): Promise<ParsedKey | undefined>
}

export function createKeyring(secret: (source: SecretSource) => Secret): Keyring {
  const agents = new Map<string, Promise<readonly ParsedKey[]>>()
  const loaded = new Map<string, Promise<LoadedKey>>()
  const publicKeys = new Map<string, Promise<ParsedKey | undefined>>()
  return {
    agentKeys: (socket) => remember(agents, socket, () => listAgent(socket)),
    agentFor: (socket, key) => new SingleKeyAgent(ssh2.createAgent(socket), key),
    load: (path, passphrase) =>
      remember(loaded, `${path}\n${JSON.stringify(passphrase)}`, () => loadKey(path, passphrase, secret)),
    publicKey: (path) => remember(publicKeys, path, () => loadPublicKey(path)),
  }
}

class SingleKeyAgent extends ssh2.BaseAgent<ParsedKey> {
  readonly #agent: BaseAgent
  readonly #key: ParsedKey

  constructor(agent: BaseAgent, key: ParsedKey) {
    super()
    this.#agent = agent
    this.#key = key
  }

  override getIdentities(callback: IdentityCallback<ParsedKey>): void {
    callback(undefined, [this.#key])
  }

  override sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    done?: SignCallback,
  ): void {
    if (typeof options === "function") this.#agent.sign(key, data, options)
    else this.#agent.sign(key, data, options, done)
  }
}

function remember<Value>(cache: Map<string, Promise<Value>>, key: string, make: () => Promise<Value>): Promise<Value> {
  const value = cache.get(key) ?? make()
  cache.set(key, value)
  return value
}

/** An agent that is gone is like one without keys: whoever needs one is told which keys were tried. */
function listAgent(socket: string): Promise<readonly ParsedKey[]> {
  return new Promise((resolve) => {
    ssh2.createAgent(socket).getIdentities((error, keys) => {
      const parsed = (error ? [] : (keys ?? [])).map((key) => parse(key as ParsedKey))
      resolve(parsed.filter((key) => key !== undefined))
    })
  })
}

async function loadKey(
  path: string,
  passphrase: SecretSource | undefined,
  secret: (source: SecretSource) => Secret,
): Promise<LoadedKey> {
  const text = await readFile(path).catch((error: NodeJS.ErrnoException) => error)
  if (text instanceof Error) return { problem: text.code === "ENOENT" ? "no such file" : text.message }
  const open = parse(text)
  if (open?.isPrivateKey()) return { key: open }
  if (open !== undefined) return { problem: "a public key, which the agent does not hold" }
  if (passphrase === undefined) return { problem: "encrypted or unreadable, and no ssh.passphrase is set" }
  const key = parse(text, secret(passphrase).reveal())
  return key?.isPrivateKey() ? { key } : { problem: "ssh.passphrase does not open it" }
}

async function loadPublicKey(path: string): Promise<ParsedKey | undefined> {
  for (const candidate of [`${path}.pub`, path]) {
    const key = parse(await readFile(candidate).catch(() => ""))
    if (key !== undefined && !key.isPrivateKey()) return key
  }
  return undefined
}

/** ssh2 returns its errors, and an array for some formats. */
function parse(data: Buffer | string | ParsedKey, passphrase?: string): ParsedKey | undefined {
  const [parsed] = [ssh2.utils.parseKey(data, passphrase)].flat()
  return parsed === undefined || parsed instanceof Error ? undefined : parsed
}
