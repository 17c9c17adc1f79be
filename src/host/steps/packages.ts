import * as z from "zod"
import type { Component } from "../../model/component.ts"
import { defineStep, type HostStep } from "../../model/step.ts"
import { packageDrift, planPackages } from "../packages/drift.ts"
import { haRepositoryFindings, packageFindings } from "../packages/findings.ts"
import { stackParts } from "../packages/parts.ts"
import { askInstallation, type PackageState, packageQuestion, parsePackages } from "../packages/state.ts"

interface Want {
  parts: string[]
  fencing: string[]
}

/** The packages that a host needs for all the components that run there, installed without starting what they bring. */
export function packagesStep(components: readonly Component[]): HostStep<Want, PackageState> {
  const stack = stackParts(components)
  return defineStep<Want, PackageState>({
    kind: "packages",
    summary: "the packages of the stack, installed without starting what must not run yet",
    want: z.strictObject({
      parts: z
        .array(z.enum(stack.parts as [string, ...string[]]))
        .min(1)
        .describe("Parts of the stack; each family has its own package names for them."),
      fencing: z.array(z.string()).default([]).describe("Fence agents in use, such as `fence_ipmilan`."),
    }),
    bind({ inventory, host }) {
      const needs = stack.needed(inventory, host)
      return needs && { parts: [...needs.parts], fencing: [...(needs.fencing ?? [])] }
    },
    title: () => "packages",
    probe: (wanted) => ({
      ...packageQuestion([...new Set(stack.variants(wanted).flat())].sort()),
      parse: parsePackages,
      further: (have) => askInstallation(have, stack.variants(wanted)),
    }),
    check: (wanted, have, facts) => packageDrift(wantedOf(stack.names(wanted, facts)), have),
    findings: (wanted, have, facts) => {
      const names = wantedOf(stack.names(wanted, facts))
      return [...packageFindings(names, have, facts.packageManager), ...haRepositoryFindings(names, have, facts)]
    },
    plan: (wanted, have, _drift, facts) =>
      planPackages(wantedOf(stack.names(wanted, facts)), have, facts, { quiet: true, haRepository: true }),
  })
}

function wantedOf(names: readonly string[]) {
  return names.map((name) => ({ name, version: undefined }))
}
