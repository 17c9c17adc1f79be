import { COMPONENTS } from "../components.ts"
import type { Component } from "../model/component.ts"
import type { View } from "../model/view.ts"

/** What there is to look at, of all components. */
export async function loadViews(components: readonly Component[] = COMPONENTS): Promise<readonly View[]> {
  const views = await Promise.all(components.map((component) => component.view?.(components) ?? []))
  return views.flat()
}
