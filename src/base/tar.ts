/** What a tar archive holds: regular files alone. */
export interface TarFile {
  path: string
  content: Buffer
  /** Octal, such as `0600`. Default `0600`. */
  mode?: string | undefined
  /** Such as `root:root`; of an archive that says none, and where none is given, `:`. */
  owner?: string | undefined
}

const BLOCK = 512

/** A header as POSIX.1-1988 has it (ustar), which every tar reads. */
export function tarHeader(
  { path, mode = "0600", owner = ":" }: Omit<TarFile, "content">,
  size: number,
  now: Date,
): Buffer {
  const header = Buffer.alloc(BLOCK)
  const split = splitPath(path)
  if (split === undefined) throw new Error(`a tar archive has no room for the path ${path}`)
  const { prefix, name } = split
  const [user = "", group = ""] = owner.split(":")
  const octal = (value: number, length: number) => `${value.toString(8).padStart(length - 1, "0")}\0`
  const put = (text: string, at: number) => void header.write(text, at, "utf8")
  put(name, 0)
  put(octal(Number.parseInt(mode, 8), 8) + octal(0, 8) + octal(0, 8) + octal(size, 12), 100)
  put(octal(Math.floor(now.getTime() / 1000), 12), 136)
  put("        0", 148)
  put("ustar\u000000", 257)
  put(user, 265)
  put(group, 297)
  put(prefix, 345)
  const sum = header.reduce((total, byte) => total + byte, 0)
  put(`${sum.toString(8).padStart(6, "0")}\0 `, 148)
  return header
}

/** What follows a file's content, so that the next header begins a block. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK)
}

/** What an archive ends with. */
export const TAR_END = Buffer.alloc(2 * BLOCK)

export function writeTar(files: readonly TarFile[], now: Date): Buffer {
  const parts = files.flatMap((file) => [
    tarHeader(file, file.content.length, now),
    file.content,
    tarPadding(file.content.length),
  ])
  return Buffer.concat([...parts, TAR_END])
}

/** Reads what `writeTar` wrote. Throws where it is cut short, or no such archive. */
export function readTar(archive: Buffer): TarFile[] {
  const files: TarFile[] = []
  for (let at = 0; ; ) {
    const header = archive.subarray(at, at + BLOCK)
    if (header.length < BLOCK) throw new Error("the archive is cut short")
    if (header.every((byte) => byte === 0)) return files
    requireSum(header)
    const size = numberAt(header, 124, 12)
    const content = archive.subarray(at + BLOCK, at + BLOCK + size)
    if (content.length < size) throw new Error("the archive is cut short")
    const [prefix, name] = [textAt(header, 345, 155), textAt(header, 0, 100)]
    const mode = numberAt(header, 100, 8).toString(8).padStart(4, "0")
    const owner = `${textAt(header, 265, 32)}:${textAt(header, 297, 32)}`
    files.push({ path: prefix === "" ? name : `${prefix}/${name}`, content, mode, owner })
    at += BLOCK + size + tarPadding(size).length
  }
}

function requireSum(header: Buffer): void {
  const wanted = numberAt(header, 148, 8)
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0)
  if (sum !== wanted || textAt(header, 257, 5) !== "ustar") throw new Error("not a tar archive")
}

function textAt(header: Buffer, at: number, length: number): string {
  const field = header.subarray(at, at + length)
  const end = field.indexOf(0)
  return field.toString("utf8", 0, end < 0 ? length : end)
}

function numberAt(header: Buffer, at: number, length: number): number {
  return Number.parseInt(textAt(header, at, length).trim(), 8)
}

/** A long path lies in two fields, parted at a slash: 155 bytes and 100. Undefined where it does not go into them. */
export function splitPath(path: string): { prefix: string; name: string } | undefined {
  if (Buffer.byteLength(path) <= 100) return { prefix: "", name: path }
  for (let at = path.indexOf("/"); at > 0; at = path.indexOf("/", at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)]
    if (Buffer.byteLength(prefix) <= 155 && Buffer.byteLength(name) <= 100) return { prefix, name }
  }
  return undefined
}
