interface Document {
  metadata: { component: { "bom-ref": string } }
  components: readonly Component[]
  dependencies: readonly { ref: string; dependsOn: readonly string[] }[]
}

interface Component {
  "bom-ref": string
  name: string
}

/**
 * The CycloneDX document that npm makes of all that is installed, left with what haops is built of: `used` are the names of its own
 * dependencies. npm's `--omit=dev` leaves out what a development tool happens to need too.
 */
export function sbomOf(text: string, used: readonly string[]): string {
  const all = JSON.parse(text) as Document
  const root = all.metadata.component["bom-ref"]
  const needs = new Map(all.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]))
  const names = new Map(all.components.map((one) => [one["bom-ref"], one.name]))
  const own = (needs.get(root) ?? []).filter((ref) => used.includes(names.get(ref) ?? ""))
  const kept = new Set(own)
  // A set's own loop comes to what is added meanwhile.
  for (const ref of kept) for (const other of needs.get(ref) ?? []) kept.add(other)
  const components = all.components.filter((one) => kept.has(one["bom-ref"]))
  const dependencies = all.dependencies.filter(({ ref }) => kept.has(ref))
  return `${JSON.stringify({ ...all, components, dependencies: [{ ref: root, dependsOn: own }, ...dependencies] }, undefined, 2)}\n`
}
