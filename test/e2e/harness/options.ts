import { expect } from "vitest"
import { PROPERTIES } from "../../../src/pacemaker/section/cluster-vocabulary.ts"
import type { LabNode } from "./node.ts"

/** The cluster options that this node's pacemaker documents and haops does not know by name. */
export async function unknownOptions(node: LabNode): Promise<readonly string[]> {
  const daemons = "for daemon in schedulerd controld based; do /usr/lib/pacemaker/pacemaker-$daemon metadata; done"
  const metadata = await node.must(daemons)
  const names = [...metadata.matchAll(/<parameter name="([^"]+)"/g)].map(([, name = ""]) => name)
  expect(names).toContain("cluster-recheck-interval")
  return names.filter((name) => !PROPERTIES.has(name))
}
