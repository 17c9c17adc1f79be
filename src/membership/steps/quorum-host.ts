import * as z from "zod"
import { readAnswer } from "../../host/answer.ts"
import { unitActions } from "../../host/unit-actions.ts"
import { bootDrift, isThere, maskedFindings } from "../../host/unit-judge.ts"
import { readUnit, type UnitState, unitLines } from "../../host/units.ts"
import { defineStep } from "../../model/step.ts"
import { quorumDeviceHost } from "../nodes.ts"

const UNIT = "corosync-qnetd.service"
/** Debian's package fills it when it is installed, others leave it to pcs. */
const CERTIFICATES = "/etc/corosync/qnetd/nssdb"

const want = z.strictObject({})

interface Have {
  certificates: boolean
  unit: UnitState
}

/** The daemon that gives a cluster's quorum device its vote, on a host outside the cluster. It may serve other clusters too. */
export const quorumHost = defineStep<z.infer<typeof want>, Have>({
  kind: "quorum-host",
  summary: "corosync-qnetd on the host of the quorum device, with its certificates, enabled and running",
  want,
  bind: ({ inventory, host }) => (quorumDeviceHost(inventory, host) === undefined ? undefined : {}),
  title: () => "host of the quorum device",
  probe: () => ({
    script: `for file in ${CERTIFICATES}/cert9.db ${CERTIFICATES}/cert8.db; do
  if [ -e "$file" ]; then echo 'certificates yes'; break; fi
done
${unitLines(UNIT)}`,
    parse: ({ stdout }) => {
      const answer = readAnswer(stdout, ["certificates", "unit"])
      const unit = readUnit(answer.all("unit"))
      return { certificates: answer.one("certificates") !== undefined, unit }
    },
  }),
  check: (_want, { certificates, unit }) => {
    const expected = isThere(unit) ? {} : { expected: true }
    const drift = (attribute: string, have: string, wanted: string) => {
      return { attribute, have, want: wanted, risk: "none" as const, ...expected }
    }
    return [
      ...(certificates ? [] : [drift("certificates", "absent", "present")]),
      ...(unit.file === "enabled" ? [] : [{ ...bootDrift(unit.file, true), ...expected }]),
      ...(unit.active === "active" ? [] : [drift("running", unit.active, "active")]),
    ]
  },
  findings: (_want, { unit }) => maskedFindings(UNIT, unit),
  plan: (_want, { certificates, unit }, drift) => [
    ...(certificates ? [] : [{ type: "run" as const, argv: ["pcs", "qdevice", "setup", "model", "net"] }]),
    ...drift.flatMap((one) => unitActions(UNIT, unit, one)),
  ],
})
