import { execFile } from "node:child_process"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { keyType } from "./known-hosts.ts"

/** How a key revocation list begins (OpenSSH's PROTOCOL.krl). */
const KRL = "SSHKRL\n\0"

/** Whether a `RevokedHostKeys` file has the key: one public key a line, or a KRL, which ssh-keygen reads. Else why that is not known. */
export async function isRevokedIn(file: string, key: Buffer): Promise<boolean | string> {
  const content = await readFile(file).catch((error: Error) => error)
  if (content instanceof Error) return content.message
  if (content.subarray(0, KRL.length).toString("latin1") === KRL) return await askKeygen(file, key)
  const words = content.toString("utf8").split(/\s+/)
  return words.includes(key.toString("base64"))
}

/** In a file, since a socket, which Node makes of standard input, cannot be opened as `/dev/stdin`. */
async function askKeygen(krl: string, key: Buffer): Promise<boolean | string> {
  const directory = await mkdtemp(join(tmpdir(), "haops-key-"))
  try {
    const file = join(directory, "key.pub")
    await writeFile(file, `${keyType(key)} ${key.toString("base64")}\n`)
    return await run(["-Q", "-f", krl, file])
  } finally {
    await rm(directory, { recursive: true })
  }
}

function run(words: readonly string[]): Promise<boolean | string> {
  return new Promise((resolve) => {
    execFile("ssh-keygen", words, (error, stdout, stderr) => {
      if (!error) resolve(false)
      else if (error.code === 1 && stdout.trimEnd().endsWith("REVOKED")) resolve(true)
      else resolve(stderr.trim() || error.message)
    })
  })
}
