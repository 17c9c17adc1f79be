import type { CibElement } from "../../model/inventory.ts"
import { isAtLeast, type SchemaVersion } from "../schema.ts"

/** What a schema does not know, and what to do about it. */
export interface Unknown {
  what: string
  hint: string
}

export const UPGRADE = "Take it out, or upgrade the CIB by hand where all nodes know it: cibadmin --upgrade."

/** What came with a schema, by the files of pacemaker 2.0, 2.1 and 3.0 in /usr/share/pacemaker. */
const SINCE: readonly { since: SchemaVersion; word: string; isIn(element: CibElement): boolean }[] = [
  { since: [3, 4], word: "a rule about resources", isIn: ({ name }) => name === "rsc_expression" },
  { since: [3, 4], word: "a rule about operations", isIn: ({ name }) => name === "op_expression" },
  {
    since: [3, 5],
    word: "a comparison of integers",
    isIn: ({ name, attributes }) => name === "expression" && attributes.type === "integer",
  },
  {
    since: [3, 9],
    word: "minutes, seconds, days or yeardays in a date",
    isIn: ({ name, attributes }) =>
      ["date_spec", "duration"].includes(name) &&
      ["minutes", "seconds", "days", "yeardays"].some((part) => attributes[part] !== undefined),
  },
  { since: [3, 0], word: "promoted-max", isIn: ({ attributes }) => attributes["promoted-max"] !== undefined },
  { since: [3, 2], word: "podman", isIn: ({ name }) => name === "podman" },
  { since: [3, 6], word: "influence", isIn: ({ attributes }) => attributes.influence !== undefined },
]

/** What of these elements the CIB's schema is too old for. */
export function newWords(
  elements: readonly { what: string; element: CibElement }[],
  schema: SchemaVersion,
): readonly Unknown[] {
  return elements.flatMap(({ what, element }) =>
    SINCE.filter(({ since, isIn }) => !isAtLeast(schema, since) && all(element).some(isIn)).map(({ word }) => ({
      what: `${what} has ${word}`,
      hint: UPGRADE,
    })),
  )
}

function all(element: CibElement): readonly CibElement[] {
  return [element, ...element.children.flatMap(all)]
}
