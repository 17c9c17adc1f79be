import { describe, expect, test } from "vitest"
import type { HostFacts } from "../../../src/model/host-facts.ts"
import { applyChanges } from "../../../src/pacemaker/apply-changes.ts"
import { EMPTY_CIB } from "../../../src/pacemaker/cib.ts"
import { chooseDialect } from "../../../src/pacemaker/dialects/dialect.ts"
import { diffCib } from "../../../src/pacemaker/diff.ts"
import { NOTHING_OWNED, ownershipOf } from "../../../src/pacemaker/ownership.ts"
import { describeEdits } from "../../../src/pacemaker/transaction.ts"
import { DESIRES } from "../../cases/pacemaker/desires.ts"

const CAPABILITIES = {
  "pcs-0.9": [],
  "pcs-0.10": ["cluster.create.separated-name-and-address", "pcmk.properties.resource-defaults.multiple"],
  "pcs-0.11": [
    "cluster.create.separated-name-and-address",
    "pcmk.resource.move.autoclean.default",
    "pcmk.properties.resource-defaults.multiple",
  ],
  "pcs-0.12": [
    "cluster.create.separated-name-and-address",
    "pcmk.resource.move.autoclean.default",
    "pcmk.constraint.colocation.simple.options.score",
    "pcmk.properties.resource-defaults.multiple",
    "pcmk.resource.create.meta.future",
  ],
  crmsh: undefined,
}

function dialect(name: keyof typeof CAPABILITIES) {
  const capabilities = CAPABILITIES[name]
  const versions = { pacemaker: "2.1.5", ...(capabilities ? { pcs: "0" } : { crmsh: "4.4.1" }) }
  const facts = { versions, pcsCapabilities: new Set(capabilities) } as unknown as HostFacts
  return chooseDialect(facts, "auto")
}

const seeded = { ...EMPTY_CIB, seeds: ["haops-seed"] }
const [, second, third] = Object.values(DESIRES)
const built = applyChanges(EMPTY_CIB, diffCib(second!, EMPTY_CIB, NOTHING_OWNED).changes)
const withIds = {
  ...built,
  sections: {
    ...built.sections,
    property: { ...built.sections.property, ids: { "pe-warn-series-max": "options-pe-warn" } },
    "resource-default": { ...built.sections["resource-default"], ids: { "migration-threshold": "defaults-threshold" } },
  },
  resources: built.resources.map((one) => ({
    ...one,
    operations: one.operations.map((operation) => ({
      ...operation,
      id: `${one.id}-${operation.name}-interval-${operation.options.interval}`,
    })),
  })),
}

describe.each(Object.keys(CAPABILITIES) as (keyof typeof CAPABILITIES)[])("%s", (name) => {
  test("builds a load balancer on a new cluster", async () => {
    const [first] = Object.values(DESIRES)
    const { changes } = diffCib(first!, seeded, NOTHING_OWNED)
    const edits = describeEdits(dialect(name).cib.edit(changes, seeded, "new.xml"))
    await expect(`${edits.join("\n")}\n`).toMatchFileSnapshot(`../../cases/pacemaker/commands/${name}-new.txt`)
  })

  test("changes one of everything", async () => {
    const { changes } = diffCib(third!, withIds, ownershipOf(second!))
    const edits = describeEdits(dialect(name).cib.edit(changes, withIds, "new.xml"))
    await expect(`${edits.join("\n")}\n`).toMatchFileSnapshot(`../../cases/pacemaker/commands/${name}-changed.txt`)
  })
})

test("nothing to change is no command", () => {
  expect(dialect("pcs-0.12").cib.edit([], EMPTY_CIB, "new.xml")).toEqual([])
  expect(dialect("crmsh").cib.edit([], EMPTY_CIB, "new.xml")).toEqual([])
})
