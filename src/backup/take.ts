import { HaopsError } from "../base/errors.ts"
import { quoteAll } from "../base/sh.ts"
import type { Transport } from "../transport/transport.ts"
import type { KeptFile } from "./archive.ts"

/** A file of a cluster's configuration is far from that. */
const MOST_BYTES = 4 * 1024 * 1024
const TIMEOUT_MS = 60_000

export interface Taken {
  files: readonly KeptFile[]
  /** Too large to be what was meant. */
  left: readonly string[]
}

/** What there is on a host of these files, by one command that reads. */
export async function takeFiles(transport: Transport, paths: readonly string[], signal: AbortSignal): Promise<Taken> {
  const run = { argv: ["sh", "-s"], stdin: takeScript(paths), timeoutMs: TIMEOUT_MS }
  const result = await transport.exec(run, signal)
  // It is not told what had been read by then: keys are among it.
  if (result.code !== 0) {
    throw new HaopsError("E_PROBE", "its files could not be read", {
      host: transport.host,
      result: { ...result, stdout: "" },
    })
  }
  return parseTaken(result.stdout, transport.host)
}

/** Shell that prints `file MODE OWNER BASE64 PATH`, or `large PATH`, of each that is there. */
export function takeScript(paths: readonly string[]): string {
  return `set -eu
for path in ${quoteAll(paths)}; do
  [ -f "$path" ] || continue
  of=$(stat -L -c '%s %a %U:%G' -- "$path")
  if [ "\${of%% *}" -gt ${MOST_BYTES} ]; then printf 'large %s\\n' "$path"; continue; fi
  content=$(base64 -w 0 <"$path")
  printf 'file %s %s %s\\n' "\${of#* }" "\${content:--}" "$path"
done
`
}

export function parseTaken(text: string, host: string): Taken {
  const files: KeptFile[] = []
  const left: string[] = []
  for (const line of text.split("\n").filter((one) => one !== "")) {
    const found = /^file (\d+) (\S+) (\S+) (\/.*)$/.exec(line)
    const large = /^large (\/.*)$/.exec(line)?.[1]
    if (large !== undefined) left.push(large)
    else if (found === null) throw new HaopsError("E_PROBE", "its answer is not that of a backup", { host })
    else {
      const [mode, owner, base64, path] = found.slice(1) as [string, string, string, string]
      const content = Buffer.from(base64 === "-" ? "" : base64, "base64")
      files.push({ host, path, content, mode: mode.padStart(4, "0"), owner })
    }
  }
  return { files, left }
}
