import { COMPONENTS } from "../components.ts"
import type { Component } from "../model/component.ts"
import type { Step } from "../model/step.ts"

/** The vocabulary of playbooks: every step kind by its YAML name. */
export async function loadSteps(components: readonly Component[] = COMPONENTS): Promise<ReadonlyMap<string, Step>> {
  const steps = await Promise.all(components.map((component) => component.steps?.(components) ?? []))
  return new Map(steps.flat().map((step) => [step.kind, step]))
}
