import { HaopsError } from "../base/errors.ts"
import { quote } from "../base/sh.ts"
import { shared, tellShared } from "./shared.ts"

/** A systemd unit as systemd sees it, in systemd's own words. */
export interface UnitState {
  /** `loaded`, `not-found`, `masked`, `error`, `bad-setting`. */
  load: string
  /** `active`, `reloading`, `inactive`, `failed`, `activating`, `deactivating`. */
  active: string
  /** `running`, `dead`, `auto-restart`, … */
  sub: string
  /** `enabled`, `disabled`, `static`, `masked`, `indirect`, `generated`, …; empty where there is no unit file. */
  file: string
}

/** The services that make up the stack. One call tells of all: each costs a process and several round trips over D-Bus. */
export const STACK = ["corosync", "pacemaker", "pcsd", "pcsd-ruby", "haproxy", "keepalived"] as const
export type StackUnit = (typeof STACK)[number]

/** Shared question: a line a unit, `haproxy.service active loaded running disabled 4711`, the last being the main process or 0. */
export const STACK_UNITS = shared(
  "units",
  `shown=$(systemctl show -p Id,LoadState,ActiveState,SubState,UnitFileState,MainPID ${STACK.map((unit) => `${unit}.service`).join(" ")}) || exit
line() { [ -z "$id" ] || echo "$id \${active:--} \${load:--} \${sub:--} \${file:--} \${pid:-0}"; id= load= active= sub= file= pid=; }
line
while IFS== read -r key value; do
  case $key in
    Id) id=$value ;; LoadState) load=$value ;; ActiveState) active=$value ;; SubState) sub=$value ;;
    UnitFileState) file=$value ;; MainPID) pid=$value ;; '') line ;;
  esac
done <<END
$shown
END
line`,
)

/** Shell that prints the answer to `STACK_UNITS`. */
export const TELL_STACK_UNITS = tellShared(STACK_UNITS)

/** Shell condition: systemd calls this unit active. */
export function unitIsActive(unit: StackUnit): string {
  return `{ ${readUnits(unit)}; case $units in *"${unit}.service active "*) true ;; *) false ;; esac; }`
}

/** Shell that prints the unit's line of the answer to `STACK_UNITS`, after `prefix`. Spoils the positional parameters. */
export function tellUnit(unit: StackUnit, prefix: string): string {
  const id = `${unit}.service`
  return `${readUnits(unit)}\nset -- \${units##*"${id} "}; echo "${prefix} ${id} $1 $2 $3 $4 $5"`
}

/** Shell that sets `main` to the unit's main process, 0 where it has none. Spoils the positional parameters. */
export function mainPidOf(unit: StackUnit): string {
  return `${readUnits(unit)}\nset -- \${units##*"${unit}.service "}; main=$5`
}

/** Shell that sets `units`, and exits where systemd could not be asked about this one. */
function readUnits(unit: StackUnit): string {
  const missing = `echo 'systemctl show reports nothing about ${unit}.service' >&2; exit 1`
  return `units=${STACK_UNITS}; case $units in *"${unit}.service "*) ;; *) ${missing} ;; esac`
}

/** The states of these units from the answer to `STACK_UNITS`. Throws `E_PROBE` where it says nothing of one. */
export function parseStackUnits<Name extends StackUnit>(
  stdout: string,
  names: readonly Name[],
): Record<Name, UnitState> {
  const told = new Map(
    stdout.split("\n").map((line) => {
      const [id = "", ...fields] = line.split(" ")
      return [id, fields.map((field) => (field === "-" ? "" : field))]
    }),
  )
  const entries = names.map((name): [Name, UnitState] => {
    const [active, load, sub = "", file = ""] = told.get(`${name}.service`) ?? []
    if (!load || !active) throw new HaopsError("E_PROBE", `systemctl show reports nothing about ${name}.service`)
    return [name, { load, active, sub, file }]
  })
  return Object.fromEntries(entries) as Record<Name, UnitState>
}

const PROPERTIES = ["LoadState", "UnitFileState", "ActiveState", "SubState"] as const

/** Shell that asks systemd about one unit, of the stack or not. A unit that does not exist is an answer. */
export function unitScript(name: string): string {
  return `systemctl show --property=${PROPERTIES.join(",")} -- ${quote(name)}`
}

/** The same as a part of a longer answer: each line after `unit `, for `readUnit`. */
export function unitLines(name: string): string {
  return `unit=$(${unitScript(name)}) || exit
printf '%s\\n' "$unit" | sed 's/^/unit /'`
}

/** Reads what `unitScript` printed. Throws `E_PROBE` where a property is missing. */
export function parseUnit({ stdout }: { stdout: string }): UnitState {
  return readUnit(stdout.split("\n"))
}

/** The same of its lines, one by one. */
export function readUnit(lines: readonly string[]): UnitState {
  const values = propertiesOf(lines)
  const [load, file, active, sub] = PROPERTIES.map((property) => {
    const value = values.get(property)
    if (value === undefined) throw new HaopsError("E_PROBE", `systemctl show reports no ${property}`)
    return value
  })
  if (!load || !active) throw new HaopsError("E_PROBE", "systemctl show reports nothing about the unit")
  return { load, file: file ?? "", active, sub: sub ?? "" }
}

/** Shell that asks since when these units are active. */
export function activeScript(units: readonly string[]): string {
  return `systemctl show -p Id,ActiveState,ActiveEnterTimestampMonotonic ${units.map((unit) => `${unit}.service`).join(" ")}`
}

/** Seconds for which each unit has been active on a host that has been up for so many; undefined where it is not. */
export function parseActive(
  stdout: string,
  units: readonly string[],
  uptime: number,
): Readonly<Record<string, number | undefined>> {
  const blocks = stdout.split(/\n\n+/).map((block) => propertiesOf(block.split("\n")))
  const active = (unit: string): number | undefined => {
    const block = blocks.find((one) => one.get("Id") === `${unit}.service`)
    if (block === undefined) throw new HaopsError("E_PROBE", `systemctl show reports nothing about ${unit}.service`)
    if (block.get("ActiveState") !== "active") return undefined
    return Math.max(0, uptime - Number(block.get("ActiveEnterTimestampMonotonic")) / 1e6)
  }
  return Object.fromEntries(units.map((unit) => [unit, active(unit)]))
}

/** `KEY=value` by line, as `systemctl show` prints. */
function propertiesOf(lines: readonly string[]): ReadonlyMap<string | undefined, string> {
  return new Map(lines.map((line) => [line.split("=", 1)[0], line.slice(line.indexOf("=") + 1)]))
}
