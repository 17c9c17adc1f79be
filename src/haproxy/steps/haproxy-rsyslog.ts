import * as z from "zod"
import type { Drift, Finding } from "../../base/events.ts"
import { type FileWant, fileDrift, fileFindings, planFile } from "../../host/file-drift.ts"
import { unitActions } from "../../host/unit-actions.ts"
import { bootDrift, isThere, maskedFindings } from "../../host/unit-judge.ts"
import type { Action } from "../../model/action.ts"
import type { HaproxyRsyslog } from "../../model/haproxy.ts"
import { type BindContext, defineStep } from "../../model/step.ts"
import { LOGROTATE_CONFIG, RSYSLOG_CONFIG, renderLogrotate, renderRsyslog } from "../node/rsyslog.ts"
import { parseRsyslog, type RsyslogState, rsyslogScript } from "../node/rsyslog-state.ts"

const UNIT = "rsyslog.service"

const want = z.strictObject({ rsyslog: z.custom<HaproxyRsyslog>().describe("File, port and facilities.") })

type Want = z.infer<typeof want>

/** haproxy's log in a file, by the host's rsyslog: a file of haops' own, checked with all the others, and its rotation. */
export const haproxyRsyslog = defineStep<Want, RsyslogState>({
  kind: "haproxy-rsyslog",
  summary:
    "haproxy's log in a file, by rsyslog: its part of the configuration, checked by rsyslogd with the rest, and rotation",
  want,
  bind: ({ inventory: { haproxy }, host }: BindContext) =>
    haproxy?.rsyslog === undefined || !haproxy.on.includes(host.group) ? undefined : { rsyslog: haproxy.rsyslog },
  title: ({ rsyslog: { file } }) => `haproxy log to ${file}`,
  probe: ({ rsyslog: { file } }) => ({ script: rsyslogScript(file), parse: parseRsyslog }),
  check,
  findings: (_want, { config, rotation, unit }): Finding[] => [
    ...fileFindings(RSYSLOG_CONFIG, config),
    ...fileFindings(LOGROTATE_CONFIG, rotation),
    ...maskedFindings(UNIT, unit),
  ],
  plan,
})

function check({ rsyslog }: Want, have: RsyslogState): Drift[] {
  const { unit, memory } = have
  const drift = fileDrift(rsyslogFile(rsyslog, have), have.config)
  if (!have.rotated) drift.push(...fileDrift(rotationFile(rsyslog), have.rotation))
  else if (have.rotation.type === "file") {
    drift.push({ attribute: LOGROTATE_CONFIG, have: "another file rotates it too", want: "absent", risk: "none" })
  }
  const expected = isThere(unit) ? {} : { expected: true }
  if (unit.file !== "enabled") {
    drift.push({ ...bootDrift(unit.file, true), ...expected })
  }
  if (memory === "none")
    drift.push({ attribute: "running", have: unit.active, want: "active", risk: "none", ...expected })
  if (memory === "older") {
    drift.push({
      attribute: "rsyslog's loaded configuration",
      have: "an older one",
      want: `that of ${RSYSLOG_CONFIG}`,
      risk: "none",
    })
  }
  return drift
}

function plan({ rsyslog }: Want, have: RsyslogState, drift: readonly Drift[]): Action[] {
  const config = planFile(rsyslogFile(rsyslog, have), have.config, { validate: VALIDATE })
  const rotation: Action[] = have.rotated
    ? [{ type: "run", argv: ["rm", "-f", "--", LOGROTATE_CONFIG] }]
    : planFile(rotationFile(rsyslog), have.rotation)
  // It reads its configuration when it starts and at no other time; what is sent meanwhile waits in the socket or is lost.
  const anew = have.memory !== "none" && (have.memory === "older" || config.some(({ type }) => type === "put"))
  return [
    ...config,
    ...(drift.some(({ attribute }) => attribute.startsWith(LOGROTATE_CONFIG)) ? rotation : []),
    ...(anew ? [{ type: "run" as const, argv: ["systemctl", "restart", "--", UNIT] }] : []),
    ...drift.flatMap((one) => unitActions(UNIT, have.unit, one)),
  ]
}

/** rsyslog's part, beside what other files of the host say. */
export function rsyslogFile(rsyslog: HaproxyRsyslog, { others }: Pick<RsyslogState, "others">): FileWant {
  return { path: RSYSLOG_CONFIG, content: renderRsyslog(rsyslog, others), mode: "0644", owner: "root:root" }
}

/** Its rotation. */
export function rotationFile(rsyslog: HaproxyRsyslog): FileWant {
  return { path: LOGROTATE_CONFIG, content: renderLogrotate(rsyslog), mode: "0644", owner: "root:root" }
}

/** Alone the file may be right and yet clash with another one: rsyslogd is shown all of them, with the new one in its place. */
const VALIDATE: readonly string[] = [
  "sh",
  "-c",
  `set -eu
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
mkdir "$work/rsyslog.d"
for file in /etc/rsyslog.d/*.conf; do [ ! -e "$file" ] || cp -- "$file" "$work/rsyslog.d/"; done
cp -- "$1" "$work/rsyslog.d/${RSYSLOG_CONFIG.split("/").at(-1)}"
sed "s#/etc/rsyslog.d#$work/rsyslog.d#g" /etc/rsyslog.conf >"$work/rsyslog.conf"
rsyslogd -N1 -f "$work/rsyslog.conf"`,
  "haops-rsyslog",
  "{}",
]
