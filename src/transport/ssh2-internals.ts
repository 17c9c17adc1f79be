import type { Client } from "ssh2"

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

/** What ssh2 1.17 has no option for. */
interface Internals {
  _resetKA?: () => void
  _protocol: {
    _handlers: { GLOBAL_REQUEST?: (self: unknown, name: string, wantReply: boolean) => void }
    requestFailure(): void
    ping(): void
  }
  _callbacks: (() => void)[]
}
