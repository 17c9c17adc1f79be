import { nearest } from "../../base/nearest.ts"
import type { Notes } from "../../document/notes.ts"
import type { CibElement, CibPart, Resource } from "../../model/inventory.ts"
import { element } from "../parts/element.ts"
import type { BundleYaml } from "./bundle-schema.ts"
import { checkVocabulary } from "./cluster-vocabulary.ts"
import type { Claim } from "./ids-check.ts"
import { attributeSet } from "./part-elements.ts"
import { RESOURCE_META } from "./resource-vocabulary.ts"
import type { PacemakerYaml } from "./schema.ts"

/** Bundles, and whether what is to run in them can. */
export function expandBundles(
  { bundles = {} }: PacemakerYaml,
  resources: readonly Resource[],
  claim: Claim,
  notes: Notes,
): readonly CibPart[] {
  for (const [id, { meta = {} }] of Object.entries(bundles)) {
    const path = ["pacemaker", "bundles", id]
    claim(id, "a bundle", path)
    checkVocabulary(meta, RESOURCE_META, [...path, "meta"], notes)
  }
  for (const resource of resources) checkHeld(resource, { bundles, resources }, notes)
  return Object.entries(bundles).map(([id, bundle]) => bundlePart(id, bundle))
}

interface Held {
  bundles: Readonly<Record<string, BundleYaml>>
  resources: readonly Resource[]
}

/** Pacemaker reaches what runs in a container by its address or its port, and has one resource in each. */
function checkHeld({ id, bundle, clone, group }: Resource, { bundles, resources }: Held, notes: Notes): void {
  if (bundle === undefined) return
  const path = ["pacemaker", "resources", id, "bundle"]
  const of = bundles[bundle]
  const [first] = resources.filter((one) => one.bundle === bundle)
  if (of === undefined)
    notes.problem(path, `there is no bundle "${bundle}"`, { suggestion: nearest(bundle, Object.keys(bundles)) })
  else if (of.network?.ipRangeStart === undefined && of.network?.controlPort === undefined)
    notes.problem(path, `the network of ${bundle} needs ipRangeStart or controlPort, by which pacemaker reaches ${id}`)
  if (first !== undefined && first.id !== id)
    notes.problem(path, `${bundle} holds ${first.id} already, and no more than one`)
  if (clone !== undefined) notes.problem(path, "a resource that is cloned cannot be in a bundle, which has replicas")
  if (group !== undefined) notes.problem(path, "a resource is in a group or in a bundle, not in both")
}

/** With ids as pcs makes them. */
export function bundlePart(id: string, { podman, docker, network, storage = [], meta }: BundleYaml): CibPart {
  const children = [
    container(podman === undefined ? "docker" : "podman", podman ?? docker),
    ...(network === undefined ? [] : [networkOf(id, network)]),
    ...(storage.length === 0 ? [] : [element("storage", {}, numbered(`${id}-storage-map`, storage.map(mapped)))]),
    ...attributeSet("meta_attributes", id, meta),
  ]
  return { kind: "bundle", id, element: element("bundle", { id }, children) }
}

function container(engine: string, of: BundleYaml["podman"]): CibElement {
  return element(engine, {
    image: of?.image,
    replicas: of?.replicas?.toString(),
    "replicas-per-host": of?.replicasPerHost?.toString(),
    "promoted-max": of?.promotedMax?.toString(),
    "run-command": of?.runCommand,
    network: of?.network,
    options: of?.options,
  })
}

function networkOf(id: string, network: NonNullable<BundleYaml["network"]>): CibElement {
  const { ports = [] } = network
  const all = ports.map((one) => {
    if (typeof one === "object" && "range" in one) return mapping(id, one.range, { range: one.range })
    const { port, internalPort } = typeof one === "number" ? { port: one, internalPort: undefined } : one
    return mapping(id, String(port), { port: String(port), "internal-port": internalPort?.toString() })
  })
  const said = {
    "ip-range-start": network.ipRangeStart,
    "control-port": network.controlPort?.toString(),
    "host-interface": network.hostInterface,
    "host-netmask": network.hostNetmask?.toString(),
    "add-host": network.addHost?.toString(),
  }
  return element("network", said, all)
}

function mapping(id: string, of: string, said: Readonly<Record<string, string | undefined>>): CibElement {
  return element("port-mapping", { id: `${id}-port-map-${of}`, ...said })
}

function mapped(one: NonNullable<BundleYaml["storage"]>[number]) {
  const from = "source" in one ? { "source-dir": one.source } : { "source-dir-root": one.sourceRoot }
  return { ...from, "target-dir": one.target, options: one.options }
}

function numbered(id: string, all: readonly Readonly<Record<string, string | undefined>>[]): readonly CibElement[] {
  return all.map((one, at) => element("storage-mapping", { id: at === 0 ? id : `${id}-${at}`, ...one }))
}
