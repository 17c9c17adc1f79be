import { gunzipSync, gzipSync } from "node:zlib"
import * as z from "zod"
import { HaopsError } from "../base/errors.ts"
import { readTar, type TarFile, writeTar } from "../base/tar.ts"

/** A file of a host as it was there. */
export interface KeptFile {
  host: string
  /** Absolute. */
  path: string
  content: Buffer
  /** Octal with four digits. */
  mode: string
  /** Such as `root:root`. */
  owner: string
}

export interface Backup {
  cluster: string
  /** ISO 8601. */
  takenAt: string
  /** Addresses of the hosts that were asked, by name. */
  hosts: Readonly<Record<string, string>>
  files: readonly KeptFile[]
}

const MANIFEST = "backup.json"

const manifestSchema = z.object({
  format: z.literal(1),
  cluster: z.string(),
  takenAt: z.string(),
  hosts: z.record(z.string(), z.string()),
})

/** A .tar.gz: `backup.json`, and each file at HOST/PATH with its mode and the names of its owner. */
export function packBackup({ files, ...about }: Backup): Buffer {
  const manifest = {
    path: MANIFEST,
    content: Buffer.from(`${JSON.stringify({ format: 1, ...about }, undefined, 2)}\n`),
  }
  const kept = files.map(({ host, path, ...file }): TarFile => ({ ...file, path: `${host}${path}` }))
  return gzipSync(writeTar([manifest, ...kept], new Date(about.takenAt)))
}

/** Throws `E_INPUT` where it is no backup of haops', or one of a newer haops; `name` is the file's. */
export function unpackBackup(packed: Buffer, name: string): Backup {
  const [manifest, ...files] = read(() => readTar(gunzipSync(packed)), name)
  const { format: _, ...about } = read(() => manifestSchema.parse(JSON.parse(textOf(manifest))), name)
  return { ...about, files: files.map(keptFile) }
}

function read<Result>(reading: () => Result, name: string): Result {
  try {
    return reading()
  } catch (cause) {
    throw new HaopsError("E_INPUT", `${name} is no backup that this haops can read`, {
      hint: "haops backup makes them. One of a newer haops takes that to restore it.",
      cause,
    })
  }
}

function textOf(manifest: TarFile | undefined): string {
  if (manifest?.path !== MANIFEST) throw new Error(`it does not begin with ${MANIFEST}`)
  return manifest.content.toString()
}

function keptFile({ path, content, mode = "0600", owner = "root:root" }: TarFile): KeptFile {
  const at = path.indexOf("/")
  return { host: path.slice(0, at), path: path.slice(at), content, mode, owner }
}
