import { createHash, randomBytes } from "node:crypto"
import type { Secret } from "../base/secret.ts"

export const SHA256 = "rabbit_password_hashing_sha256"

const SALT_BYTES = 4

/** As RabbitMQ keeps passwords: a salt of four bytes, and the SHA-256 of salt and password; in base64. */
export function rabbitHash(password: Secret, salt: Buffer = randomBytes(SALT_BYTES)): string {
  const digest = createHash("sha256").update(salt).update(password.reveal()).digest()
  return Buffer.concat([salt, digest]).toString("base64")
}

/** Whether a hash is of this password. One of another kind is not known, and counts as another. */
export function isHashOf(password: Secret, { hash, algorithm }: { hash: string; algorithm: string }): boolean {
  if (algorithm !== SHA256) return false
  return rabbitHash(password, Buffer.from(hash, "base64").subarray(0, SALT_BYTES)) === hash
}
