import { listing, saidOnce } from "../base/words.ts"
import { referenceView } from "../membership/reference-view.ts"
import { type Check, check } from "../model/check.ts"
import { hostsOf, type Sbd } from "../model/inventory.ts"
import { obstacles } from "../model/obstacles.ts"
import type { Look, Seen, View } from "../model/view.ts"
import { CIB_ANSWER } from "../pacemaker/cib-probe.ts"
import { isTrue } from "../pacemaker/values.ts"
import { tooShort, watchdogTimeout } from "../pacemaker/watchdog-timeout.ts"
import { SBD_ANSWER, sbd } from "./steps/sbd.ts"

export const view: View = {
  checks: (seen) => (seen.look.inventory.pacemaker?.sbd === undefined ? [] : [checkOf(seen)]),
  judges: [sbd],
}

function checkOf({ look, assessed }: Seen): Check {
  const { on, sbd: wanted } = look.inventory.pacemaker!
  const { watchdogs, timeout } = wanted!
  const names = hostsOf(look.inventory, on).map(({ name }) => name)
  const fails = [
    ...saidOnce(names.flatMap((of) => nodeFails(look, of, wanted!).map((what) => ({ of, what })))).map(({ what, of }) =>
      what.replace("NODE", listing(of)),
    ),
    ...assessed(sbd).flatMap(obstacles),
    ...assessed(sbd).flatMap(({ host, drift }) =>
      drift.map(({ attribute, have, want }) => `${host}: ${attribute}: ${have}, wanted ${want}`),
    ),
    ...clusterFails(look, timeout),
  ]
  const evidence = saidOnce(names.map((of) => ({ of, what: `${watchdogs[of]} after ${timeout} s` }))).map(
    ({ what, of }) => `sbd on ${of.join(", ")}: ${what}`,
  )
  return check("sbd", "a watchdog would reset each node", evidence, { fails })
}

/** What is wrong on a node, with NODE for its name. */
function nodeFails(look: Look, host: string, { timeout }: Sbd): string[] {
  const have = look.answer(SBD_ANSWER, host)
  if (have === undefined) return ["NODE could not be asked"]
  const { running } = have
  return [
    ...(running === "off" ? ["sbd does not run on NODE: it starts with corosync"] : []),
    ...(running !== "off" && running.seconds !== timeout
      ? [
          `corosync and pacemaker were not restarted on NODE: they still go by ${running.seconds ?? "no"} s, not ${timeout}`,
        ]
      : []),
  ]
}

/** What the cluster itself counts on. `have-watchdog` is its own word, of the node that coordinates it. */
function clusterFails(look: Look, seconds: number): string[] {
  const reference = referenceView(look)
  const have = reference && look.answer(CIB_ANSWER, reference.host)
  if (have?.cluster !== "up") return ["no node in the cluster could be asked"]
  const { values } = have.cib.sections.property
  const timeout = watchdogTimeout(values)
  if (timeout === undefined) return ["the cluster does not count on watchdogs: it has no stonith-watchdog-timeout"]
  const short = tooShort(timeout, seconds)
  return [
    ...(short === undefined ? [] : [`stonith-watchdog-timeout: ${short}`]),
    ...(isTrue(values["have-watchdog"]) ? [] : ["the cluster says that it has no watchdog"]),
  ]
}
