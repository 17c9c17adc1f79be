import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { Lab } from "./lab.ts"
import type { LabNode } from "./node.ts"
import { until } from "./until.ts"

/** Baseboard management controllers, as a server has one each: what they are told over IPMI switches a node's container off and on. */
export interface Bmcs extends AsyncDisposable {
  /** This machine, as nodes of the lab reach it. */
  address: string
  /** By the node's name. */
  ports: Readonly<Record<string, number>>
  /** One that answers for this node, and does not do what it is told. */
  brokenPort: number
  username: string
  /** The content of the file `bmc` in the lab's directory. */
  password: string
}

const FIRST_PORT = 9623

/** One for each node, and one that is broken. */
export async function startBmcs(lab: Lab, password: string): Promise<Bmcs> {
  const address = lab.vip.replace(/\d+$/, "1")
  const directory = join(lab.directory, "bmcs")
  await mkdir(directory, { mode: 0o700 })
  await writeFile(join(lab.directory, "bmc"), password, { mode: 0o600 })
  const ports = Object.fromEntries(lab.nodes.map(({ name }, at) => [name, FIRST_PORT + at]))
  const brokenPort = FIRST_PORT + lab.nodes.length
  const started: ChildProcess[] = []
  const begin = async (name: string, port: number, chassis: string) => {
    started.push(await startBmc({ name, directory: join(directory, name), address, port, password, chassis }))
  }
  const stop = () => Promise.all(started.map(ended))
  try {
    await Promise.all(lab.nodes.map((node) => begin(node.name, ports[node.name]!, chassisOf(node))))
    await begin("broken", brokenPort, BROKEN)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    address,
    ports,
    brokenPort,
    username: "haops",
    password,
    [Symbol.asyncDispose]: async () => void (await stop()),
  }
}

interface Bmc {
  name: string
  directory: string
  address: string
  port: number
  password: string
  chassis: string
}

async function startBmc({ name, directory, address, port, password, chassis }: Bmc): Promise<ChildProcess> {
  await mkdir(join(directory, "state"), { recursive: true })
  await writeFile(join(directory, "chassis"), chassis, { mode: 0o755 })
  await writeFile(join(directory, "emulator"), EMULATOR)
  await writeFile(join(directory, "lan.conf"), lanOf({ name, directory, address, port, password }), { mode: 0o600 })
  const words = [
    "-n",
    "-c",
    join(directory, "lan.conf"),
    "-f",
    join(directory, "emulator"),
    "-s",
    join(directory, "state"),
  ]
  const child = spawn("ipmi_sim", words, { stdio: ["ignore", "ignore", "pipe"] })
  let said = ""
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    said += chunk
  })
  await once(child, "spawn")
  const hex = (number: number, digits: number) => number.toString(16).toUpperCase().padStart(digits, "0")
  const place = address
    .split(".")
    .reverse()
    .map((byte) => hex(Number(byte), 2))
  const listens = ` ${place.join("")}:${hex(port, 4)} `
  await until(
    async () => {
      if (child.exitCode !== null) throw new Error(`ipmi_sim of ${name} exited ${child.exitCode}: ${said}`)
      return (await readFile("/proc/net/udp", "utf8")).includes(listens)
    },
    { what: `the BMC of ${name}`, everyMs: 50 },
  )
  return child
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, "exit")
  child.kill("SIGKILL")
  await exit
}

function lanOf({ name, directory, address, port, password }: Omit<Bmc, "chassis">): string {
  const allowed = ["callback", "user", "operator", "admin"].map(
    (who) => `    allowed_auths_${who} none md2 md5 straight`,
  )
  return `name "${name}"
set_working_mc 0x20
  startlan 1
    addr ${address} ${port}
    priv_limit admin
${allowed.join("\n")}
    guid a123456789abcdefa123456789abcdef
  endlan
  chassis_control "${join(directory, "chassis")}"
  user 2 true "haops" "${password}" admin 10 none md2 md5 straight
`
}

const EMULATOR = `mc_setbmc 0x20
mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02
mc_enable 0x20
`

/** `get power` and `set power 0`, as ipmi_sim calls it. Power is there at once, and a machine takes longer to boot than a container. */
function chassisOf({ container }: LabNode): string {
  return `#!/bin/sh
state=$0.off
case "$1 $2 $3" in
  "get power "*) if [ -e "$state" ]; then echo power:0; else echo power:1; fi ;;
  "set power 0") touch "$state"; docker kill ${container} >/dev/null 2>&1 || : ;;
  "set power 1") rm -f "$state"; { sleep ${BOOT_SECONDS}; docker start ${container}; } </dev/null >/dev/null 2>&1 & ;;
esac
`
}

const BOOT_SECONDS = 6

const BROKEN = `#!/bin/sh
[ "$1" != get ] || echo power:1
`
