import { HaopsError } from "../base/errors.ts"
import { quote } from "../base/sh.ts"
import { readAnswer } from "../host/answer.ts"
import { ADDRESSES, LISTENERS } from "../host/network.ts"
import { unitIsActive } from "../host/units.ts"
import { socket } from "../membership/health-probe.ts"
import { connectScript } from "../membership/wait-script.ts"
import { answerKey } from "../model/answer-key.ts"
import type { ProbeOutput } from "../model/probe.ts"

/** What a host of keepalived's VIPs shows. */
export interface HolderState {
  keepalived: boolean
  /** Names of the VIPs that are on one of its interfaces. */
  held: ReadonlySet<string>
  /** By name: whether the VIP's port accepted a connection from here. */
  answers: ReadonlyMap<string, boolean>
  /** `address:port` of every listening TCP socket, `*` for all addresses. */
  listening: ReadonlySet<string>
}

/** Which VIPs a host has itself, for who asks without a cluster. */
export const HELD_VIPS = answerKey<Pick<HolderState, "held">>("VIPs on the host")

interface Question {
  name: string
  address: string
  port?: number | undefined
}

/** Shell that asks for `HolderState`. A VIP is asked only where keepalived runs: one that is nowhere costs a second. */
export function holderScript(vips: readonly Question[]): string {
  return `
addresses=${ADDRESSES}
${vips.map(({ name, address }) => `case "$addresses" in *${quote(` ${address}/`)}*) echo ${quote(`held ${name}`)} ;; esac`).join("\n")}
sockets=${LISTENERS}
printf '%s\\n' "$sockets" | awk '$1 == "tcp" { print "listen", $5 }' | sort -u
if ${unitIsActive("keepalived")}; then
  echo 'keepalived yes'
  ${vips.map(answerScript).join("\n  ")}
fi
exit 0`
}

/** Reads what `holderScript` printed. Throws `E_PROBE` on anything else. */
export function parseHolder({ stdout }: ProbeOutput): HolderState {
  const answer = readAnswer(stdout, ["held", "listen", "keepalived", "answer"])
  return {
    keepalived: answer.one("keepalived") !== undefined,
    held: new Set(answer.all("held")),
    answers: new Map(answer.all("answer").map(parseAnswer)),
    listening: new Set(answer.all("listen").map(socket)),
  }
}

function answerScript({ name, address, port }: Question): string {
  if (port === undefined) return ":"
  const said = (word: string) => `echo ${quote(`answer ${name} ${word}`)}`
  return `if ${connectScript(address, port)}; then ${said("yes")}; else ${said("no")}; fi`
}

function parseAnswer(line: string): [string, boolean] {
  const match = /^(\S+) (yes|no)$/.exec(line)
  if (match === null) throw new HaopsError("E_PROBE", `not an answer: ${JSON.stringify(line)}`)
  return [match[1] ?? "", match[2] === "yes"]
}
