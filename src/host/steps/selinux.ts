import * as z from "zod"
import type { Component } from "../../model/component.ts"
import { type Drift, defineStep, type HostStep } from "../../model/step.ts"
import { parseSelinux, type SelinuxState, selinuxScript } from "../selinux.ts"

const want = z.strictObject({
  booleans: z
    .array(z.strictObject({ boolean: z.string().regex(/^\w+$/), denies: z.string() }))
    .readonly()
    .describe("Booleans of its policy, and what it denies while they are off."),
  files: z.array(z.string()).readonly().default([]).describe("Whose labels are compared with the policy's."),
})

type Want = z.infer<typeof want>

/** It rebuilds the policy. */
const SET_TIMEOUT_MS = 180_000

/**
 * What SELinux's policy has to allow: booleans, for good, and the labels of files that haops writes. Set where it enforces and where it is
 * permissive, or it would deny them on the day that it enforces. Where it is disabled there is nothing to look at.
 */
export function selinuxStep(components: readonly Component[]): HostStep<Want, SelinuxState> {
  return defineStep<Want, SelinuxState>({
    kind: "selinux",
    summary: "booleans of SELinux's policy, and labels of files, where it is not disabled",
    want,
    bind({ inventory, host }) {
      const needs = components.flatMap(({ needs }) => needs?.(inventory, host) ?? [])
      const booleans = needs.flatMap(({ selinux = [] }) => selinux)
      return { booleans, files: needs.flatMap(({ writes = [] }) => writes) }
    },
    title: () => "SELinux",
    probe: ({ booleans, files }) => ({
      script: selinuxScript({ booleans: booleans.map(({ boolean }) => boolean), files }),
      parse: parseSelinux,
    }),
    check: (wanted, have) => [
      ...denials(wanted, have).map(({ boolean, denies }): Drift => {
        return { attribute: `SELinux's ${boolean}`, have: "off", want: "on", risk: "none", cost: costOf(have, denies) }
      }),
      ...have.mislabelled.map(({ path, have, want }): Drift => {
        return { attribute: `label of ${path}`, have, want, risk: "none" }
      }),
    ],
    plan(wanted, have) {
      const booleans = denials(wanted, have).map(({ boolean }) => `${boolean}=1`)
      const files = have.mislabelled.map(({ path }) => path)
      return [
        ...(booleans.length === 0
          ? []
          : [{ type: "run" as const, argv: ["setsebool", "-P", ...booleans], timeoutMs: SET_TIMEOUT_MS }]),
        ...(files.length === 0 ? [] : [{ type: "run" as const, argv: ["restorecon", "--", ...files] }]),
      ]
    },
  })
}

function denials({ booleans }: Want, { off }: SelinuxState): Want["booleans"] {
  return booleans.filter(({ boolean }) => off.includes(boolean))
}

function costOf({ mode }: SelinuxState, denies: string): string {
  return mode === "enforcing" ? `it keeps ${denies}` : `permissive: it would keep ${denies}`
}
