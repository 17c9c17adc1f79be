import type { Drift, Finding } from "../../base/events.ts"
import type { Secret } from "../../base/secret.ts"
import { CLOCK } from "../../host/clock.ts"
import { fileFindings } from "../../host/file-drift.ts"
import { sha256 } from "../../host/file-state.ts"
import { ADDRESSES } from "../../host/network.ts"
import { STACK_UNITS } from "../../host/units.ts"
import type { Action } from "../../model/action.ts"
import type { CertificateSource, HaproxyService } from "../../model/haproxy.ts"
import type { SecretSource } from "../../model/inventory.ts"
import { type BindContext, defineStep } from "../../model/step.ts"
import { agentOf } from "../node/agent.ts"
import { certificateFacts, certificateText, pemBundle } from "../node/certificate.ts"
import { CERTIFICATE_RECORD, recordAction } from "../node/certificate-record.ts"
import {
  type CertificateFile,
  type CertificateState,
  certificateScript,
  parseCertificates,
} from "../node/certificate-state.ts"
import type { HaproxyAgent } from "../node/process.ts"
import { reloadHaproxy } from "../node/reload.ts"

/** haproxy reads them before it drops root's rights, so that nobody else ever needs to. */
const MODE = "0600"
const OWNER = "root:root"
export const CERTIFICATE_ATTRIBUTES = { mode: MODE, owner: OWNER } as const
const DAY_MS = 86_400_000
/** Renewed every 60 to 90 days, as is usual, a certificate never gets as near to its end as this. */
const SOON_DAYS = 14

interface File {
  /** The service whose clients are shown it. */
  service: string
  /** Where haproxy reads it. */
  path: string
  /** Certificates and key, PEM. */
  content: Secret
}

interface Want {
  /** One file a service. */
  files: readonly File[]
  /** Milliseconds since 1970, for those that have expired. */
  now: number
  /** Addresses of the VIPs that this host may hold. */
  vips: readonly string[]
  /** Where the cluster starts haproxy by hand. */
  agent?: HaproxyAgent | undefined
}

/** Certificates and keys of services that end TLS, checked by the node's own haproxy before they take their place. */
export const haproxyCertificates = defineStep<Want, CertificateState>({
  kind: "haproxy-certificates",
  summary: "certificates and keys of the services, readable by root alone, checked by haproxy; a renewal reloads",
  bind,
  title: () => "haproxy certificates",
  probe: ({ files, vips, agent }) => ({
    shared: [STACK_UNITS, CLOCK, ADDRESSES],
    script: certificateScript(
      files.map(({ path, content }) => ({ path, sha256: sha256(content.reveal()) })),
      { vips, agent },
    ),
    parse: (output) => parseCertificates(output, files.length),
  }),
  check: ({ files }, have) => [
    ...recordDrift(files, have),
    ...files.flatMap((file, index) => fileDrift(file, have.files[index]!)),
  ],
  findings: ({ files, now }, have) =>
    files.flatMap((file, index) => [...fileFindings(file.path, have.files[index]!.file), ...expiry(file, now)]),
  plan,
  servesClients: (_want, { hasVip }) => hasVip,
})

function bind({ inventory, host, secret }: BindContext): Want | undefined {
  const services = inventory.haproxy?.services.filter((service) => service.on === host.group) ?? []
  const files = services.flatMap((service) => fileOf(service, secret))
  if (files.length === 0) return undefined
  const vips = inventory.vips.filter((vip) => vip.on === host.group).map(({ address }) => address)
  return { files, now: Date.now(), vips, ...agentOf(inventory, host) }
}

function fileOf({ name, bind: { tls } }: HaproxyService, secret: (source: SecretSource) => Secret): File[] {
  if (tls?.source === undefined) return []
  return [{ service: name, path: tls.certificate, content: certificateContent(name, tls.source, secret) }]
}

/** What haproxy reads for a service. Throws `E_INPUT` where it could not use it. */
export function certificateContent(
  service: string,
  { certificate, key }: CertificateSource,
  secret: (source: SecretSource) => Secret,
): Secret {
  const keyText = key === undefined ? undefined : secret(key).reveal()
  return secret(certificate).map((pem) => pemBundle(pem, keyText, `haproxy: the certificate of ${service}`))
}

