import { scoreOf } from "./values.ts"

/** Pacemaker lets the set of this name win over the others. */
const FIRST = "cib-bootstrap-options"

/**
 * Attribute sets in the order of their say: of several that name an attribute the first one here decides. Pacemaker goes by their scores,
 * and of equal ones by the last in the file, as `crm_resource --get-parameter` of 2.1 shows.
 */
export function byScore<Set extends { attributes: Readonly<Record<string, string>> }>(
  sets: readonly Set[],
): readonly Set[] {
  return sets.toReversed().toSorted((a, b) => rank(b) - rank(a))
}

function rank({ attributes: { id, score = "" } }: { attributes: Readonly<Record<string, string>> }): number {
  return id === FIRST ? Number.MAX_VALUE : (scoreOf(score) ?? 0)
}
