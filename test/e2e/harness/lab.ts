import { randomUUID } from "node:crypto"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { getContainerRuntimeClient } from "testcontainers"
import { type Cleanups, createCleanups } from "./cleanups.ts"
import { type HaopsOptions, type HaopsResult, type HaopsRun, haopsOnTerminal, spawnHaops } from "./haops.ts"
import { type InventoryOverrides, writeInventory } from "./inventory.ts"
import { createLoginKey, writeKnownHosts } from "./keys.ts"
import { type LabNode, startNode } from "./node.ts"
import { createNetwork } from "./subnet.ts"
import type { Ended } from "./terminal.ts"

export type Release = "bullseye" | "bookworm" | "trixie"

export interface LabOptions {
  /** Default `bookworm`. */
  release?: Release
  /** Nodes of another release, by name. */
  releases?: Readonly<Record<string, Release>>
  /** Controllers. Default 3. */
  nodes?: number
  /** Default 0. */
  loadbalancers?: number
  /** With the packages installed, on all nodes or on these. Default false: bare. */
  prepared?: boolean | readonly string[]
  /** With the packages of the data services besides, none of them started: on all nodes. Default false. */
  services?: boolean
  /** With the packages installed, and what it takes to be fenced, by a BMC or a watchdog, on all nodes. Default false. */
  fencing?: boolean
  /** Bare nodes that show themselves as Rocky Linux 9, in place of Debian's. Default false. */
  enterpriseLinux?: boolean
  /** Bare nodes that show themselves as openSUSE Leap 15, in place of Debian's. Default false. */
  suse?: boolean
  /** With an HTTP responder on port 8000 of every node, for haproxy to find. Default true. */
  responder?: boolean
}

/** Systemd nodes on a network of their own, and the files an operator would have. Disposal removes all of it. */
export interface Lab extends AsyncDisposable {
  /** controller1.., then lb1... */
  nodes: readonly LabNode[]
  /** The node of this name. Throws where there is none. */
  node(name: string): LabNode
  /** An address of the lab's network that no node has. */
  vip: string
  /** Holds id_ed25519, known_hosts, hacluster (a password) and inventories. */
  directory: string
  /** The content of `hacluster`. */
  password: string
  identityFile: string
  knownHosts: string
  /** Writes an inventory for the lab, with overrides merged over it (null removes), and returns its path. */
  inventory(overrides?: InventoryOverrides, file?: string): Promise<string>
  /** Runs the built haops to its end. */
  haops(args: readonly string[], options?: HaopsOptions): Promise<HaopsResult>
  /** Starts the built haops, for tests that kill it. */
  spawnHaops(args: readonly string[], options?: HaopsOptions): HaopsRun
  /** The same on a terminal, where each question is given the next answer. */
  onTerminal(args: readonly string[], answers: readonly string[]): Promise<Ended>
}

/**
 * Boots a lab and waits until every node answers ssh. Use with `await using`. Labs may run side by side: each has its own subnet.
 */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const { release = "bookworm", releases = {}, nodes: count = 3, loadbalancers = 0 } = options
  const { prepared = false, services = false, fencing = false, responder = true } = options
  const { enterpriseLinux = false, suse = false } = options
  const cleanups = createCleanups()
  try {
    const directory = await mkdtemp(join(tmpdir(), "haops-e2e-"))
    cleanups.defer(() => rm(directory, { recursive: true, force: true }))
    const { dockerode } = (await getContainerRuntimeClient()).container
    const network = await createNetwork(dockerode)
    cleanups.defer(() => network.remove())
    const key = await createLoginKey(directory)
    const isPrepared = (name: string) => (typeof prepared === "boolean" ? prepared : prepared.includes(name))
    const guise = enterpriseLinux ? "el" : suse ? "suse" : undefined
    const all = services ? "services" : fencing ? "fencing" : guise
    const kind = (name: string) => all ?? (isPrepared(name) ? "prepared" : "node")
    const image = (name: string) => `haops-${kind(name)}:${releases[name] ?? release}`
    const started: LabNode[] = []
    cleanups.defer(() => settled(started.map((node) => node.remove())))
    const planned = [...places("controller", count, 11), ...places("lb", loadbalancers, 21)]
    const nodes = await settled(
      planned.map(async ({ name, host }) => {
        const place = {
          name,
          address: network.address(host),
          network: network.name,
          image: image(name),
          authorizedKey: key.publicKey,
        }
        const node = await startNode(dockerode, place, responder)
        started.push(node)
        return node
      }),
    )
    const password = randomUUID()
    await writeFile(join(directory, "hacluster"), password, { mode: 0o600 })
    const knownHosts = await writeKnownHosts(directory, nodes)
    return toLab({
      directory,
      nodes,
      password,
      knownHosts,
      identityFile: key.file,
      vip: network.address(200),
      cleanups,
    })
  } catch (error) {
    await cleanups.run()
    throw error
  }
}

function toLab(
  parts: Omit<Lab, "node" | "inventory" | "haops" | "spawnHaops" | "onTerminal" | typeof Symbol.asyncDispose> & {
    cleanups: Cleanups
  },
): Lab {
  const { cleanups, ...fields } = parts
  const lab: Lab = {
    ...fields,
    node: (name) => {
      const found = lab.nodes.find((node) => node.name === name)
      if (found === undefined) throw new Error(`the lab has no node ${name}`)
      return found
    },
    inventory: (overrides = {}, file = "inventory.yaml") => writeInventory(lab, overrides, join(lab.directory, file)),
    spawnHaops: (args, options = {}) => spawnHaops(args, { cwd: lab.directory, ...options }),
    onTerminal: (args, answers) => haopsOnTerminal(args, answers, lab.directory),
    haops: (args, options) => lab.spawnHaops(args, options).done,
    [Symbol.asyncDispose]: () => (process.env.HAOPS_E2E_KEEP === undefined ? cleanups.run() : keep(lab)),
  }
  return lab
}

/** For whoever wants to look around in it. The next run removes the nodes, as those of any run that is over. */
async function keep({ nodes, directory, identityFile, knownHosts }: Lab): Promise<void> {
  const login = `ssh -F none -i ${identityFile} -o UserKnownHostsFile=${knownHosts} -o IdentitiesOnly=yes`
  const lines = nodes.map(({ name, address }) => `  ${name}  ${login} root@${address}\n`)
  process.stderr.write(`The lab is kept, with its inventories in ${directory}:\n${lines.join("")}`)
}

function places(prefix: string, count: number, firstHost: number): { name: string; host: number }[] {
  return Array.from({ length: count }, (_, index) => ({ name: `${prefix}${index + 1}`, host: firstHost + index }))
}

/** Like Promise.all, but rejects only when all have settled, so that what did start is known to the clean-up. */
async function settled<Value>(promises: readonly Promise<Value>[]): Promise<Value[]> {
  await Promise.allSettled(promises)
  return Promise.all(promises)
}
