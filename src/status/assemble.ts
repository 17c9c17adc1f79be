import type { Unasked, View } from "../model/view.ts"
import type { Answers } from "./answers.ts"
import { driftStatus } from "./drift.ts"
import type { Status } from "./model.ts"

/** The whole picture from what the hosts answered. `unasked` are the steps that could not even be put to them. Pure. */
export function assembleStatus(answers: Answers, views: readonly View[], unasked: readonly Unasked[] = []): Status {
  const { name: cluster, file: inventory, files } = answers.inventory
  const pictures = views.map(({ picture }) => picture?.(answers))
  // Each component gives its own part of it.
  return Object.assign({ cluster, inventory, ...(files && { inventoryFiles: files }) }, ...pictures, {
    drift: driftStatus(answers, unasked),
  }) as Status
}
