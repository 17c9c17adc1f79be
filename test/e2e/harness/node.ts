import { once } from "node:events"
import { connect } from "node:net"
import type Dockerode from "dockerode"
import { GenericContainer, type StartedTestContainer, Wait } from "testcontainers"
import { labLabels } from "./labels.ts"
import { until } from "./until.ts"

export interface NodeResult {
  code: number
  stdout: string
  stderr: string
}

/** One node of a lab, reached through the engine: what a test sees and does here does not depend on haops or ssh. */
export interface LabNode {
  name: string
  address: string
  /** The engine's id of it. */
  container: string
  /** Runs a shell command line as root, for any exit code. */
  exec(script: string): Promise<NodeResult>
  /** Runs a shell command line as root and returns its standard output. Throws unless it exits 0. */
  must(script: string): Promise<string>
  /** Writes a file, owned by root. */
  write(path: string, content: string, mode?: number): Promise<void>
  /** Stops every process where it stands, as a hung machine: addresses stay, nothing answers. */
  freeze(): Promise<void>
  thaw(): Promise<void>
  /** Power off, without a shutdown. */
  kill(): Promise<void>
  /** Boots it again, with its disk and address as they were, and waits until its sshd answers this machine. */
  start(): Promise<void>
  /** From now on a shutdown from within is followed by a boot, as on a machine: an engine does that only for those that it is told to. */
  restartable(): Promise<void>
  /** Drops all traffic between this node and these, both ways. This machine reaches all of them still. */
  cutFrom(...others: readonly LabNode[]): Promise<void>
  /** Undoes every `cutFrom` on this node; the other side has one of its own. */
  heal(): Promise<void>
  remove(): Promise<void>
}

export interface NodePlace {
  name: string
  address: string
  network: string
  image: string
  authorizedKey: string
}

const BOOT_TIMEOUT_MS = 120_000

/** Boots a node and waits until its sshd is ready. */
export async function startNode(dockerode: Dockerode, place: NodePlace, responder: boolean): Promise<LabNode> {
  const container = new NodeContainer(place)
  if ((await cgroupVersion(dockerode)) === "2") container.withPrivateCgroups()
  else container.withBindMounts([{ source: "/sys/fs/cgroup", target: "/sys/fs/cgroup", mode: "ro" }])
  const node = toNode(place, await container.start(), dockerode)
  if (responder) await node.must("systemctl enable --now --quiet lab-responder")
  return node
}

/** A container in which systemd is at home. The options are those of docker/engine.sh. */
class NodeContainer extends GenericContainer {
  constructor({ name, address, network, image, authorizedKey }: NodePlace) {
    super(image)
    this.withHostname(name)
      .withLabels(labLabels())
      .withNetworkMode(network)
      .withAddedCapabilities("ALL")
      .withDroppedCapabilities("SYS_RESOURCE")
      .withSecurityOpt("seccomp=unconfined", "apparmor=unconfined")
      .withTmpFs({ "/run": "", "/run/lock": "", "/tmp": "" })
      // Every client of corosync takes megabytes of it; a quorum device is one client too many for the 64 that are the default.
      .withSharedMemorySize(256 * 2 ** 20)
      .withCopyContentToContainer([{ content: authorizedKey, target: "/etc/lab/authorized_keys", mode: 0o644 }])
      // Its own cleaner needs an image from the net; labels.ts does that work.
      .withAutoCleanup(false)
      .withStartupTimeout(BOOT_TIMEOUT_MS)
      .withWaitStrategy(Wait.forSuccessfulCommand(SSH_IS_UP))
    // Fixed, so that a node that was off comes back with the address it had.
    this.createOpts.NetworkingConfig = { EndpointsConfig: { [network]: { IPAMConfig: { IPv4Address: address } } } }
  }

  withPrivateCgroups(): void {
    // Missing from the type, known to every engine since 20.10.
    const hostConfig: typeof this.hostConfig & { CgroupnsMode?: string } = this.hostConfig
    hostConfig.CgroupnsMode = "private"
  }
}

const SSH_IS_UP = "systemctl --quiet is-active ssh"

function toNode({ name, address }: NodePlace, started: StartedTestContainer, dockerode: Dockerode): LabNode {
  const container = dockerode.getContainer(started.getId())
  const node: LabNode = {
    name,
    address,
    container: started.getId(),
    exec: async (script) => {
      const { exitCode, stdout, stderr } = await started.exec(["sh", "-c", script])
      return { code: exitCode, stdout, stderr }
    },
    must: async (script) => {
      const { code, stdout, stderr } = await node.exec(script)
      if (code !== 0) throw new Error(`${name}: exit ${code} of ${script}\n${stdout}${stderr}`)
      return stdout
    },
    write: (path, content, mode = 0o644) => started.copyContentToContainer([{ content, target: path, mode }]),
    freeze: () => container.pause(),
    thaw: () => container.unpause(),
    kill: () => container.kill({ signal: "SIGKILL" }),
    start: async () => {
      await container.start()
      await until(async () => (await node.exec(SSH_IS_UP)).code === 0, { what: `ssh on ${name}` })
      await until(() => greets(address), { what: `ssh on ${name} to answer this machine` })
    },
    restartable: async () => void (await container.update({ RestartPolicy: { Name: "always" } })),
    cutFrom: async (...others) => {
      await Promise.all(others.flatMap((other) => [blackhole(node, other), blackhole(other, node)]))
    },
    heal: async () => {
      await node.must("ip route flush type blackhole")
    },
    remove: () => container.remove({ force: true, v: true }),
  }
  return node
}

/** Whether ssh can be reached from here: while a node was off its neighbours noted that there is no way to it. */
async function greets(address: string): Promise<boolean> {
  const socket = connect({ host: address, port: 22 })
  try {
    const [greeting] = await once(socket, "data", { signal: AbortSignal.timeout(5_000) })
    return String(greeting).startsWith("SSH-")
  } finally {
    socket.destroy()
  }
}

async function blackhole(from: LabNode, to: LabNode): Promise<void> {
  await from.must(`ip route replace blackhole ${to.address}/32`)
}

async function cgroupVersion(dockerode: Dockerode): Promise<string> {
  const info = (await dockerode.info()) as { CgroupVersion?: string }
  return info.CgroupVersion ?? "1"
}
