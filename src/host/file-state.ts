import { createHash } from "node:crypto"
import { HaopsError } from "../base/errors.ts"
import { quote } from "../base/sh.ts"
import { type Answer, readInteger } from "./answer.ts"

/** A path on a host. Symbolic links are followed; one that leads nowhere is `absent`. */
export type FileState =
  | { type: "absent" }
  | { type: "other" }
  | {
      type: "file"
      /** Octal with four digits: `0644`. */
      mode: string
      /** Such as `root:root`. */
      owner: string
      /** Bytes. */
      size: number
      sha256: string
      /** Undefined where it was not fetched: too large, or known by its checksum. */
      content: Buffer | undefined
    }

interface FileQuestion {
  /** Do not send content with this checksum: it is known here. */
  unless?: string | undefined
  /** A filter for the content on its way here (`sed …`), such as one that takes secrets out. The checksum is of the file itself. */
  filter?: string | undefined
  /** Content larger than this many bytes stays there. Default 262 144. */
  limit?: number | undefined
}

/** Keys that `fileScript` answers with. */
export const FILE_KEYS = ["type", "stat", "sha256", "content"] as const

/** Shell that asks for one file, as lines for `readAnswer`. Content travels as base64, so every byte arrives as it is. */
export function fileScript(path: string, { unless, filter, limit = 262_144 }: FileQuestion = {}): string {
  const small = `[ "\${stat##* }" -le ${limit} ]`
  // A file that comes here as it is gets its checksum here.
  const sumLater = unless === undefined && filter === undefined ? `${small} || ` : ""
  return `
path=${quote(path)}
if [ ! -e "$path" ]; then echo 'type absent'
elif [ ! -f "$path" ]; then echo 'type other'
else
  stat=$(stat -Lc '%a %U:%G %s' -- "$path") || exit
  printf 'type file\\nstat %s\\n' "$stat"
  ${sumLater}{ sum=$(sha256sum <"$path") && printf 'sha256 %s\\n' "\${sum%% *}"; } || exit
  if ${unless === undefined ? "" : `[ "\${sum%% *}" != ${quote(unless)} ] && `}${small}; then
    printf 'content '; ${filter === undefined ? 'base64 -w0 <"$path"' : `${filter} <"$path" | base64 -w0`} && echo
  fi
fi`
}

/** The file that `fileScript` described. Throws `E_PROBE` on anything else. */
export function parseFile(answer: Answer): FileState {
  const type = answer.need("type")
  if (type === "absent" || type === "other") return { type }
  const stat = /^([0-7]{1,4}) (\S+:\S+) (\d+)$/.exec(answer.need("stat"))
  const text = answer.one("content")
  const content = text === undefined ? undefined : Buffer.from(text, "base64")
  const checksum = answer.one("sha256") ?? (content && sha256(content)) ?? ""
  if (type !== "file" || stat === null || !/^[0-9a-f]{64}$/.test(checksum)) {
    throw new HaopsError("E_PROBE", "the file's state is not of the expected form")
  }
  const [, mode = "", owner = "", size = ""] = stat
  return {
    type,
    mode: mode.padStart(4, "0"),
    owner,
    size: readInteger(size),
    sha256: checksum,
    content,
  }
}

/** The checksum that `sha256sum` prints for this content. */
export function sha256(text: string | Buffer): string {
  return createHash("sha256").update(text).digest("hex")
}
