import { randomBytes, timingSafeEqual } from "node:crypto"
import type { Secret } from "../base/secret.ts"
import { ALPHABET, sha512Crypt } from "./sha512-crypt.ts"

/**
 * One hash costs about 10 ms of this process's only thread, and a run asks about the same few again and again: three nodes,
 * each before and after. Remembered for as long as the secret itself lives, which is one run.
 */
const remembered = new WeakMap<Secret, { own?: string; verified: Map<string, boolean> }>()

/** Whether a sha512-crypt hash is that of the password. */
export function verifyPassword(password: Secret, hash: string): boolean {
  const { verified } = memoryOf(password)
  const known = verified.get(hash)
  if (known !== undefined) return known
  const computed = sha512Crypt(password.reveal(), hash)
  const result = computed.length === hash.length && timingSafeEqual(Buffer.from(computed), Buffer.from(hash))
  verified.set(hash, result)
  return result
}

/** A sha512-crypt hash of the password: always the same one for the same secret, so that the nodes of a run compare equal. */
export function hashPassword(password: Secret): string {
  const memory = memoryOf(password)
  if (memory.own === undefined) {
    memory.own = sha512Crypt(password.reveal(), `$6$${salt()}`)
    memory.verified.set(memory.own, true)
  }
  return memory.own
}

function memoryOf(password: Secret) {
  const known = remembered.get(password)
  if (known !== undefined) return known
  const memory: { own?: string; verified: Map<string, boolean> } = { verified: new Map() }
  remembered.set(password, memory)
  return memory
}

/** 96 random bits in crypt's alphabet. */
function salt(): string {
  return Array.from(randomBytes(16), (byte) => ALPHABET[byte % 64]).join("")
}
