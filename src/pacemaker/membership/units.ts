import { HaopsError } from "../../errors.ts"

/** A systemd unit as systemd sees it. */
export interface UnitState {
  /** False where there is no such unit. */
  exists: boolean
  /** `active`, `activating`, `inactive`, `failed`, … */
  active: string
  /** `enabled`, `disabled`, `masked`, …; empty where there is no such unit. */
  enabled: string
}

/** Shell that tells the state of several units in one call: a call costs a round trip over D-Bus. */
export function unitsScript(units: readonly string[]): string {
  return `systemctl show -p Id,LoadState,ActiveState,UnitFileState ${units.map((unit) => `${unit}.service`).join(" ")}`
}

/** The states by name, without `.service`. Throws `E_PROBE` where the output is something else. */
export function parseUnits<Name extends string>(stdout: string, units: readonly Name[]): Record<Name, UnitState> {
  const shown = new Map(
    stdout
      .trim()
      .split(/\n\n+/)
      .map((block) => fieldsOf(block))
      .map((fields) => [fields.get("Id")?.replace(/\.service$/, ""), fields]),
  )
  return Object.fromEntries(units.map((unit) => [unit, stateOf(unit, shown.get(unit))])) as Record<Name, UnitState>
}

function fieldsOf(block: string): ReadonlyMap<string, string> {
  return new Map(
    block.split("\n").map((line) => {
      const equals = line.indexOf("=")
      return [line.slice(0, equals), line.slice(equals + 1)]
    }),
  )
}

function stateOf(unit: string, fields: ReadonlyMap<string, string> | undefined): UnitState {
  const load = fields?.get("LoadState")
  const active = fields?.get("ActiveState")
  if (fields === undefined || load === undefined || active === undefined) {
    throw new HaopsError("E_PROBE", `systemctl says nothing of ${unit}.service`)
  }
  return { exists: load !== "not-found", active, enabled: fields.get("UnitFileState") ?? "" }
}
