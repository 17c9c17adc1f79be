import type { Drift } from "../../base/events.ts"
import { Secret } from "../../base/secret.ts"
import { type FileWant, fileDrift, planFile } from "../../host/file-drift.ts"
import { sha256 } from "../../host/file-state.ts"
import { unitActions } from "../../host/unit-actions.ts"
import { bootDrift } from "../../host/unit-judge.ts"
import type { Action } from "../../model/action.ts"
import { defineStep } from "../../model/step.ts"
import { bindKeepalived } from "../bind.ts"
import { CHECK_SCRIPT, VALIDATE } from "../check.ts"
import { keepalivedFindings } from "../findings.ts"
import { contentOf } from "../nics.ts"
import { KEEPALIVED_CONFIG } from "../render.ts"
import { settle } from "../settle.ts"
import { type KeepalivedState, keepalivedMemory, keepalivedScript, parseKeepalived } from "../state.ts"
import { mayMoveVip, redactKeepalived } from "../terms.ts"
import { type KeepalivedWant, keepalivedWant } from "../want.ts"

const UNIT = "keepalived.service"
const RELOAD_TIMEOUT_MS = 10_000

/** keepalived for the VIPs that it manages: its configuration, checked by the node's own keepalived, then reloaded; and its unit. */
export const keepalived = defineStep<KeepalivedWant, KeepalivedState>({
  kind: "keepalived",
  summary: "VIPs by VRRP: keepalived.conf, checked by the node's own keepalived; a change reloads, never restarts",
  want: keepalivedWant,
  bind: bindKeepalived,
  title: () => "keepalived",
  probe: () => ({
    script: keepalivedScript(KEEPALIVED_CONFIG, { path: CHECK_SCRIPT.path, checksum: sha256(CHECK_SCRIPT.content) }),
    parse: parseKeepalived,
  }),
  check: (wanted, have) => [...scriptDrift(wanted, have), ...configDrift(wanted, have), ...unitDrift(have)],
  findings: keepalivedFindings,
  plan,
  servesClients: ({ instances }, { addresses = [] }) =>
    instances.some((vip) => addresses.some(({ address }) => address === vip.address)),
})

function scriptDrift({ check }: KeepalivedWant, { script }: KeepalivedState): Drift[] {
  return check === undefined ? [] : fileDrift(CHECK_SCRIPT, script)
}

function configDrift(wanted: KeepalivedWant, have: KeepalivedState): Drift[] {
  const content = contentOf(wanted, have)
  // Which interface it is can be told once the packages are there.
  if (content === undefined) {
    return [{ attribute: KEEPALIVED_CONFIG, have: have.config.type, want: "present", risk: "none", expected: true }]
  }
  const risk = have.memory === "none" ? "none" : movesVip(content, have) ? "failover" : "reload"
  const drift = fileDrift(keepalivedFile(wanted, content), have.config, { risk, redact: redactKeepalived })
  if (drift.length > 0 || have.memory !== "older") return drift
  const attribute = "keepalived's loaded configuration"
  return [{ attribute, have: "an older one", want: `that of ${KEEPALIVED_CONFIG}`, risk: "reload" }]
}

/** What came from the host has its password taken out: where all the rest is the same, that is what differs. */
function movesVip(content: string, { config }: KeepalivedState): boolean {
  const old = config.type === "file" ? (config.content?.toString() ?? "") : ""
  const shown = redactKeepalived(content)
  return old === shown || mayMoveVip(old, shown)
}

function unitDrift({ unit, memory }: KeepalivedState): Drift[] {
  const expected = unit.load === "not-found" ? { expected: true } : {}
  const drift: Drift[] = []
  if (unit.file !== "enabled") {
    drift.push({ ...bootDrift(unit.file, true), ...expected })
  }
  if (memory === "none") {
    drift.push({ attribute: "running", have: unit.active, want: "active", risk: "none", ...expected })
  }
  return drift
}

function plan(wanted: KeepalivedWant, have: KeepalivedState, drift: readonly Drift[]): Action[] {
  const content = contentOf(wanted, have)
  if (content === undefined) return []
  const file = keepalivedFile(wanted, content)
  const config = planFile(file, have.config, { validate: VALIDATE, backup: true }).map((action) =>
    // The content goes out as it came in, so that a secret stays one.
    action.type === "put" && wanted.password !== undefined ? { ...action, content: new Secret(content) } : action,
  )
  const reload = have.memory !== "none" && drift.some(({ risk }) => risk !== "none") ? RELOAD : []
  return [
    // First: keepalived's own check looks whether the script is there.
    ...(wanted.check === undefined ? [] : planFile(CHECK_SCRIPT, have.script)),
    ...config,
    ...reload,
    ...drift.flatMap((one) => unitActions(UNIT, have.unit, one)),
    ...(have.memory === "none" ? [settled(wanted)] : []),
  ]
}

/** A keepalived that starts may take the VIP from another: what follows would see that half done. */
function settled({ instances, check, advertMs }: KeepalivedWant): Action {
  const vips = instances.flatMap(({ address, port }) => (port === undefined ? [] : [{ address, port }]))
  return settle({ ready: check && `${CHECK_SCRIPT.path} ${check.port}`, vips, advertMs })
}

/** systemd is done when the signal is sent, and keepalived may still refuse what it reads and end. */
const RELOAD: readonly Action[] = [
  { type: "run", argv: ["systemctl", "reload", "--", UNIT] },
  {
    type: "wait",
    for: "keepalived to load its new configuration",
    script: `${keepalivedMemory(KEEPALIVED_CONFIG)}
[ "$(keepalived_memory)" = current ]`,
    timeoutMs: RELOAD_TIMEOUT_MS,
    hint: `See: journalctl -u ${UNIT} -n 50`,
  },
]

/** With a password for root alone; without one anybody may read how the VIP moves. */
export function keepalivedFile({ password }: KeepalivedWant, content: string): FileWant {
  return {
    path: KEEPALIVED_CONFIG,
    content,
    mode: password === undefined ? "0644" : "0600",
    owner: "root:root",
  }
}
