import { CLUSTER_WANT, type ClusterWant, clusterWant } from "../../membership/cluster-want.ts"
import { linkChange } from "../../membership/corosync-links.ts"
import { restartsOf } from "../../membership/corosync-roll.ts"
import { type Setting, settingsOf } from "../../membership/corosync-settings.ts"
import { type CorosyncView, corosyncView, isManaged, rosterOf } from "../../membership/corosync-view.ts"
import { isIn } from "../../membership/situation.ts"
import { type Drift, defineJointStep, type Finding } from "../../model/step.ts"
import { type CorosyncEdit, editCorosyncConf } from "../edit.ts"
import { putCorosyncConf } from "../put-corosync-conf.ts"

/**
 * The settings of a live cluster in every member's corosync.conf: totem and quorum options, transport, new links. Nothing goes by
 * them yet; each difference says what that takes. A link that is to go stays here until the new ones carry.
 */
export const corosyncConf = defineJointStep<ClusterWant, CorosyncView>({
  kind: "corosync-conf",
  summary: "corosync's settings, in corosync.conf of every member",
  want: CLUSTER_WANT,
  bind: clusterWant,
  title: () => "corosync.conf",
  probe: corosyncView,
  check: (want, members) => (isManaged(want, members) ? differences(want, members.elected.have) : []),
  findings(want, members) {
    const { have, host } = members.elected
    const { partial } = rosterOf(want, members)
    if (partial === undefined || !isIn(want.name, have)) return []
    const differing = differences(want, have)
    if (differing.length === 0) return []
    const what = differing.map(({ attribute }) => attribute).join(", ")
    return [{ severity: "warning", host, message: `${what}: not changed, since ${partial}` } satisfies Finding]
  },
  plan(want, { elected }) {
    const { text, conf } = elected.have
    if (text === undefined || conf === undefined) return []
    const settings = settingsOf(want, conf)
    const links = linkChange(want, conf)
    return [
      putCorosyncConf(
        editCorosyncConf(text, {
          options: { totem: optionsOf(settings, "totem"), quorum: optionsOf(settings, "quorum") },
          rings: links?.first ?? new Map(),
          withoutInterfaces: settings.some(({ key }) => key === "transport"),
        }),
      ),
    ]
  },
})

function differences(want: ClusterWant, { conf }: CorosyncView): Drift[] {
  if (conf === undefined) return []
  const links = linkChange(want, conf)
  return [
    ...restartsOf(want, conf).map(({ attribute, have, want }) => drift(attribute, have, want, "restart")),
    ...settingsOf(want, conf)
      .filter(({ takes }) => takes === "reload")
      .map(({ section, key, have, want }) => drift(`${section} ${key}`, have ?? "absent", want ?? "absent", "reload")),
    ...(links?.takes === "reload"
      ? links.added.map(({ number, addresses }) => drift(`link ${number}`, "absent", addresses.join(", "), "reload"))
      : []),
  ]
}

const COST = {
  reload: "reloaded live",
  restart: "takes a restart of corosync",
}

function drift(attribute: string, have: string, want: string, risk: keyof typeof COST): Drift {
  return { attribute, have, want, risk, cost: COST[risk] }
}

function optionsOf(settings: readonly Setting[], section: Setting["section"]): CorosyncEdit["options"][string] {
  return Object.fromEntries(settings.filter((one) => one.section === section).map(({ key, want }) => [key, want]))
}
