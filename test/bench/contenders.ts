import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { HAOPS } from "../e2e/harness/haops.ts"
import type { Lab } from "../e2e/harness/lab.ts"
import { type Measured, measure } from "./measure.ts"

/** One way to do the main job on a lab of three prepared nodes. */
export interface Contender {
  name: string
  /** What an operator writes beforehand: not part of the time. */
  prepare(lab: Lab): Promise<void>
  /** Converges; the VIP answers when it returns. */
  up(lab: Lab): Promise<Measured>
  /** Sees that there is nothing to do. */
  again(lab: Lab): Promise<Measured>
}

const PORTS = Array.from({ length: 14 }, (_, index) => 8001 + index)
const benchFile = (name: string) => fileURLToPath(new URL(`../../docker/bench/${name}`, import.meta.url))

export const haops: Contender = {
  name: "haops",
  prepare: async (lab) => {
    const services = PORTS.map((port) => ({
      name: `service${port}`,
      port,
      mode: "http",
      backendPort: 8000,
      check: "http",
    }))
    const same = { haproxy: { services }, sysctl: { "net.ipv4.ip_forward": 1 } }
    await lab.inventory(same)
    await lab.inventory({ ...same, ssh: { transport: "openssh" } }, "openssh.yaml")
  },
  up: (lab) =>
    measure([HAOPS, "up", "--yes", "-i", "inventory.yaml"], { cwd: lab.directory, env: { HOME: lab.directory } }),
  again: (lab) => haops.up(lab),
}

/** Sees, by the machine's own ssh, that there is nothing to do. */
export function againByOpenssh(lab: Lab): Promise<Measured> {
  return measure([HAOPS, "up", "--yes", "-i", "openssh.yaml"], { cwd: lab.directory, env: { HOME: lab.directory } })
}

export const floor: Contender = {
  name: "plain parallel ssh",
  prepare: (lab) => writeFile(join(lab.directory, "haproxy.cfg"), haproxyCfg(lab)),
  up: (lab) => measure(["sh", benchFile("floor.sh"), "up", ...floorArguments(lab)]),
  again: (lab) => measure(["sh", benchFile("floor.sh"), "check", ...floorArguments(lab)]),
}

export const ansible: Contender = {
  name: "ansible",
  prepare: async (lab) => {
    await writeFile(join(lab.directory, "haproxy.cfg"), haproxyCfg(lab))
    const hosts = lab.nodes.map(({ name, address }) => `${name} ansible_host=${address}\n`).join("")
    await writeFile(join(lab.directory, "hosts.ini"), `[controllers]\n${hosts}`)
  },
  up: (lab) => {
    const variables = { vip: lab.vip, password: lab.password, haproxy_cfg: join(lab.directory, "haproxy.cfg") }
    const login = ["--user", "root", "--private-key", lab.identityFile, "--inventory", join(lab.directory, "hosts.ini")]
    const options = [...login, "--forks", "20", "--extra-vars", JSON.stringify(variables)]
    return measure(["ansible-playbook", ...options, benchFile("playbook.yaml")], {
      env: {
        ANSIBLE_PIPELINING: "1",
        ANSIBLE_PYTHON_INTERPRETER: "/usr/bin/python3",
        ANSIBLE_SSH_ARGS: `-o ControlMaster=auto -o ControlPersist=60s -o UserKnownHostsFile=${lab.knownHosts}`,
      },
    })
  },
  again: (lab) => ansible.up(lab),
}

function floorArguments(lab: Lab): readonly string[] {
  return [lab.directory, lab.vip, ...lab.nodes.map(({ address }) => address)]
}

/** What haops writes for the same services, without its stats page. */
function haproxyCfg({ nodes, vip }: Lab): string {
  const listens = PORTS.map((port) => {
    const servers = nodes.map(
      ({ name, address }) => `  server ${name} ${address}:8000 check inter 2000 rise 2 fall 5\n`,
    )
    return `listen service${port}\n  bind ${vip}:${port}\n  mode http\n  balance source\n  option httpchk\n${servers.join("")}`
  })
  return `${HAPROXY_BASE}${listens.join("")}`
}

const HAPROXY_BASE = `global
  chroot /var/lib/haproxy
  user haproxy
  group haproxy
  daemon
  maxconn 4000
defaults
  timeout connect 10s
  timeout client 1m
  timeout server 1m
  timeout check 10s
`
