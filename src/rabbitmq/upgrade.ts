import { numbersOf } from "../host/packages/version.ts"
import type { UpgradeTerms } from "../model/component.ts"
import { hostsWith } from "../model/section.ts"
import { aroundRestart, ifRunning } from "./around-restart.ts"
import { RABBITMQ } from "./settings.ts"

/**
 * A series takes over from the one before it only: 3.10 to 4.0 ends in failed_to_initialize_feature_flags_registry, with a broker that
 * boots no more (rabbitmq-server 15444).
 */
export const upgrade: UpgradeTerms = {
  runs: { "rabbitmq-server": ["rabbitmq-server"] },
  // With `pause_minority` the last of three that runs pauses.
  members: ["rabbitmq-server"],
  detours(inventory, host) {
    const members = hostsWith(inventory, RABBITMQ).map(({ name }) => name)
    if (members.length < 2 || !members.includes(host.name)) return {}
    const { before, after } = aroundRestart(host.name, members)
    return { "rabbitmq-server": { before: before.map(ifRunning), after } }
  },
  refuses({ name, from, to }) {
    if (name !== "rabbitmq-server" || follows(numbersOf(from), numbersOf(to))) return undefined
    return {
      message: `RabbitMQ ${from} cannot become ${to} in place: it would not boot any more`,
      hint: "Series by series, with all feature flags enabled before each; or a new cluster of the new version that takes over.",
    }
  },
}

/** 3.13 is the last of the threes, and 4.0 follows it. */
function follows([major = 0, minor = 0]: readonly number[], [next = 0, nextMinor = 0]: readonly number[]): boolean {
  if (next === major) return nextMinor === minor || nextMinor === minor + 1
  return major === 3 && minor === 13 && next === 4 && nextMinor === 0
}
