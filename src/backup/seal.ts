import { HaopsError } from "../base/errors.ts"
import type { Secret } from "../base/secret.ts"

/** How much work a try of a passphrase takes, as a power of two: about a second, and 256 MiB. age's own default. */
const WORK = 18

/** Encrypted as `age --passphrase` does it, which can open it without haops. */
export async function seal(content: Buffer, passphrase: Secret, work = WORK): Promise<Buffer> {
  const { Encrypter } = await import("age-encryption")
  const encrypter = new Encrypter()
  encrypter.setPassphrase(passphrase.reveal())
  encrypter.setScryptWorkFactor(work)
  return Buffer.from(await encrypter.encrypt(content))
}

/** Throws `E_INPUT` where the passphrase is another one, the file is none of age's, or has changed. */
export async function unseal(sealed: Buffer, passphrase: Secret, name: string): Promise<Buffer> {
  if (!sealed.subarray(0, MARK.length).equals(MARK)) {
    throw new HaopsError("E_INPUT", `${name} is no backup: it does not begin as what age encrypts`)
  }
  const { Decrypter } = await import("age-encryption")
  const decrypter = new Decrypter()
  decrypter.addPassphrase(passphrase.reveal())
  try {
    return Buffer.from(await decrypter.decrypt(sealed))
  } catch (cause) {
    throw new HaopsError("E_INPUT", `the passphrase does not open ${name}, or the file is damaged`, { cause })
  }
}

const MARK = Buffer.from("age-encryption.org/v1\n")
