import { HaopsError } from "../base/errors.ts"
import { quote } from "../base/sh.ts"
import { CLUSTER_CONF, IS_VENDORS } from "../corosync/conf-probe.ts"
import { readAnswer } from "../host/answer.ts"
import { FILE_KEYS, type FileState, fileScript, parseFile } from "../host/file-state.ts"
import { askAll, partsOf } from "../host/sections.ts"
import { tellShared } from "../host/shared.ts"
import { parseStackUnits, readUnit, STACK_UNITS, TELL_STACK_UNITS, type UnitState, unitLines } from "../host/units.ts"
import type { Probe } from "../model/probe.ts"
import { parseSbd, type RunningSbd, SBD } from "../pacemaker/sbd-question.ts"
import { DEBIAN_FILE, OTHER_FILE } from "./config.ts"

/** sbd on a host. */
export interface SbdState {
  /** By path; which of them counts, the system decides. */
  files: Readonly<Record<string, FileState>>
  unit: UnitState
  running: RunningSbd
  /** The device is there. */
  watchdog: boolean
  /** A cluster runs on this host that is not the distribution's own. */
  clustered: boolean
}

export function sbdProbe(watchdog: string): Probe<SbdState> {
  return {
    shared: [CLUSTER_CONF, STACK_UNITS, SBD],
    script: askAll({
      debian: fileScript(DEBIAN_FILE),
      other: fileScript(OTHER_FILE),
      unit: unitLines("sbd.service"),
      stack: TELL_STACK_UNITS,
      vendor: `if ${IS_VENDORS}; then echo yes; else echo no; fi`,
      running: tellShared(SBD),
      watchdog: `if [ -c ${quote(watchdog)} ]; then echo yes; else echo no; fi`,
    }),
    parse({ stdout }) {
      const parts = partsOf(stdout, ["debian", "other", "unit", "stack", "vendor", "running", "watchdog"])
      const { pacemaker } = parseStackUnits(parts.stack, ["pacemaker"])
      return {
        files: { [DEBIAN_FILE]: fileOf(parts.debian), [OTHER_FILE]: fileOf(parts.other) },
        unit: readUnit(readAnswer(parts.unit, ["unit"]).all("unit")),
        running: parseSbd(parts.running),
        watchdog: parts.watchdog === "yes",
        clustered: pacemaker.active === "active" && parts.vendor !== "yes",
      }
    },
  }
}

/** What is too large to be settings is not edited. */
function fileOf(text: string): FileState {
  const file = parseFile(readAnswer(text, FILE_KEYS))
  if (file.type === "file" && file.content === undefined)
    throw new HaopsError("E_PROBE", "sbd's settings are too large")
  return file
}
