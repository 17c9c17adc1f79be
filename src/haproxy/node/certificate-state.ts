import { HaopsError } from "../../base/errors.ts"
import { readAnswer } from "../../host/answer.ts"
import { FILE_KEYS, type FileState, fileScript, parseFile } from "../../host/file-state.ts"
import type { ProbeOutput } from "../../model/probe.ts"
import { vipsHeldScript } from "../../vip/vips-held.ts"
import { RECORDED } from "./certificate-record.ts"
import { type HaproxyAgent, haproxyMemory } from "./process.ts"

/** One file with a certificate and its key, and whether haproxy has read it as it is. */
export interface CertificateFile {
  /** Its content is its certificates alone, and missing where the checksum is the wanted one. */
  file: FileState
  memory: "none" | "current" | "older"
}

export interface CertificateState {
  /** In the order that they were asked for. */
  files: readonly CertificateFile[]
  /** Names of the files that haops has written down as its own. */
  recorded: readonly string[]
  /** One of the VIPs is on this host. */
  hasVip: boolean
}

/** Private keys stay on the node: only what a client of the TLS port is shown travels. */
const PUBLIC = "sed -n '/-----BEGIN CERTIFICATE-----/,/-----END CERTIFICATE-----/p'"

/** Shell that asks for files with certificates and keys. */
export function certificateScript(
  files: readonly { path: string; sha256: string }[],
  { vips, agent }: { vips: readonly string[]; agent?: HaproxyAgent | undefined },
): string {
  const questions = files.map(({ path, sha256 }, index) => {
    return `answer=$(${fileScript(path, { unless: sha256, filter: PUBLIC })}
memory=$(haproxy_memory "$path") || exit
printf 'memory %s\\n' "$memory") || exit
printf '%s\\n' "$answer" | sed 's/^/${index} /'`
  })
  return `${haproxyMemory(agent)}
${questions.join("\n")}
${RECORDED}
${vipsHeldScript(vips)}
exit 0`
}

/** Reads what `certificateScript` printed about so many files. Throws `E_PROBE` on anything else. */
export function parseCertificates({ stdout }: ProbeOutput, count: number): CertificateState {
  const indices = Array.from({ length: count }, (_, index) => String(index))
  const answer = readAnswer(stdout, [...indices, "recorded", "has-vip"])
  const files = indices.map((index) => fileOf(answer.all(index).join("\n")))
  return { files, recorded: answer.all("recorded"), hasVip: answer.one("has-vip") !== undefined }
}

function fileOf(text: string): CertificateFile {
  const answer = readAnswer(text, [...FILE_KEYS, "memory"])
  const memory = answer.need("memory")
  if (memory !== "none" && memory !== "current" && memory !== "older") {
    throw new HaopsError("E_PROBE", `not a state of haproxy's memory: ${JSON.stringify(memory)}`)
  }
  return { file: parseFile(answer), memory }
}
