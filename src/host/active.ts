import type { ObservedKey } from "../model/view.ts"

/** Seconds for which each unit of the components has been active, by its name without `.service`; undefined where it is not. */
export const ACTIVE: ObservedKey<Readonly<Record<string, number | undefined>>> = { name: "active" }
