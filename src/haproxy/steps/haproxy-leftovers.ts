import * as z from "zod"
import type { Drift } from "../../base/events.ts"
import { ADDRESSES } from "../../host/network.ts"
import type { Action } from "../../model/action.ts"
import { CERTIFICATES } from "../../model/haproxy.ts"
import { type BindContext, defineStep } from "../../model/step.ts"
import { STAMP } from "../node/build.ts"
import { recordAction } from "../node/certificate-record.ts"
import { type LeftoversState, leftoversScript, parseLeftovers } from "../node/leftovers-state.ts"
import { HAPROXY_UNIT } from "../node/reload.ts"
import { RSYSLOG_CONFIG } from "../node/rsyslog.ts"
import { HAPROXY_LINK, HAPROXY_UNIT_PATH } from "../node/source-state.ts"
import { STATE_KEEPER } from "../node/state-files.ts"

const want = z.strictObject({
  haproxy: z
    .boolean()
    .default(true)
    .describe("haproxy is wanted here; where it is not, nothing takes a build's place."),
  rsyslog: z.boolean().describe("rsyslog writes haproxy's log."),
  source: z.boolean().describe("haproxy is built here, in place of the distribution's."),
  certificates: z.array(z.string()).describe("Files that services are shown by, without their directory."),
  vips: z.array(z.string()).default([]).describe("Addresses of the VIPs that this host may hold."),
})

type Want = z.infer<typeof want>

/**
 * What haops once set up around haproxy and the inventory wants no more: its part of rsyslog, certificates with their keys, a haproxy
 * of its own build. After haproxy's configuration, which must not name them any more, or after it was retired. What somebody else
 * put there stays.
 */
export const haproxyLeftovers = defineStep<Want, LeftoversState>({
  kind: "haproxy-leftovers",
  summary:
    "files of haops around haproxy that the inventory no longer needs: log rules, certificates, a build from source",
  want,
  bind,
  title: () => "leftovers of haproxy",
  probe: ({ haproxy, rsyslog, source, vips }) => ({
    shared: [ADDRESSES],
    script: leftoversScript({ haproxy, rsyslog, source, vips }),
    parse: parseLeftovers,
  }),
  check: (wanted, have) => [
    ...have.files.map((file) => gone(file)),
    ...unwanted(wanted, have).map((name) => gone(`${CERTIFICATES}/${name}`)),
    ...(have.binary === undefined
      ? []
      : [gone(`haproxy of ${have.binary}`, have.running && wanted.haproxy ? "restart" : "none")]),
  ],
  plan,
  servesClients: (_want, { hasVip }) => hasVip,
})

function bind({ inventory, host }: BindContext): Want | undefined {
  const { haproxy } = inventory
  if (haproxy === undefined) return undefined
  const vips = inventory.vips.filter((vip) => vip.on === host.group).map(({ address }) => address)
  if (!haproxy.on.includes(host.group)) return { haproxy: false, rsyslog: false, source: false, certificates: [], vips }
  const sources = haproxy.services.filter(({ on, bind: { tls } }) => on === host.group && tls?.source !== undefined)
  return {
    haproxy: true,
    rsyslog: haproxy.rsyslog !== undefined,
    source: haproxy.source !== undefined,
    certificates: sources.map(({ bind }) => bind.tls!.certificate.slice(CERTIFICATES.length + 1)),
    vips,
  }
}

function gone(attribute: string, risk: Drift["risk"] = "none"): Drift {
  return { attribute, have: "managed by haops", want: "absent", risk }
}

function unwanted({ certificates }: Want, have: LeftoversState): string[] {
  return have.certificates.filter((name) => !certificates.includes(name))
}

function plan(wanted: Want, have: LeftoversState): Action[] {
  const stale = unwanted(wanted, have)
  const actions: Action[] = []
  const run = (...argv: string[]) => actions.push({ type: "run", argv })
  if (have.files.length > 0) run("rm", "-f", "--", ...have.files)
  if (have.files.includes(RSYSLOG_CONFIG)) run("systemctl", "try-restart", "--", "rsyslog.service")
  if (stale.length > 0) {
    run("rm", "-f", "--", ...stale.map((name) => `${CERTIFICATES}/${name}`))
    actions.push(recordAction(wanted.certificates))
  }
  if (have.binary !== undefined) actions.push(wanted.haproxy ? unbuild(have.binary) : remove(have.binary))
  return actions
}

const WATCHED = "systemctl is-active --quiet pacemaker.service"

/** The link and the stamp are the marks of a build, and go last: until then a run that was cut short is taken up again. */
const REMOVE = `prefix=\${binary%/sbin/haproxy}
if [ -e "$prefix/${STAMP}" ]; then rm -f -- "$binary"; fi
if [ "$(readlink -- ${HAPROXY_LINK})" = "$binary" ]; then rm -f -- ${HAPROXY_LINK}; fi
rm -f -- "$prefix/${STAMP}"`

/**
 * The packaged haproxy takes over with the very same configuration; where it refuses that, the build stays. While systemd reads its
 * units anew it answers nobody who watches them: pacemaker has it do so itself before it starts one, but for a restart.
 */
function unbuild(binary: string): Action {
  const script = `set -eu
binary=$1
packaged=$(PATH=/usr/sbin:/usr/bin:/sbin:/bin command -v haproxy) || { echo "the distribution's haproxy is not there" >&2; exit 69; }
"$packaged" -c -q -f /etc/haproxy/haproxy.cfg
enabled=$(systemctl is-enabled ${HAPROXY_UNIT} 2>/dev/null) || :
rm -f -- ${HAPROXY_UNIT_PATH}
if [ -r ${STATE_KEEPER} ]; then sh ${STATE_KEEPER} unit; fi
if [ "$enabled" = enabled ]; then systemctl --no-reload reenable --quiet ${HAPROXY_UNIT}; fi
if ! ${WATCHED} || systemctl is-active --quiet ${HAPROXY_UNIT}; then systemctl daemon-reload; fi
systemctl try-restart ${HAPROXY_UNIT}
${REMOVE}`
  return {
    type: "run",
    argv: ["sh", "-c", script, "haops-unbuild", binary],
    label: `go back from ${binary} to the packaged haproxy`,
  }
}

/** haproxy was stopped and disabled before, and systemd forgets a unit that is neither running nor there. */
function remove(binary: string): Action {
  const script = `set -eu
binary=$1
rm -f -- ${HAPROXY_UNIT_PATH}
if ! ${WATCHED}; then systemctl daemon-reload; fi
${REMOVE}`
  return { type: "run", argv: ["sh", "-c", script, "haops-unbuild", binary], label: `remove ${binary} and its unit` }
}
