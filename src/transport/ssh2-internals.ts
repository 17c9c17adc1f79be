import type { Client, ParsedKey } from "ssh2"

// All that reaches into ssh2, in one place. Where it looks otherwise inside, nothing is done, and it only takes longer.

/**
 * Answers what the server says of its other host keys (`hostkeys-00@openssh.com`) with a sign of life. ssh2 would have it prove each
 * of them, a signature each and 4 ms of its time, for an event that nobody here listens to: the key that counts was verified before the
 * login. Without an answer it would wait for an acknowledgement, 40 ms, before it sends anything else.
 */
export function skipKeyProof(client: Client): void {
  const { _protocol: protocol, _callbacks: callbacks } = client as unknown as Partial<Internals>
  if (protocol?._handlers?.GLOBAL_REQUEST === undefined || callbacks === undefined) return
  protocol._handlers.GLOBAL_REQUEST = (_self, _name, wantReply) => {
    if (wantReply) protocol.requestFailure()
    callbacks.push(() => undefined)
    protocol.ping()
  }
}

/** ssh2 goes on with its keepalive until the server has closed too. Asked to begin it anew on a stream that has ended, it stops it. */
export function endSignsOfLife(client: Client): void {
  const { _resetKA: reset } = client as unknown as Partial<Internals>
  reset?.()
}

/**
 * Has a private key sign its first offer (RFC 4252, section 7). ssh2 asks first whether the key would do: a way there and back, for
 * which sshd looks the key up twice. A key that cannot sign is offered as before, so that ssh2 says what is wrong with it.
 */
export function signAtOnce(client: Client): void {
  const { _protocol: protocol } = client as unknown as Partial<Internals>
  const ask = protocol?.authPK
  if (protocol === undefined || ask === undefined) return
  protocol.authPK = (username, key, algorithm, sign) => {
    const offer = (how: Sign | undefined) => ask.call(protocol, username, key, algorithm, how)
    if (sign !== undefined || key.isPrivateKey?.() !== true) return offer(sign)
    offer((data, send) => {
      const signature = key.sign(data, RSA_HASHES.get(algorithm))
      if (signature instanceof Error) offer(undefined)
      else send(signature)
    })
  }
}

/** The hash that an RSA key signs with, by the algorithm's name (RFC 8332); every other key has but one. */
const RSA_HASHES = new Map<string | undefined, string>([
  ["rsa-sha2-256", "sha256"],
  ["rsa-sha2-512", "sha512"],
])

type Sign = (data: Buffer, send: (signature: Buffer) => void) => void

/** What ssh2 1.17 has no option for. */
interface Internals {
  _resetKA?: () => void
  _protocol: {
    _handlers: { GLOBAL_REQUEST?: (self: unknown, name: string, wantReply: boolean) => void }
    requestFailure(): void
    ping(): void
    authPK?(username: string, key: ParsedKey, algorithm: string | undefined, sign: Sign | undefined): void
  }
  _callbacks: (() => void)[]
}
