import * as z from "zod"
import { defineStep } from "../../model/step.ts"
import { packageDrift, planPackages } from "../packages/drift.ts"
import { packageFindings } from "../packages/findings.ts"
import { askInstallation, type PackageState, packageQuestion, parsePackages } from "../packages/state.ts"

const name = z.string().regex(/^[A-Za-z0-9][\w.+-]*$/, "a package name")

const want = z
  .strictObject({
    name: z.union([name, z.array(name).min(1)]).describe("A package, or a list of packages."),
    version: z
      .string()
      .regex(/^[\w.+~:*-]+$/, "a version, such as 2.6.12-1 or 2.6.*")
      .optional()
      .describe("As the package manager spells it, `*` at the end for any. Left out: whatever version is there."),
    start: z.boolean().default(true).describe("Whether Debian's packages may start their services on installation."),
  })
  .refine((wanted) => wanted.version === undefined || typeof wanted.name === "string", {
    message: "a version goes with one package, not with a list",
    path: ["version"],
  })

type Want = z.infer<typeof want>

/** Packages of the user's choice. */
export const packageStep = defineStep<Want, PackageState>({
  kind: "package",
  summary: "packages of your choice, installed; in one version where you say so",
  want,
  title: (wanted) => `package ${namesOf(wanted).join(" ")}`,
  probe: (wanted) => ({
    ...packageQuestion(namesOf(wanted)),
    parse: parsePackages,
    further: (have) => (packageDrift(wantedOf(wanted), have).length === 0 ? undefined : askInstallation(have, [])),
  }),
  check: (wanted, have) => packageDrift(wantedOf(wanted), have),
  findings: (wanted, have, facts) => packageFindings(wantedOf(wanted), have, facts.packageManager),
  plan: (wanted, have, _drift, facts) =>
    planPackages(wantedOf(wanted), have, facts, { quiet: !wanted.start, haRepository: false }),
})

function namesOf(wanted: Want): readonly string[] {
  return typeof wanted.name === "string" ? [wanted.name] : wanted.name
}

function wantedOf(wanted: Want) {
  return namesOf(wanted).map((one) => ({ name: one, version: wanted.version }))
}
