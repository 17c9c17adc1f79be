import { describe, expect, test } from "vitest"
import type { HostFacts } from "../../../src/model/host-facts.ts"
import type { Members } from "../../../src/model/step.ts"
import type { CibHave } from "../../../src/pacemaker/cib-probe.ts"
import { doubtful, optionsScript } from "../../../src/pacemaker/known-options.ts"
import { PROPERTIES } from "../../../src/pacemaker/section/cluster-vocabulary.ts"
import { cib } from "../../../src/pacemaker/steps/cib.ts"
import { desired } from "../../cases/pacemaker/desires.ts"
import { cluster } from "../inventory/support.ts"
import { parseInventory } from "../parse-inventory.ts"
import { run, SHELLS } from "../step-harness.ts"

const NAMES = ["fencing-enabled", "is-managed-default", "node-pending-timeout", "site of 'ours"]
const want = {
  shell: "auto" as const,
  desired: desired({ properties: { ...Object.fromEntries(NAMES.map((name) => [name, "1"])), "batch-limit": "3" } }),
}
const HAS = '<cluster_property_set id="o"><nvpair id="x" name="node-pending-timeout" value="2"/></cluster_property_set>'
const CIB = `<cib epoch="1" have-quorum="1"><configuration><crm_config>${HAS}</crm_config></configuration></cib>`

function members(answer: string, versions: object): Members<CibHave> {
  const have = cib.probe(want).parse({ stdout: `${answer}cluster up\n${CIB}\n`, stderr: "" }) as CibHave
  const facts = { versions: { pacemaker: "2.1.5", ...versions }, pcsCapabilities: new Set() } as unknown as HostFacts
  const elected = { host: "c1", have, facts }
  return { elected, all: [elected], missing: [] }
}

const findings = (answer: string, versions: object) =>
  cib.findings?.(want, members(answer, versions)).map(({ severity, message, hint }) => [severity, message, hint])

describe("a property that this pacemaker does not know", () => {
  const some = "options asked\noption node-pending-timeout\noption site of 'ours\n"

  test.each([{ pcs: "0.11" }, { crmsh: "4.4" }])("is an error with %j, and nothing is simulated", (versions) => {
    expect(findings(some, versions)).toEqual([
      ["error", "pacemaker 2.1.5 knows no property fencing-enabled", "Write stonith-enabled instead."],
      [
        "error",
        "pacemaker 2.1.5 knows no property is-managed-default",
        "Write is-managed in resourceDefaults instead.",
      ],
    ])
    const all = members(some, versions)
    expect(cib.simulate?.(want, all, cib.check(want, all))).toBeUndefined()
  })

  test("is none where pacemaker did not say what it knows, or all of it is known", () => {
    expect(findings("", { pcs: "0.11" })).toEqual([])
    const answer = ["options asked", ...NAMES.map((name) => `option ${name}`), ""].join("\n")
    expect(findings(answer, { pcs: "0.11" })).toEqual([])
  })

  test.each(["is-managed-default: true", "default-resource-stickiness: 100"])(
    "is warned of while reading: %s",
    (text) => {
      const { warnings } = parseInventory(cluster(`  properties: { ${text} }\n`), "i.yaml")
      expect(warnings.join("\n")).toMatch(/pacemaker 2\.0 and later know no "[\w-]+"; write [\w-]+ in resourceDefaults/)
    },
  )
})

describe("the question", () => {
  test("is not put for options that every pacemaker knows", () => {
    expect(optionsScript(doubtful(["stonith-enabled", "no-quorum-policy", "cluster-recheck-interval"]))).toBe("")
    expect(doubtful([...PROPERTIES.keys()]).length).toBeLessThan(PROPERTIES.size / 2)
  })

  test.each(SHELLS)("has no answer on a node without pacemaker, in %s", (shell) => {
    expect(run(optionsScript(NAMES), { shell }).stdout).toBe("")
  })
})
