import { readFileSync } from "node:fs"
import * as z from "zod"
import { HaopsError } from "../../base/errors.ts"
import type { Drift } from "../../base/events.ts"
import { quote } from "../../base/sh.ts"
import { fileDrift, planFile } from "../../host/file-drift.ts"
import { sha256 } from "../../host/file-state.ts"
import { ADDRESSES } from "../../host/network.ts"
import { STACK_UNITS } from "../../host/units.ts"
import type { Action } from "../../model/action.ts"
import type { HaproxySource } from "../../model/haproxy.ts"
import { type BindContext, defineStep, type HostFacts } from "../../model/step.ts"
import { haproxyUnit, makeWords, STAMP } from "../node/build.ts"
import { HAPROXY_UNIT, unitReload } from "../node/reload.ts"
import { buildAction, fetchAction } from "../node/source-actions.ts"
import { HAPROXY_LINK, HAPROXY_UNIT_PATH, parseSource, type SourceState, sourceScript } from "../node/source-state.ts"
import { STATE_DROP_IN } from "../node/state-files.ts"

/** What people and haops' own commands call. */
const IN_PATH = `${HAPROXY_LINK} in the PATH`

const want = z.strictObject({
  source: z.custom<HaproxySource>().describe("Tarball, checksum, version, TARGET, PREFIX and flags."),
  content: z.string().optional().describe("The tarball as base64, where it is sent from here."),
  vips: z.array(z.string()).default([]).describe("Addresses of the VIPs that this host may hold."),
})

type Want = z.infer<typeof want>

/** haproxy of the inventory's own choice, built on the host where this very one is not there yet, and its systemd unit. */
export const haproxySource = defineStep<Want, SourceState>({
  kind: "haproxy-source",
  summary:
    "haproxy built from source where the wanted one is not there, with a unit that checks its configuration first",
  want,
  bind,
  title: ({ source }) => `haproxy ${source.version} from source`,
  probe: ({ source, vips }) => ({
    shared: [ADDRESSES, STACK_UNITS],
    script: sourceScript({
      binary: binaryOf(source),
      stamp: stampOf(source),
      unit: sha256(unitFile(source).content),
      vips,
    }),
    parse: parseSource,
  }),
  check,
  plan,
  servesClients: (_want, { hasVip }) => hasVip,
})

function bind({ inventory, host }: BindContext): Want | undefined {
  const { haproxy } = inventory
  if (haproxy?.source === undefined || !haproxy.on.includes(host.group)) return undefined
  const vips = inventory.vips.filter((vip) => vip.on === host.group).map(({ address }) => address)
  return { source: haproxy.source, content: contentOf(haproxy.source), vips }
}

/** The tarball of this machine, of which the checksum is known to be right before any host is touched. */
function contentOf({ file, sha256: wanted }: HaproxySource): string | undefined {
  if (file === undefined) return undefined
  const bytes = read(file)
  const found = sha256(bytes)
  if (found === wanted) return bytes.toString("base64")
  const hint = "If that is the one you mean, write its checksum to haproxy.source.sha256."
  throw new HaopsError("E_INPUT", `the checksum of ${file} is ${found}, the inventory says ${wanted}`, { hint })
}

function read(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    const hint = "Paths in an inventory are relative to its own directory."
    throw new HaopsError("E_INPUT", `haproxy's source ${file} cannot be read: ${(cause as Error).message}`, {
      hint,
      cause,
    })
  }
}

function check({ source }: Want, have: SourceState, facts: HostFacts): Drift[] {
  const binary = binaryOf(source)
  const wanted = builtText(source, have, facts)
  const drift: Drift[] = []
  const add = (attribute: string, found: string, right: string, risk: Drift["risk"] = "none") =>
    drift.push({ attribute, have: found, want: right, risk })
  if (have.built !== wanted)
    add(binary, have.built ?? "not built here", wanted, have.running === undefined ? "none" : "reload")
  drift.push(...fileDrift(unitFile(source), have.unit))
  if (have.unitStale && !have.watched) add("systemd's loaded unit", "an older one", `that of ${HAPROXY_UNIT_PATH}`)
  if (binary !== HAPROXY_LINK && have.link !== binary) add(IN_PATH, have.link || "absent", binary)
  if (!have.user) add("user haproxy", "absent", "present")
  // A binary that was replaced is taken up by a reload: the master starts itself anew.
  if (have.running !== undefined && have.running !== binary) {
    const replaced = have.running === `${binary} (deleted)`
    add("running haproxy", replaced ? "an older build" : have.running, binary, replaced ? "reload" : "restart")
  }
  return drift
}

function plan({ source, content }: Want, have: SourceState, drift: readonly Drift[], facts: HostFacts): Action[] {
  const binary = binaryOf(source)
  const has = (attribute: string) => drift.some((one) => one.attribute === attribute)
  const actions: Action[] = []
  const run = (argv: readonly string[], label?: string) => actions.push({ type: "run", argv, label })
  if (has("user haproxy")) run(["sh", "-c", USER], "create the user haproxy")
  if (has(binary)) {
    const text = builtText(source, have, facts)
    const words = makeWords(source, { ...have, arch: facts.arch })
    actions.push(fetchAction(source, content), buildAction(source, { words, stamp: stampOf(source), binary, text }))
  }
  if (has(IN_PATH)) run(["ln", "-sfn", "--", binary, HAPROXY_LINK])
  const unit = planFile(unitFile(source), have.unit)
  actions.push(...unit)
  // It says what the packaged unit's reload does.
  if (have.unit.type === "absent") run(["rm", "-f", "--", STATE_DROP_IN])
  const restarts = drift.some(({ risk }) => risk === "restart")
  // While systemd reads its units anew, it answers nobody who watches them.
  const rereads = restarts || !have.watched
  if (rereads && (unit.length > 0 || have.unitStale)) run(["systemctl", "daemon-reload"])
  if (restarts) run(["systemctl", "restart", "--", HAPROXY_UNIT])
  else if (drift.some(({ risk }) => risk === "reload")) actions.push(...takeUp(binary))
  return actions
}

/** systemd is done when the signal is sent; the master starts itself anew, from the new file, a moment later. */
function takeUp(binary: string): Action[] {
  const script = `main=$(systemctl show --property=MainPID -- ${HAPROXY_UNIT})
[ "$(readlink -- "/proc/\${main#MainPID=}/exe")" = ${quote(binary)} ]`
  return [unitReload(), { type: "wait", for: "haproxy to re-execute itself", script, timeoutMs: 10_000 }]
}

/** As the distributions' packages do. */
const USER = `set -eu
getent group haproxy >/dev/null || groupadd --system haproxy
id -u haproxy >/dev/null 2>&1 || useradd --system --gid haproxy --home-dir /var/lib/haproxy --no-create-home --shell /usr/sbin/nologin haproxy
mkdir -p /etc/haproxy /var/lib/haproxy`

/** One line that says what a binary was made of: equal where it would be the same again. */
function builtText(source: HaproxySource, have: SourceState, facts: HostFacts): string {
  return `${source.version} ${source.sha256} ${makeWords(source, { ...have, arch: facts.arch }).join(" ")}`
}

function binaryOf({ prefix }: HaproxySource): string {
  return `${prefix}/sbin/haproxy`
}

function stampOf({ prefix }: HaproxySource): string {
  return `${prefix}/${STAMP}`
}

/** haproxy.service for the haproxy that is built. */
export function unitFile(source: HaproxySource) {
  const content = haproxyUnit(binaryOf(source), source.version)
  return { path: HAPROXY_UNIT_PATH, content, mode: "0644", owner: "root:root" }
}
