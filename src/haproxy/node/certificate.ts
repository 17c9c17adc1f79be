import { createPrivateKey, X509Certificate } from "node:crypto"
import { HaopsError } from "../../base/errors.ts"

/** What may be told of a certificate. */
interface CertificateFacts {
  /** `CN=web.example`, or all of the subject where it has no common name. */
  subject: string
  /** Milliseconds since 1970. */
  expires: number
  /** SHA-256, the first eight bytes. */
  fingerprint: string
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/
const KEY = /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----[^-]+-----END (?:[A-Z]+ )?PRIVATE KEY-----/

/** The first certificate of a PEM text; undefined where there is none that can be read. */
export function certificateFacts(pem: string): CertificateFacts | undefined {
  const certificate = firstCertificate(pem)
  if (certificate === undefined) return undefined
  const { subject, validTo, fingerprint256 } = certificate
  const name = subject.split("\n").find((part) => part.startsWith("CN=")) ?? subject.replaceAll("\n", ", ")
  return { subject: name, expires: Date.parse(validTo), fingerprint: fingerprint256.slice(0, 23) }
}

/** One line for people: `CN=web.example until 2027-01-31 (sha256 AB:CD:…)`. */
export function certificateText({ subject, expires, fingerprint }: CertificateFacts): string {
  return `${subject} until ${new Date(expires).toISOString().slice(0, 10)} (sha256 ${fingerprint}:…)`
}

/**
 * What haproxy reads: the certificate, those between it and the root, and the key, in one text. Throws `E_INPUT`, naming `what`, where
 * haproxy could not use it: no certificate, no key, a key with a passphrase, a key of another certificate.
 */
export function pemBundle(certificates: string, key: string | undefined, what: string): string {
  const pem = [certificates, ...(key === undefined ? [] : [key])].map((text) => `${text.trimEnd()}\n`).join("")
  const wrong = (message: string, hint?: string) => new HaopsError("E_INPUT", `${what}: ${message}`, { hint })
  const certificate = firstCertificate(pem)
  if (certificate === undefined) throw wrong("there is no certificate in PEM form")
  if (/ENCRYPTED/.test(pem)) {
    throw wrong(
      "the private key has a passphrase, which nobody could enter",
      "openssl pkey -in KEY -out WITHOUT takes it away.",
    )
  }
  const block = KEY.exec(pem)?.[0]
  if (block === undefined)
    throw wrong("there is no private key", "It stands in the same file, or name it with key: { file: … }.")
  if (!belongs(certificate, block)) {
    throw wrong(
      "the private key is not that of the first certificate",
      "The server's own certificate stands first, then those between it and the root.",
    )
  }
  return pem
}

function firstCertificate(pem: string): X509Certificate | undefined {
  const block = CERTIFICATE.exec(pem)?.[0]
  try {
    return block === undefined ? undefined : new X509Certificate(block)
  } catch {
    return undefined
  }
}

function belongs(certificate: X509Certificate, key: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key))
  } catch {
    return false
  }
}
