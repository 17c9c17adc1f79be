import { quote } from "../../base/sh.ts"
import { CLUSTER_WANT, type ClusterWant, clusterWant } from "../../membership/cluster-want.ts"
import { linksOf } from "../../membership/corosync-links.ts"
import { settingsOf } from "../../membership/corosync-settings.ts"
import { type CorosyncView, corosyncView, isManaged, rosterOf } from "../../membership/corosync-view.ts"
import type { Action } from "../../model/action.ts"
import { type Drift, defineJointStep, type Members } from "../../model/step.ts"
import { COROSYNC_CONF } from "../conf-probe.ts"
import { linksFollow } from "../link-timers.ts"
import { RELOAD_AGAIN, RELOAD_COROSYNC } from "../reload-corosync.ts"

/** A reload is passed on by corosync and takes milliseconds. */
const TIMEOUT_MS = 30_000

/**
 * What of the members' corosync.conf a reload brings in force, brought in force: one member tells all of them, each waits for its own.
 * Nothing stops, and the membership stays as it is.
 */
export const corosyncReload = defineJointStep<ClusterWant, CorosyncView>({
  kind: "corosync-reload",
  summary: "corosync.conf reloaded on all members, without a restart",
  want: CLUSTER_WANT,
  bind: clusterWant,
  title: () => "corosync.conf reloaded",
  probe: corosyncView,
  check: (want, members) => (isManaged(want, members) ? behind(want, members.elected.have) : []),
  plan(want, members, drift) {
    const { members: roster } = rosterOf(want, members)
    const first = roster.find(({ have }) => behind(want, have).length > 0)
    const tells = first?.host === members.elected.host
    const links = [...(members.elected.have.running?.linkTimeouts.keys() ?? [])]
    const trail = links.length > 0 && drift.some(({ attribute }) => /^running totem token/.test(attribute))
    return [
      ...(tells ? [RELOAD_COROSYNC] : []),
      inForce(want, members, drift),
      ...(trail ? [...(tells ? [RELOAD_AGAIN] : []), linksFollow(links)] : []),
    ]
  },
})

/** What corosync has otherwise in memory than in its file. */
function behind(want: ClusterWant, { conf, running }: CorosyncView): Drift[] {
  if (conf === undefined || running === undefined) return []
  const options = settingsOf(want, running.conf).filter(({ takes, section, key, want: value }) => {
    return takes === "reload" && value !== undefined && conf[section][key] === value
  })
  const [now, then] = [running.conf, conf].map((one) =>
    linksOf(one).map(({ number, addresses }) => [number, addresses]),
  )
  return [
    ...options.map(({ section, key, have, want: value }) =>
      taken(`${section} ${key}`, have ?? "absent", value ?? "absent"),
    ),
    ...(JSON.stringify(now) === JSON.stringify(then) ? [] : [taken("links", describe(running.conf), describe(conf))]),
  ]
}

function taken(attribute: string, have: string, want: string): Drift {
  return { attribute: `running ${attribute}`, have, want, risk: "reload", cost: "live" }
}

function describe(conf: Parameters<typeof linksOf>[0]): string {
  return linksOf(conf)
    .map(({ number, addresses }) => `${number} at ${addresses.join(", ")}`)
    .join("; ")
}

function inForce(want: ClusterWant, { elected }: Members<CorosyncView>, drift: readonly Drift[]): Action {
  const { running } = elected.have
  const options = running === undefined ? [] : settingsOf(want, running.conf).filter(({ takes }) => takes === "reload")
  const told = options
    .filter(({ section, key }) => drift.some(({ attribute }) => attribute === `running ${section} ${key}`))
    .map(({ section, key, want: value }) => {
      const name = `${section}.${key}`
      const now = `$(corosync-cmapctl -g ${quote(name)} 2>/dev/null | sed 's/.* = //')`
      return `now="${now}"; [ "$now" = ${quote(value ?? "")} ] || { echo "${name} is still $now"; exit 1; }`
    })
  return {
    type: "wait",
    for: "corosync to have reloaded it",
    script: [...told, LINKS_TAKEN].join("\n"),
    timeoutMs: TIMEOUT_MS,
    hint: "corosync's log says why: journalctl -u corosync. Nothing has stopped.",
  }
}

/** Corosync leaves out what stands behind an address: blanks, a carriage return. */
const LINKS_TAKEN = `
memory=$(corosync-cmapctl 2>/dev/null | sed -n 's/^nodelist\\.node\\.[0-9]*\\.\\(ring[0-9]_addr\\) (str) = /\\1 /p' | sort)
file=$(sed -n 's/[[:space:]]*$//; s/^[[:space:]]*\\(ring[0-9]_addr\\)[[:space:]]*:[[:space:]]*/\\1 /p' ${COROSYNC_CONF} | sort)
[ "$memory" = "$file" ] || { echo "the links are still"; echo "$memory"; exit 1; }`
