import { HaopsError } from "../base/errors.ts"
import { shared } from "./shared.ts"

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
  const missing = `echo 'systemctl says nothing of ${unit}.service' >&2; exit 1`
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
    if (!load || !active) throw new HaopsError("E_PROBE", `systemctl says nothing of ${name}.service`)
    return [name, { load, active, sub, file }]
  })
  return Object.fromEntries(entries) as Record<Name, UnitState>
}
