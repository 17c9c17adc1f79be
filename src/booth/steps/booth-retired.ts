import type { Finding } from "../../base/events.ts"
import { readAnswer } from "../../host/answer.ts"
import { MANAGED } from "../../host/mark.ts"
import { isStopped } from "../../host/unit-judge.ts"
import { readUnit, type UnitState } from "../../host/units.ts"
import { settingsOf } from "../../model/section.ts"
import { defineStep } from "../../model/step.ts"
import { readBoothConf } from "../config.ts"
import { BOOTH, roleOn } from "../settings.ts"
import { boothUnit } from "../state.ts"

interface Want {
  /** The one that systemd is to run on this host, an arbitrator's; undefined elsewhere. */
  runs: { name: string; port: number } | undefined
  /** Of sites of this inventory. */
  addresses: readonly string[]
}

/** A boothd of systemd's on a host that has a file for it. */
interface Instance {
  name: string
  text: string
  unit: UnitState
}

/**
 * An arbitrator of ours under a name that has changed, or that is none any more: it would keep its port, and vote on. One of somebody
 * else's is left alone, and so is another inventory's, of whose sites none is ours. Its files stay, as where the section has gone.
 */
export const boothRetired = defineStep<Want, readonly Instance[]>({
  kind: "booth-retired",
  summary: "an arbitrator's boothd of haops that is no longer in the inventory, stopped and no longer started at boot",
  bind({ inventory, host }) {
    const here = roleOn(inventory, host)
    return {
      runs: here?.role === "arbitrator" ? here.settings : undefined,
      addresses: [...(settingsOf(inventory, BOOTH)?.sites ?? []), ...inventory.vips.map(({ address }) => address)],
    }
  },
  title: () => "booth removed from the inventory",
  probe: () => ({
    script: `for file in /etc/booth/*.conf; do
name=\${file##*/}; name=\${name%.conf}
case $name in ''|*[!A-Za-z0-9-]*) continue ;; esac
[ -f "$file" ] || continue
echo "name $name"
sed "s/^/line $name /" <"$file" || exit
echo
unit=$(systemctl show --property=LoadState,UnitFileState,ActiveState,SubState -- "booth@$name.service") || exit
printf '%s\\n' "$unit" | sed "s/^/unit $name /"
done`,
    parse({ stdout }) {
      const answer = readAnswer(stdout, ["name", "line", "unit"])
      const of = (key: string, name: string) =>
        answer.all(key).flatMap((line) => (line.startsWith(`${name} `) ? [line.slice(name.length + 1)] : []))
      return answer
        .all("name")
        .map((name) => ({ name, text: of("line", name).join("\n"), unit: readUnit(of("unit", name)) }))
    },
  }),
  check: (want, instances) =>
    instances
      .filter((one) => isRetired(want, one))
      .map(({ name, unit }) => {
        const have = isStopped(unit) ? "starts at boot" : unit.active
        return { attribute: `booth@${name}`, have, want: "stopped", risk: isStopped(unit) ? "none" : "restart" }
      }),
  findings: (want, instances) => instances.flatMap((one) => told(want, one)),
  plan: (want, instances) =>
    instances
      .filter((one) => isRetired(want, one))
      .map((one) => ({ type: "run", argv: ["systemctl", "disable", "--now", "--quiet", "--", boothUnit(one)] })),
})

function isRetired(want: Want, instance: Instance): boolean {
  return isOther(want, instance) && isMarked(instance) && isOfSites(want, instance)
}

/** It runs or will, and is not the one that is to. */
function isOther({ runs }: Want, { name, unit }: Instance): boolean {
  return name !== runs?.name && (!isStopped(unit) || unit.file === "enabled")
}

function isMarked({ text }: Instance): boolean {
  return text.split("\n", 1)[0] === MANAGED
}

function isOfSites({ addresses }: Want, { text }: Instance): boolean {
  return readBoothConf(text).sites.some((site) => addresses.includes(site))
}

function told(want: Want, instance: Instance): readonly Finding[] {
  if (!isOther(want, instance) || isRetired(want, instance)) return []
  const { runs } = want
  const { name, text } = instance
  const hint = `If nobody needs it: systemctl disable --now booth@${name}`
  if (runs !== undefined && readBoothConf(text).port === runs.port) {
    const message = `booth@${name}, which is none of this inventory's, has port ${runs.port} too, and booth@${runs.name} is to have it`
    return [{ severity: "warning", message, hint }]
  }
  if (runs !== undefined || !isMarked(instance)) return []
  const message = `booth@${name} is an arbitrator that haops set up, of sites that this inventory does not have`
  return [{ severity: "warning", message, hint }]
}
