import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { Secret } from "../../../src/base/secret.ts"
import { BASE_SCRIPT, BASE_SHARED } from "../../../src/host/base.ts"
import type { Probe } from "../../../src/model/probe.ts"
import { compilePlaybook } from "../../../src/playbook/compile.ts"
import { loadShipped } from "../../../src/playbook/load.ts"
import { loadSteps } from "../../../src/playbook/registry.ts"
import { parseInventory } from "../parse-inventory.ts"

const steps = await loadSteps()
const secret = () => new Secret("hapass")

/** Every probe of a shipped playbook on this inventory's hosts, by its step's kind. */
async function probesOf(name: string, example: string): Promise<[string, Probe<unknown>][]> {
  const file = `inventory/${example}.yaml`
  const inventory = parseInventory(readFileSync(file, "utf8"), file)
  const subject = { node: inventory.hosts[0]!.name }
  const context = { inventory, hosts: inventory.hosts, steps, secret, subject }
  return compilePlaybook(await loadShipped(name), context).flatMap(({ tasks }) =>
    tasks.flatMap(({ step, wants }) =>
      [...wants.values()].map((want): [string, Probe<unknown>] => [step.kind, step.probe(want)]),
    ),
  )
}

/** Names of the questions that stand in a script, those within another left out. */
function standing(script: string): string[] {
  return [...script.matchAll(/\$\{haops_(\w+)-\$\(\n[\s\S]*?\n# haops_\1\n\)\}/g)].map(([, name]) => name!)
}

test.each(["up", "add-node", "remove-node", "standby", "unstandby", "maintenance-on"])(
  "each probe of %s declares the shared questions that stand in its script, and no other",
  async (name) => {
    const probes = [...(await probesOf(name, "openstack")), ...(await probesOf(name, "loadbalancers"))]
    expect(probes.flatMap(([, { script }]) => standing(script)).length).toBeGreaterThan(0)
    for (const [kind, { script, shared = [] }] of probes) {
      expect([kind, new Set(shared.map((question) => question.name))]).toEqual([kind, new Set(standing(script))])
    }
  },
)

test("so do the base facts", () => {
  expect(new Set(BASE_SHARED.map(({ name }) => name))).toEqual(new Set(standing(BASE_SCRIPT)))
})
