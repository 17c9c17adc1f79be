import { hash } from "node:crypto"

const DIGEST = 64
const DEFAULT_ROUNDS = 5_000
/** The 64 letters of crypt(3), in the order of their values. */
export const ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
/** What begins a hash of this kind, as libxcrypt takes it: 1,000 to 999,999,999 rounds, a salt of 16 bytes at most. */
const SETTINGS = /^\$6\$(?:rounds=([1-9]\d{3,8})\$)?([^$:\n]{0,16})(?=\$|$)/

/** True for a hash that `sha512Crypt` can make. */
export function isSha512Crypt(text: string): boolean {
  const [settings] = SETTINGS.exec(text) ?? []
  return settings !== undefined && /^\$[./A-Za-z0-9]{86}$/.test(text.slice(settings.length))
}

/**
 * The hash of a password as crypt(3) spells it, `$6$SALT$HASH` or `$6$rounds=N$SALT$HASH`, for the settings that such a hash begins
 * with. The numbers in the comments are the steps of Ulrich Drepper's "Unix crypt using SHA-256 and SHA-512".
 *
 * Our own, since unixcrypt 3.0.4 hashes passwords of 64, 128, … bytes as no crypt(3) does, and takes five times as long.
 *
 * Throws where `settings` are not sha512-crypt's.
 */
export function sha512Crypt(password: string, settings: string): string {
  const [own, rounds, salt] = SETTINGS.exec(settings) ?? []
  if (own === undefined || salt === undefined) throw new Error("not the settings of sha512-crypt")
  const key = Buffer.from(password)
  const text = Buffer.from(salt)
  const first = firstDigest(key, text)
  // 13 to 16, 17 to 20.
  const p = fill(sha512(...Array.from(key, () => key)), key.length)
  const s = fill(sha512(...Array.from({ length: 16 + first[0]! }, () => text)), text.length)
  return `${own}$${encode(repeat(first, p, s, Number(rounds ?? DEFAULT_ROUNDS)))}`
}

/** 1 to 12: for each bit of the length, lowest first, one of the two. */
function firstDigest(key: Buffer, salt: Buffer): Buffer {
  const inner = sha512(key, salt, key)
  const bits = key.length === 0 ? [] : [...key.length.toString(2)].reverse()
  return sha512(key, salt, fill(inner, key.length), ...bits.map((bit) => (bit === "1" ? inner : key)))
}

/** 21, which is all the work. What a round hashes is laid out as 42 rounds before, and only the digest in it is another. */
function repeat(first: Buffer, p: Buffer, s: Buffer, rounds: number): Buffer {
  const inputs = Array.from({ length: 2 * 3 * 7 }, (_, round) => {
    const between = [round % 3 === 0 ? [] : [s], round % 7 === 0 ? [] : [p]].flat()
    const odd = round % 2 === 1
    const input = Buffer.concat(odd ? [p, ...between, first] : [first, ...between, p])
    return { input, at: odd ? input.length - DIGEST : 0 }
  })
  let digest = first
  for (let round = 0; round < rounds; round++) {
    const { input, at } = inputs[round % inputs.length]!
    input.set(digest, at)
    digest = hash("sha512", input, "buffer")
  }
  return digest
}

function sha512(...parts: readonly Buffer[]): Buffer {
  return hash("sha512", Buffer.concat(parts), "buffer")
}

/** The digest again and again, cut off at `length`. */
function fill(digest: Buffer, length: number): Buffer {
  return Buffer.alloc(length, digest)
}

/** 22: three bytes at a time, 21 apart, which change places from one triple to the next; each as four letters, lowest bits first. */
function encode(digest: Buffer): string {
  const triples = Array.from({ length: 21 }, (_, index) => {
    const bytes = [index, index + 21, index + 42].map((place) => digest[place]!)
    const [high, middle, low] = [0, 1, 2].map((place) => bytes[(place + index) % 3]!)
    return letters((high! << 16) | (middle! << 8) | low!, 4)
  })
  return triples.join("") + letters(digest[63]!, 2)
}

function letters(value: number, count: number): string {
  return Array.from({ length: count }, (_, index) => ALPHABET[(value >> (6 * index)) & 63]).join("")
}
