import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import type { HostFacts } from "../../../src/model/host-facts.ts"
import { applyChanges } from "../../../src/pacemaker/apply-changes.ts"
import { EMPTY_CIB } from "../../../src/pacemaker/cib.ts"
import { parseCib } from "../../../src/pacemaker/cib-parse.ts"
import { chooseDialect } from "../../../src/pacemaker/dialects/dialect.ts"
import { diffCib } from "../../../src/pacemaker/diff.ts"
import { NOTHING_OWNED, ownershipOf } from "../../../src/pacemaker/ownership.ts"
import { describeEdits } from "../../../src/pacemaker/transaction.ts"
import { cloned, DESIRES, desired, resource } from "../../cases/pacemaker/desires.ts"

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

const recorded = (name: string) =>
  parseCib(readFileSync(new URL(`../../cases/pacemaker/recorded/${name}`, import.meta.url), "utf8"))

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
    // By crmsh what is there is changed by the ids that crmsh gave it.
    const before = name === "crmsh" ? recorded("crmsh-2.1.xml") : withIds
    const { changes } = diffCib(third!, before, ownershipOf(second!))
    const edits = describeEdits(dialect(name).cib.edit(changes, before, "new.xml"))
    await expect(`${edits.join("\n")}\n`).toMatchFileSnapshot(`../../cases/pacemaker/commands/${name}-changed.txt`)
  })
})

describe("what haops does not model", () => {
  const util = '<utilization id="vip-util"><nvpair id="vip-cpu" name="cpu" value="2"/></utilization>'
  const rule = '<rule id="night" score="0"><date_expression id="when" operation="gt" start="2037-01-01"/></rule>'
  const ruled = (name: string, id: string) =>
    `<${name} id="${id}">${rule}<nvpair id="${id}-x" name="ip" value="9"/></${name}>`
  const meta =
    '<meta_attributes id="tail-meta"><nvpair id="tail-role" name="target-role" value="Stopped"/></meta_attributes>'
  const group = (more: string) =>
    `<group id="tail"><primitive id="a" class="ocf" provider="heartbeat" type="Dummy"/>${more}</group>`
  const cibOf = (resources: string) =>
    parseCib(`<cib><configuration><resources>${resources}</resources></configuration></cib>`)
  const vip = (inner: string) =>
    `<primitive id="vip" class="ocf" provider="heartbeat" type="IPaddr2" description="by hand">${inner}</primitive>`
  const ip = '<instance_attributes id="set"><nvpair id="set-ip" name="ip" value="10.0.0.11"/></instance_attributes>'
  const wanted = desired({
    resources: [resource("vip", "ocf:heartbeat:IPaddr2", { parameters: { ip: "10.0.0.12", nic: "eth0" } })],
  })
  const edits = (name: keyof typeof CAPABILITIES, want: typeof wanted, resources: string) => {
    const cib = cibOf(resources)
    return describeEdits(dialect(name).cib.edit(diffCib(want, cib, ownershipOf(want)).changes, cib, "new.xml"))
  }

  test("is not written by crmsh at all: one value is changed by its id", () => {
    expect(edits("crmsh", wanted, vip(ruled("instance_attributes", "night-set") + ip + util))).toEqual([
      "CIB_file=new.xml cibadmin --modify --xml-pipe",
      '  <primitive id="vip"><instance_attributes id="set"><nvpair id="set-ip" name="ip" value="10.0.0.12"/><nvpair id="set-nic" name="nic" value="eth0"/></instance_attributes></primitive>',
    ])
  })

  test.each(["pcs-0.10", "pcs-0.11", "pcs-0.12"] as const)("is not for %s to find first: a set with a rule", (name) => {
    expect(edits(name, wanted, vip(ruled("instance_attributes", "night-set") + ip))[0]).toContain("cibadmin --modify")
    expect(edits(name, wanted, vip(ip + util))).toEqual(["pcs -f new.xml resource update vip ip=10.0.0.12 nic=eth0"])
  })

  test.each(Object.keys(CAPABILITIES) as (keyof typeof CAPABILITIES)[])(
    "of a group is there after %s has changed its members",
    (name) => {
      const two = desired({ resources: ["a", "b"].map((id) => resource(id, "ocf:heartbeat:Dummy", { group: "tail" })) })
      expect(edits(name, two, group(meta)).slice(-2)).toEqual([
        "CIB_file=new.xml cibadmin --modify --xml-pipe",
        `  <group id="tail">${meta}</group>`,
      ])
    },
  )

  test("of a clone is there after it was made anew", () => {
    const clone = `<clone id="c"><primitive id="a" class="ocf" provider="heartbeat" type="Dummy"/>${ruled("meta_attributes", "m")}</clone>`
    const anew = desired({ resources: [resource("a", "ocf:heartbeat:Dummy", cloned("c", {}, true))] })
    expect(edits("pcs-0.11", anew, clone).at(-1)).toBe(`  <clone id="c">${ruled("meta_attributes", "m")}</clone>`)
  })

  test("takes no id that something has", () => {
    const other = '<primitive id="vip-instance_attributes" class="ocf" provider="heartbeat" type="Dummy"/>'
    expect(edits("crmsh", wanted, vip(util) + other).join("")).toContain(
      '<instance_attributes id="vip-instance_attributes-1">',
    )
  })
})

test("nothing to change is no command", () => {
  expect(dialect("pcs-0.12").cib.edit([], EMPTY_CIB, "new.xml")).toEqual([])
  expect(dialect("crmsh").cib.edit([], EMPTY_CIB, "new.xml")).toEqual([])
})
