import type { Remark } from "../document/draft.ts"
import { redactHaproxyConfig } from "./config/redact.ts"
import type { Named } from "./import/hosts.ts"
import { importHaproxy } from "./import/import.ts"
import type { HaproxyYaml } from "./section/schema.ts"

export interface AdoptedHaproxy {
  yaml: HaproxyYaml
  remarks: readonly Remark[]
  /** What of the file would be another one. */
  told: readonly string[]
}

const PASSWORD_FILE = "secrets/haproxy-stats"

/** A node's haproxy.cfg as the section of an inventory. Throws `E_INPUT` where haproxy could not read it either. */
export function adoptHaproxy(text: string, hosts: readonly Named[], vips: readonly Named[]): AdoptedHaproxy {
  const { haproxy, password, notes } = importHaproxy({ text, hosts, vips })
  const stats = haproxy.stats
  const named =
    stats === undefined || password === undefined ? {} : { stats: { ...stats, password: { file: PASSWORD_FILE } } }
  const remarks = password === undefined ? [] : [statsRemark()]
  const { yaml, hidden } = withoutSecrets({ ...withoutUsualLog(haproxy), ...named })
  return {
    yaml,
    remarks,
    told: [
      ...notes.filter(({ kind, text }) => kind !== "kept" && !isAboutSecret(text)).map(({ text }) => text),
      ...hidden.map((line) => `this line has a secret, which is not in the inventory: put it back there, ${line}`),
    ],
  }
}

/** Throws `E_INPUT` where haproxy could not read it. */
export function canBeRead(text: string): void {
  importHaproxy({ text, hosts: [], vips: [] })
}

/** Where haops logs to where nobody says. */
const USUAL_LOG = JSON.stringify([{ to: "stdout", format: "short", facility: "local0" }])

function withoutUsualLog({ global = {}, ...rest }: HaproxyYaml): HaproxyYaml {
  const { log, ...others } = global
  const kept = JSON.stringify(log) === USUAL_LOG ? others : global
  return { ...(Object.keys(kept).length === 0 ? {} : { global: kept }), ...rest }
}

function statsRemark(): Remark {
  return {
    path: ["haproxy", "stats", "password"],
    text: "put the password of the stats page into this file: stats auth in haproxy.cfg has it",
  }
}

/** The importer leaves such a line as it is, and says so. */
function isAboutSecret(text: string): boolean {
  return text.startsWith("a secret stands as it is")
}

/** Lines in haproxy's own words that hold a secret, with it taken out. Hashed passwords stay. */
function withoutSecrets(yaml: HaproxyYaml): { yaml: HaproxyYaml; hidden: readonly string[] } {
  const hidden: string[] = []
  const line = (text: string): string => {
    const shown = redacted(text)
    if (shown === text || /^\s*user\s.*\spassword\s/.test(text)) return text
    hidden.push(shown.trim())
    return shown
  }
  const clean = (value: unknown): unknown => {
    if (typeof value === "string") return value.split("\n").map(line).join("\n")
    if (Array.isArray(value)) return value.map(clean)
    if (typeof value !== "object" || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, clean(one)]))
  }
  return { yaml: clean(yaml) as HaproxyYaml, hidden }
}

/** The steps of a check stand there without their first word. */
function redacted(text: string): string {
  return redactHaproxyConfig(`tcp-check ${redactHaproxyConfig(text)}`).slice("tcp-check ".length)
}
