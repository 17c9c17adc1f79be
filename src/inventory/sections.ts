import type { Component } from "../model/component.ts"
import type { AnySection } from "../model/section.ts"

/** The components' parts of the inventory. */
export async function loadSections(components: readonly Component[]): Promise<readonly AnySection[]> {
  const sections = await Promise.all(components.map((component) => component.section?.() ?? []))
  return sections.flat()
}
