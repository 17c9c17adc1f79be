import { HaopsError } from "../base/errors.ts"
import { quote } from "../base/sh.ts"
import { readAnswer } from "../host/answer.ts"
import { FILE_KEYS, type FileState, fileScript, parseFile } from "../host/file-state.ts"
import { isOlder, TELL_CLOCK } from "../host/older.ts"
import { askAll, partsOf } from "../host/sections.ts"
import { parseStackUnits, readUnit, STACK_UNITS, TELL_STACK_UNITS, type UnitState, unitLines } from "../host/units.ts"
import { answerKey } from "../model/answer-key.ts"
import type { Probe } from "../model/probe.ts"

/** booth on a host. */
export interface BoothState {
  config: FileState
  /** Without its content. */
  key: FileState
  /** `older`: it runs, and started before one of its files was written. It reads them when it starts, and never again. */
  memory: "none" | "current" | "older"
  /** `booth@NAME`; undefined where the cluster runs it. */
  unit: UnitState | undefined
  /** Beside an arbitrator, whose unit would stop it. */
  pacemaker?: UnitState | undefined
}

/** What booth is like on a host. */
export const BOOTH_ANSWER = answerKey<BoothState>("booth")

/** USER_HZ, the same for every program (proc(5)). */
const TICKS_S = 100

interface Question {
  name: string
  config: string
  key: string
  arbitrator: boolean
}

export function boothUnit({ name }: Pick<Question, "name">): string {
  return `booth@${name}.service`
}

export function boothProbe(question: Question): Probe<BoothState> {
  const { config, key, arbitrator } = question
  const parts = {
    config: fileScript(config),
    key: fileScript(key, { unless: "", limit: 0 }),
    process: processScript(question),
    ...(arbitrator ? { unit: unitLines(boothUnit(question)), stack: TELL_STACK_UNITS } : {}),
  }
  return {
    ...(arbitrator ? { shared: [STACK_UNITS] } : {}),
    script: askAll(parts),
    parse({ stdout }) {
      const said = partsOf(stdout, Object.keys(parts) as ("config" | "key" | "process" | "unit" | "stack")[])
      const file = (text: string) => parseFile(readAnswer(text, FILE_KEYS))
      return {
        config: file(said.config),
        key: file(said.key),
        memory: memoryOf(said.process),
        ...(arbitrator
          ? {
              unit: readUnit(readAnswer(said.unit, ["unit"]).all("unit")),
              pacemaker: parseStackUnits(said.stack, ["pacemaker"]).pacemaker,
            }
          : { unit: undefined }),
      }
    },
  }
}

/** Shell condition that sets `pid`. boothd locks its file and leaves it there when it ends: what stands in it counts where the process is a boothd. */
export function boothRuns({ name }: Pick<Question, "name">): string {
  const file = quote(`/run/booth/${name}.pid`)
  return `{ line=
if [ -s ${file} ]; then read -r line <${file} || [ -n "$line" ]; fi
pid=\${line#booth_pid=}; pid=\${pid%% *}; program=
[ -n "$pid" ] && { read -r program <"/proc/$pid/comm"; } 2>/dev/null
case $program in boothd*) true ;; *) false ;; esac; }`
}

function processScript({ name, config, key }: Question): string {
  return `if ${boothRuns({ name })} && { read -r stat <"/proc/$pid/stat"; } 2>/dev/null; then
  set -- \${stat##*) }
  echo "started \${20}"
  ${TELL_CLOCK}
  for file in ${quote(config)} ${quote(key)}; do
    if [ -e "$file" ]; then stat -Lc 'written %.Y' -- "$file" || exit; fi
  done
fi`
}

function memoryOf(text: string): BoothState["memory"] {
  const answer = readAnswer(text, ["started", "clock", "written"])
  const started = answer.one("started")
  if (started === undefined) return "none"
  if (!/^\d+$/.test(started)) throw new HaopsError("E_PROBE", `not a time in ticks: ${JSON.stringify(started)}`)
  return isOlder(Number(started) / TICKS_S, answer.one("clock"), answer.all("written").map(Number))
    ? "older"
    : "current"
}
