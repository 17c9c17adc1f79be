import { HaopsError } from "../base/errors.ts"
import { parseListeners } from "../host/listeners.ts"
import { ADDRESSES, LISTENERS } from "../host/network.ts"
import { askAll, partsOf } from "../host/sections.ts"
import type { Probe } from "../model/probe.ts"
import { CRM_MON, parseCrmMon } from "../pacemaker/crm-mon.ts"
import type { Health, HealthWant } from "./health.ts"
import { connectScript } from "./wait-script.ts"

/** Asks a member what the cluster says, which VIPs it holds, whether they answer it, and where something listens. */
export function healthProbe({ vips, haproxy }: Pick<HealthWant, "vips" | "haproxy">): Probe<Health> {
  return {
    shared: [CRM_MON, ADDRESSES, LISTENERS],
    script: askAll({
      status: `mon=${CRM_MON}; printf '%s\\n' "$mon"`,
      held: heldScript(vips),
      answers: vips.map(answerScript).join("\n") || ":",
      listening: haproxy === undefined ? ":" : `sockets=${LISTENERS}; printf '%s\\n' "$sockets"`,
    }),
    parse: ({ stdout }) => parse(stdout),
  }
}

function heldScript(vips: HealthWant["vips"]): string {
  if (vips.length === 0) return ":"
  const cases = vips.map(({ id, address }) => `case "$addresses" in *" ${address}/"*) echo '${id}';; esac`)
  return [`addresses=${ADDRESSES}`, ...cases].join("\n")
}

/** Only a VIP that runs somewhere is asked: one that is nowhere would cost a second of waiting for ARP. */
function answerScript({ id, address, port }: HealthWant["vips"][number]): string {
  if (port === undefined) return ":"
  return `rest=$mon
while case $rest in *'<resource id="${id}" '*) true ;; *) false ;; esac; do
  rest=\${rest#*'<resource id="${id}" '}
  case \${rest%%'>'*} in *' active="true"'*) ;; *) continue ;; esac
  if ${connectScript(address, port)}; then echo '${id} yes'; else echo '${id} no'; fi
  break
done`
}

function parse(stdout: string): Health {
  const { status, held, answers, listening } = partsOf(stdout, ["status", "held", "answers", "listening"])
  return {
    status: parseCrmMon(status),
    held: new Set(lines(held)),
    answers: new Map(
      lines(answers).map((line) => {
        const [, id, said] = /^(\S+) (yes|no)$/.exec(line) ?? []
        if (id === undefined) throw new HaopsError("E_PROBE", `unexpected line ${JSON.stringify(line)}`)
        return [id, said === "yes"]
      }),
    ),
    listening: new Set(lines(listening).flatMap(tcpSocket)),
    strangers: parseListeners(lines(listening)).filter(
      ({ protocol, programs }) => protocol === "tcp" && !programs.includes("haproxy"),
    ),
  }
}

/** The local address in a line of `ss -ltnup`. */
function tcpSocket(line: string): string[] {
  const [protocol, , , , local] = line.split(/\s+/)
  return protocol === "tcp" && local !== undefined ? [socket(local)] : []
}

/** `0.0.0.0:80`, `[::]:80` and `*:80` are all addresses; `[fd00::1]:80` loses its brackets, `%eth0` its scope. */
export function socket(text: string): string {
  const colon = text.lastIndexOf(":")
  const address = text
    .slice(0, colon)
    .replace(/^\[|\]$/g, "")
    .replace(/%.*$/, "")
  return `${["0.0.0.0", "::", "*"].includes(address) ? "*" : address}:${text.slice(colon + 1)}`
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "")
}
