import * as z from "zod"
import { nearest } from "../../base/nearest.ts"
import type { Notes } from "../../document/notes.ts"
import { durationSchema, milliseconds } from "../../document/scalars-schema.ts"
import type { Pacemaker, Sbd } from "../../model/inventory.ts"
import { isFalse } from "../values.ts"
import { DEVICE_SYNC_S, tooShort, WATCHDOG_TIMEOUTS, watchdogTimeout } from "../watchdog-timeout.ts"

const deviceSchema = z.string().regex(/^\/dev\/[\w./-]+$/, "expected a device, such as /dev/watchdog")

/** sbd(8) without a disk. */
export const sbdSchema = z
  .strictObject({
    watchdog: z
      .union([deviceSchema, z.record(z.string(), deviceSchema)])
      .optional()
      .describe("Device of the watchdog, or one by host. Default /dev/watchdog"),
    timeout: z
      .union([z.int().min(1), durationSchema])
      .optional()
      .describe(
        "After so long without sbd the watchdog resets its node, in seconds; 35 beside a quorumDevice. Default 5",
      ),
  })
  .describe("Fencing by each node's own watchdog: one that loses quorum, or whose cluster hangs, is reset by it")

const DEVICE = "/dev/watchdog"

type SbdYaml = z.output<typeof sbdSchema>

/** With a quorum device: as long as corosync may wait for it, and a little. */
const BESIDE_DEVICE_S = DEVICE_SYNC_S + 5

/** What sbd is to be, or nothing where what the inventory says of it cannot be. */
export function expandSbd(
  yaml: SbdYaml | undefined,
  members: readonly string[],
  { properties, quorum, quorumDevice }: Pick<Pacemaker, "properties" | "quorum" | "quorumDevice">,
  notes: Notes,
): Pick<Pacemaker, "sbd"> {
  if (yaml === undefined) return {}
  const { watchdog = {}, timeout = quorumDevice === undefined ? 5 : BESIDE_DEVICE_S } = yaml
  const seconds = typeof timeout === "string" ? milliseconds(timeout) / 1000 : timeout
  const path = ["pacemaker", "sbd"]
  if (!Number.isInteger(seconds) || seconds < 1) notes.problem([...path, "timeout"], "sbd counts whole seconds")
  if (quorumDevice !== undefined && seconds < DEVICE_SYNC_S) {
    const message = `with a quorumDevice at least ${DEVICE_SYNC_S}, or sbd resets every node: corosync may wait so long for it`
    notes.problem([...path, "timeout"], message)
  }
  const by = typeof watchdog === "string" ? {} : watchdog
  // A host that has left the inventory since is no reason to refuse it.
  for (const unknown of Object.keys(by).filter((host) => !members.includes(host))) {
    const near = nearest(unknown, members)
    const meant = near === undefined ? "" : `; did you mean "${near}"?`
    notes.warning([...path, "watchdog", unknown], `no member is called ${JSON.stringify(unknown)}${meant}`)
  }
  const even = members.length % 2 === 0 && quorumDevice === undefined && quorum.auto_tie_breaker !== "1"
  // Under corosync's two_node either would go on alone; with a tie breaker there is none.
  if (members.length === 2 && even) {
    const message =
      "of two members that do not hear each other neither knows which one goes on: set quorum.autoTieBreaker (the one with the lower node id), or add a quorumDevice"
    notes.problem(path, message, {
      unless: [
        ["pacemaker", "quorumDevice"],
        ["pacemaker", "quorum"],
        ["pacemaker", "on"],
      ],
    })
  }
  if (members.length > 2 && even) {
    const message = `of ${members.length} members that are cut into halves both would be reset: set quorum.autoTieBreaker, or add a quorumDevice`
    notes.warning(path, message)
  }
  refuseProperties(properties, seconds, notes)
  const device = (host: string) => (typeof watchdog === "string" ? watchdog : (by[host] ?? DEVICE))
  return { sbd: { watchdogs: Object.fromEntries(members.map((host) => [host, device(host)])), timeout: seconds } }
}

function refuseProperties(properties: Pacemaker["properties"], seconds: number, notes: Notes): void {
  const refuse = (name: string, message: string) => notes.problem(["pacemaker", "properties", name], message)
  if (properties["no-quorum-policy"] === "ignore")
    refuse("no-quorum-policy", "with sbd it must not be ignore: a node that is cut off has to let itself be reset")
  if (isFalse(properties["stonith-enabled"]))
    refuse("stonith-enabled", "sbd is to fence, and this says that nothing does; leave it out")
  for (const name of WATCHDOG_TIMEOUTS) {
    const given = properties[name]
    if (given === undefined) continue
    const short = watchdogTimeout({ [name]: given }) === undefined ? "is off" : tooShort(given, seconds)
    if (short !== undefined) refuse(name, `${short}; leave it out for twice the timeout of sbd`)
  }
}

/** Pacemaker takes a node for reset after twice the time that its watchdog has, as sbd(8) has it. */
export function watchdogProperties(properties: Pacemaker["properties"], { timeout }: Sbd): Pacemaker["properties"] {
  const given = WATCHDOG_TIMEOUTS.some((name) => name in properties)
  return given ? properties : { ...properties, "stonith-watchdog-timeout": `${2 * timeout}s` }
}