/** What is not written down as haops' own would stay for ever, with its key. */
function recordDrift(files: readonly File[], { recorded }: CertificateState): Drift[] {
  const missing = files.map(nameOf).filter((name) => !recorded.includes(name))
  if (missing.length === 0) return []
  return [
    { attribute: CERTIFICATE_RECORD, have: `without ${missing.join(", ")}`, want: "all of haops' own", risk: "none" },
  ]
}

function nameOf({ path }: File): string {
  return path.slice(path.lastIndexOf("/") + 1)
}

function fileDrift({ path, content }: File, { file, memory }: CertificateFile): Drift[] {
  if (file.type === "other") return []
  const wanted = certificateText(certificateFacts(content.reveal())!)
  if (file.type === "absent") return [{ attribute: path, have: "absent", want: wanted, risk: "none" }]
  if (file.sha256 !== sha256(content.reveal())) {
    return [
      { attribute: path, have: shown(file.content, wanted), want: wanted, risk: memory === "none" ? "none" : "reload" },
    ]
  }
  const drift: Drift[] = []
  if (file.mode !== MODE) drift.push({ attribute: `${path} mode`, have: file.mode, want: MODE, risk: "none" })
  if (file.owner !== OWNER) drift.push({ attribute: `${path} owner`, have: file.owner, want: OWNER, risk: "none" })
  if (memory === "older") {
    drift.push({ attribute: `${path} as loaded`, have: "an older one", want: wanted, risk: "reload" })
  }
  return drift
}

/** What is there now. The same certificate in another file is one with another key file or chain. */
function shown(content: Buffer | undefined, wanted: string): string {
  const facts = certificateFacts(content?.toString() ?? "")
  if (facts === undefined) return "no certificate"
  const text = certificateText(facts)
  return text === wanted ? `${text}, with another chain or key` : text
}

function expiry({ service, content }: File, now: number): Finding[] {
  const { expires } = certificateFacts(content.reveal())!
  const days = Math.floor((expires - now) / DAY_MS)
  if (days >= SOON_DAYS) return []
  const when = days < 0 ? "has expired" : `expires in ${days} days`
  const hint = "Renew it; `haops up` puts the new one in place and reloads haproxy."
  return [{ severity: "warning", message: `the certificate of ${service} ${when}`, hint }]
}

function plan({ files, agent }: Want, have: CertificateState, drift: readonly Drift[]): Action[] {
  const about = (path: string) =>
    drift.filter(({ attribute }) => attribute === path || attribute.startsWith(`${path} `))
  const actions = files.flatMap((file, index): Action[] => {
    const own = about(file.path)
    if (own.some(({ attribute }) => attribute === file.path)) return [put(file)]
    const { file: state } = have.files[index]!
    if (state.type !== "file") return []
    const chown: Action[] = state.owner === OWNER ? [] : [{ type: "run", argv: ["chown", "--", OWNER, file.path] }]
    const chmod: Action[] = state.mode === MODE ? [] : [{ type: "run", argv: ["chmod", "--", MODE, file.path] }]
    return [...chown, ...chmod]
  })
  const stale = files.filter(({ path }) => about(path).some(({ risk }) => risk === "reload"))
  // First: a run that is cut short leaves nothing that nobody knows of.
  const record = about(CERTIFICATE_RECORD).length === 0 ? [] : [recordAction([...have.recorded, ...files.map(nameOf)])]
  return [
    ...record,
    ...actions,
    ...(stale.length === 0
      ? []
      : reloadHaproxy(
          stale.map(({ path }) => path),
          agent,
        )),
  ]
}

/** A certificate that this haproxy's OpenSSL would refuse never takes the place of one that it serves. */
const VALIDATE = `printf 'defaults\\n mode http\\n timeout connect 1s\\n timeout client 1s\\n timeout server 1s\\nfrontend check\\n bind 127.0.0.1:1 ssl crt %s\\n' "$1" | haproxy -c -q -f /dev/stdin`

function put({ path, content }: File): Action {
  const validate = ["sh", "-c", VALIDATE, "haops-certificate", "{}"]
  return { type: "put", path, content, mode: MODE, owner: OWNER, validate }
}
