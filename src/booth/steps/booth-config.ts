import { fileFindings, planFile } from "../../host/file-drift.ts"
import { defineStep } from "../../model/step.ts"
import { configDrift, keyDrift, planKey } from "../files-drift.ts"
import { BOOTH_ANSWER, type BoothState, boothProbe } from "../state.ts"
import { type BoothWant, boothWant } from "../want.ts"

/** On every node of the site, since boothd goes where its VIP goes; and on its arbitrators. */
export const boothConfig = defineStep<BoothWant, BoothState>({
  kind: "booth-config",
  answers: [BOOTH_ANSWER],
  summary: "booth's configuration and key, on every node of the site and on arbitrators of the inventory",
  bind: boothWant,
  title: () => "booth's configuration",
  probe: ({ name, config: { path: config }, keyPath: key, role }) =>
    boothProbe({ name, config, key, arbitrator: role === "arbitrator" }),
  check: (want, have) => [...configDrift(want, have), ...keyDrift(want, have)],
  findings: ({ config, keyPath }, have) => [
    ...fileFindings(config.path, have.config),
    ...fileFindings(keyPath, have.key),
  ],
  plan: (want, have) => [
    ...(configDrift(want, have).length === 0 ? [] : planFile(want.config, have.config, { backup: true })),
    ...planKey(want, have),
  ],
})
