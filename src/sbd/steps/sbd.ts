import * as z from "zod"
import type { Drift, Finding } from "../../base/events.ts"
import { fileFindings } from "../../host/file-drift.ts"
import type { FileState } from "../../host/file-state.ts"
import { bootDrift, isThere, maskedFindings } from "../../host/unit-judge.ts"
import { pacemakerOn } from "../../membership/nodes.ts"
import type { Action } from "../../model/action.ts"
import { answerKey } from "../../model/answer-key.ts"
import type { HostFacts } from "../../model/host-facts.ts"
import { hostsOf } from "../../model/inventory.ts"
import { defineStep } from "../../model/step.ts"
import {
  differing,
  namesAnother,
  putSbdFile,
  type SbdWant,
  sbdFile,
  sbdSettings,
  settingIn,
  withSettings,
} from "../config.ts"
import { type SbdState, sbdProbe } from "../state.ts"

const UNIT = "sbd.service"
const ENABLE: Action = { type: "run", argv: ["systemctl", "enable", "--quiet", "--", UNIT] }
const RELOAD: Action = { type: "run", argv: ["systemctl", "daemon-reload"] }

const want = z.strictObject({
  node: z.string().describe("This host's name in the cluster."),
  watchdog: z.string().describe("Device of the watchdog: SBD_WATCHDOG_DEV."),
  timeout: z.number().int().positive().describe("SBD_WATCHDOG_TIMEOUT, in seconds."),
  pair: z.boolean().optional().describe("One of two members without a quorum device: none is restarted alone."),
})

export const SBD_ANSWER = answerKey<SbdState>("sbd")

/**
 * sbd without a disk, set up so that it comes with the next start of corosync. It starts and stops with corosync alone, and a cluster
 * that runs is not restarted for it unasked; until it runs on every node the cluster does not count on it (`heldBack`).
 */
export const sbd = defineStep<SbdWant, SbdState>({
  kind: "sbd",
  answers: [SBD_ANSWER],
  summary: "fencing by each node's watchdog: sbd's settings, and sbd enabled, so that it starts with corosync",
  want,
  bind({ inventory, host }) {
    const pacemaker = pacemakerOn(inventory, host)
    if (pacemaker?.sbd === undefined) return undefined
    const { on, quorumDevice, sbd } = pacemaker
    const pair = hostsOf(inventory, on).length === 2 && quorumDevice === undefined
    const { watchdogs, timeout } = sbd
    return { node: host.name, watchdog: watchdogs[host.name]!, timeout, ...(pair ? { pair } : {}) }
  },
  title: () => "sbd",
  probe: ({ watchdog }) => sbdProbe(watchdog),
  check(wanted, have, facts) {
    const expected = isThere(have.unit) ? {} : { expected: true }
    const text = textOf(have, facts)
    const settings = differing(text, sbdSettings(wanted, text))
    return [
      ...settings.map(({ key, have, want }): Drift => ({ attribute: key, have, want, risk: "none", ...expected })),
      ...(have.unit.file === "enabled" ? [] : [{ ...bootDrift(have.unit.file, true, "sbd"), ...expected }]),
    ]
  },
  findings,
  plan(wanted, have, _drift, facts) {
    const path = sbdFile(facts)
    const text = textOf(have, facts)
    const settings = sbdSettings(wanted, text)
    const put = putSbdFile(path, fileOf(have, facts), withSettings(text, settings))
    const puts = differing(text, settings).length === 0 ? [] : [put]
    // Debian's package enables it and leaves systemd without a word of that: corosync would start without it. Enabling tells by itself.
    return have.unit.file === "enabled" ? [RELOAD, ...puts] : [...puts, ENABLE]
  },
})

function fileOf({ files }: SbdState, facts: HostFacts): FileState {
  return files[sbdFile(facts)]!
}

function textOf(have: SbdState, facts: HostFacts): string {
  const file = fileOf(have, facts)
  return file.type === "file" ? (file.content?.toString() ?? "") : ""
}

function findings(wanted: SbdWant, have: SbdState, facts: HostFacts): readonly Finding[] {
  const disk = settingIn(textOf(have, facts), "SBD_DEVICE") ?? ""
  return [
    ...(have.watchdog ? [] : [noWatchdog(wanted)]),
    ...(disk === "" ? [] : [onDisk(facts)]),
    ...(namesAnother(wanted, textOf(have, facts)) ? [anotherName(facts)] : []),
    ...fileFindings(sbdFile(facts), fileOf(have, facts)),
    ...maskedFindings(UNIT, have.unit),
    ...restartFindings(wanted, have),
  ]
}

// Nothing in it is of one node alone: it is told once for all that lack it.
function noWatchdog({ watchdog }: SbdWant): Finding {
  const hint =
    "Load the driver of the machine's own (wdctl tells of it there), or leave pacemaker.sbd out and fence by devices. " +
    "softdog resets nothing when the kernel itself hangs."
  return { severity: "error", message: `there is no watchdog ${watchdog}: sbd could reset nothing`, hint }
}

function onDisk(facts: HostFacts): Finding {
  const hint = "haops sets up sbd without a disk alone. Leave pacemaker.sbd out: the one that is there stays as it is."
  return { severity: "error", message: `sbd has a disk here: SBD_DEVICE in ${sbdFile(facts)}`, hint }
}

function anotherName(facts: HostFacts): Finding {
  const message = `SBD_OPTS in ${sbdFile(facts)} has quotes, which haops does not take apart, and not the node's name`
  return { severity: "error", message, hint: "Write -n and the node's name into it, or take the quotes out." }
}

function restartFindings({ timeout, pair }: SbdWant, { running, clustered, watchdog }: SbdState): readonly Finding[] {
  // A restart for an sbd that could not start would be one for nothing.
  if (!watchdog || !clustered || (running !== "off" && running.seconds === timeout)) return []
  const how = running === "off" ? "sbd does not run, and starts" : "sbd has other settings, and takes them up"
  const message = `${how} only with corosync, which is not restarted unasked`
  return [{ severity: "warning", message, hint: pair === true ? TOGETHER : BY_TURNS }]
}

const BY_TURNS =
  "Node by node: haops standby NODE; on it: systemctl stop pacemaker && systemctl restart corosync && " +
  "systemctl start pacemaker; haops unstandby NODE. When all are done: haops up."

/** Left alone by the one that breaks the tie the other has no quorum, and sbd resets it. */
const TOGETHER = "Both at once: pcs cluster stop --all, or crm cluster stop --all. Then haops up, which starts them."
