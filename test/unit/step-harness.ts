import { execFileSync } from "node:child_process"
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Secret } from "../../src/base/secret.ts"
import { STACK, type StackUnit, type UnitState } from "../../src/host/units.ts"
import type { HostFacts } from "../../src/model/host-facts.ts"
import type { Host, Inventory } from "../../src/model/inventory.ts"
import type { ProbeOutput } from "../../src/model/probe.ts"
import type { BindContext, HostStep } from "../../src/model/step.ts"

/** Facts of a Debian 12 node, changed as asked. */
export function facts(changes: Partial<HostFacts> = {}): HostFacts {
  return {
    host: "controller1",
    os: "debian",
    osVersion: "12",
    family: "debian",
    arch: "x86_64",
    hostname: "controller1",
    packageManager: "apt",
    systemd: true,
    versions: {
      pacemaker: undefined,
      pcs: undefined,
      crmsh: undefined,
      corosync: undefined,
      haproxy: undefined,
      keepalived: undefined,
    },
    pcsCapabilities: new Set(),
    clock: { offsetMs: 0, uncertaintyMs: 0 },
    ...changes,
  }
}

export function host(name: string, address: string, changes: Partial<Host> = {}): Host {
  const ssh = { become: "sudo", hostKeys: "strict", connectTimeoutMs: 1000 } as const
  return { name, group: "controllers", address, links: [address], ssh, ...changes }
}

/** An inventory of these hosts and what else is given. */
export function inventory(hosts: readonly Host[], changes: Partial<Inventory> = {}): Inventory {
  return { file: "lab.yaml", name: "lab", hosts, vips: [], sysctl: {}, warnings: [], ...changes }
}

export function context(of: Inventory, one: Host): BindContext {
  return { inventory: of, host: one, members: of.hosts, secret: () => new Secret("secret") }
}

/** Check, findings and plan of a step at once. */
export function judge<Want, Have>(step: HostStep<Want, Have>, want: unknown, have: Have, of: HostFacts = facts()) {
  const wanted = read(step, want)
  const drift = step.check(wanted, have, of)
  return {
    drift,
    findings: step.findings?.(wanted, have, of) ?? [],
    actions: drift.length > 0 ? step.plan(wanted, have, drift, of) : [],
  }
}

/** Reads a probe's output as the engine would. */
export function parse<Want, Have>(step: HostStep<Want, Have>, want: unknown, stdout: string): Have {
  return step.probe(read(step, want)).parse({ stdout, stderr: "" })
}

function read<Want, Have>(step: HostStep<Want, Have>, want: unknown): Want {
  return step.want === undefined ? (want as Want) : step.want.parse(want)
}

export const SHELLS = ["/bin/dash", "/bin/bash"].filter((shell) => existsSync(shell))

/** Runs a probe's script as the engine does: in a subshell, without standard input. Throws where it exits non-zero. */
export function run(script: string, { shell = "sh", path = "" } = {}): ProbeOutput {
  const env = { ...process.env, LC_ALL: "C", PATH: path === "" ? process.env.PATH : `${path}:${process.env.PATH}` }
  // With a socket for its standard input, which is what a pipe of Node's is, bash takes itself for one of sshd's and reads ~/.bashrc.
  const stdio = ["ignore", "pipe", "pipe"] as const
  const stdout = execFileSync(shell, ["-c", '(eval "$1") </dev/null', "probe", script], { env, stdio: [...stdio] })
  return { stdout: stdout.toString(), stderr: "" }
}

/** A directory with programs of our own making, removed when the scope ends. */
export function sandbox(programs: Readonly<Record<string, string>> = {}): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "haops-steps-"))
  for (const [name, body] of Object.entries(programs)) {
    writeFileSync(join(path, name), `#!/bin/sh\n${body}\n`)
    chmodSync(join(path, name), 0o755)
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

type StackStates = Partial<Record<StackUnit, Partial<UnitState> & { pid?: number }>>

/** The answer to the shared question about the stack's units; those not named are not there. */
export function stackUnits(states: StackStates): string {
  const lines = STACK.map((unit) => {
    const { active, load, sub, file, pid } = { ...ABSENT, ...states[unit] }
    return `${unit}.service ${active} ${load} ${sub} ${file || "-"} ${pid}\n`
  })
  return lines.join("")
}

/** Shell for a `systemctl` that shows these units. */
export function systemctlShow(states: StackStates): string {
  const blocks = STACK.map((unit) => {
    const { active, load, sub, file, pid } = { ...ABSENT, ...states[unit] }
    return `MainPID=${pid}\nId=${unit}.service\nLoadState=${load}\nActiveState=${active}\nSubState=${sub}\nUnitFileState=${file}\n`
  })
  return `cat <<'END'\n${blocks.join("\n")}END`
}

const ABSENT = { active: "inactive", load: "not-found", sub: "dead", file: "", pid: 0 }
