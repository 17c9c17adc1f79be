import { readFileSync } from "node:fs"
import type { Tally } from "../../../src/corosync/votequorum.ts"
import { foretell, type Known } from "../../../src/foresight/foretell.ts"
import { cutOf, downOf, failOf, type Scenario, scenariosOf, standbyOf } from "../../../src/foresight/scenario.ts"
import { callsFor, parseSimulations } from "../../../src/foresight/simulate.ts"
import { rollOf } from "../../../src/membership/losses.ts"
import { placementOf } from "../../../src/membership/placement.ts"
import type { Inventory } from "../../../src/model/inventory.ts"
import type { CibResource } from "../../../src/pacemaker/cib.ts"
import { PACEMAKER } from "../membership/cluster.ts"
import { INVENTORY, NAMES, STATUS } from "../status/support.ts"

const monitored = (id: string, interval: string) =>
  ({ id, agent: "", operations: [{ id: "", name: "monitor", options: { interval } }] }) as unknown as CibResource
export const CLUSTER = {
  status: STATUS,
  resources: [monitored("vip", "30s"), monitored("lb-haproxy", "1s")],
  holders: ["controller1"],
}

/** Those that the recordings are of, with the votes that their parts have. */
const RECORDED: readonly [Scenario, readonly boolean[]][] = [
  [downOf(["controller1"], NAMES), [true]],
  [downOf(["controller1", "controller2"], NAMES), [false]],
  [cutOf("controller1", NAMES), [false, true]],
  [failOf("lb-haproxy", NAMES), [true]],
  [failOf("vip", NAMES), [true]],
  [standbyOf("controller1", NAMES), [true]],
  [scenariosOf({ down: "controller1" }, { hosts: NAMES, resources: [] })[0]!, [true]],
]
export const SCENARIOS = RECORDED.map(([scenario]) => scenario)
export const CALLS = RECORDED.flatMap(([scenario, quorate], at) =>
  callsFor(
    scenario,
    at,
    CLUSTER,
    quorate.map((one) => ({ quorate: one }) as Tally),
  ),
)
const recorded = (release: string) =>
  readFileSync(new URL(`../../cases/pacemaker/recorded/what-if-${release}.txt`, import.meta.url), "utf8")

export const inventory = {
  ...INVENTORY,
  pacemaker: {
    ...PACEMAKER,
    properties: { "stonith-enabled": "false" },
    resources: [{ id: "lb-haproxy", agent: "systemd:haproxy", parameters: {}, operations: [], meta: {} }],
  },
} as Inventory

export function known(more: Partial<Known> = {}, release = "2.1"): Known {
  return {
    inventory,
    roll: rollOf(inventory, inventory.pacemaker!),
    fencing: "off",
    seen: {
      placement: placementOf(STATUS),
      simulated: parseSimulations(recorded(release), CALLS),
      holders: new Map([["vip", ["controller1"]]]),
      away: [],
      balancing: () => true,
      isDown: () => false,
    },
    ...more,
  }
}

export const placesOf = (of: Known, scenarios = SCENARIOS) =>
  foretell(scenarios, of).map(({ parts }) => parts.map(({ vips }) => vips[0]?.on))
