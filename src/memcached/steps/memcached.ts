import * as z from "zod"
import type { Drift, Finding } from "../../base/events.ts"
import { fileDrift, fileFindings, planFile } from "../../host/file-drift.ts"
import { LISTENERS } from "../../host/network.ts"
import { unitActions } from "../../host/unit-actions.ts"
import { bootDrift, maskedFindings } from "../../host/unit-judge.ts"
import { connectScript } from "../../membership/wait-script.ts"
import type { Action } from "../../model/action.ts"
import { answerKey } from "../../model/answer-key.ts"
import { settingsOn } from "../../model/section.ts"
import { defineJointStep, type HostFacts } from "../../model/step.ts"
import { MEMCACHED_CONFIG, memcachedConfig } from "../config.ts"
import { MEMCACHED, MEMCACHED_PORT } from "../settings.ts"
import { type MemcachedState, memcachedScript, parseMemcached } from "../state.ts"

const UNIT = "memcached.service"

const want = z.strictObject({
  address: z.string().describe("The address that it listens on."),
  memoryMib: z.number().int().positive(),
  connections: z.number().int().positive(),
})

type Want = z.infer<typeof want>

/** What memcached is like on a host. */
export const MEMCACHED_ANSWER = answerKey<MemcachedState>("memcached")

/**
 * memcached on the host's own address. A restart forgets what is cached, and all at once would have every client ask the database for
 * everything: so one host at a time.
 */
export const memcached = defineJointStep<Want, MemcachedState>({
  kind: "memcached",
  answers: [MEMCACHED_ANSWER],
  summary: "memcached on the host's own address, in a file of haops's; a change restarts one host at a time",
  want,
  bind({ inventory, host }) {
    const settings = settingsOn({ inventory, host }, MEMCACHED)
    if (settings === undefined) return undefined
    return { address: host.address, memoryMib: settings.memoryMib, connections: settings.connections }
  },
  title: () => "memcached",
  probe: ({ address }) => ({ shared: [LISTENERS], script: memcachedScript(address), parse: parseMemcached }),
  check: (wanted, { elected: { have } }) => [...configDrift(wanted, have), ...unitDrift(have)],
  findings: (_want, { elected: { have, facts } }) => findings(have, facts),
  plan: (wanted, { elected: { have } }, drift) => plan(wanted, have, drift),
  mustWait: () => undefined,
  // What does not run has nothing cached.
  needsAll: (_want, { elected: { have } }) => have.memory !== "none",
})

function configDrift(wanted: Want, { config, memory }: MemcachedState): Drift[] {
  const risk = memory === "none" ? "none" : "restart"
  const drift = fileDrift(memcachedConfig(wanted), config, { risk })
  if (drift.length > 0 || memory !== "older") return drift
  return [{ attribute: "memcached's options", have: "older ones", want: `those of ${MEMCACHED_CONFIG}`, risk }]
}

function unitDrift({ unit, memory }: MemcachedState): Drift[] {
  const expected = unit.load === "not-found" ? { expected: true } : {}
  return [
    ...(unit.file === "enabled" ? [] : [{ ...bootDrift(unit.file, true), ...expected }]),
    ...(memory === "none"
      ? [{ attribute: "running", have: unit.active, want: "active", risk: "none", ...expected } as const]
      : []),
  ]
}

function findings({ config, unit }: MemcachedState, { family }: HostFacts): Finding[] {
  const others: Finding[] =
    family === "debian"
      ? []
      : [
          {
            severity: "error",
            message: "haops sets memcached up on Debian and its kin alone",
            hint: "Leave the section out.",
          },
        ]
  return [...others, ...fileFindings(MEMCACHED_CONFIG, config), ...maskedFindings(UNIT, unit)]
}

function plan(wanted: Want, have: MemcachedState, drift: readonly Drift[]): Action[] {
  const restart = drift.some(({ risk }) => risk === "restart")
  return [
    ...planFile(memcachedConfig(wanted), have.config, { backup: true }),
    ...(restart ? [{ type: "run", argv: ["systemctl", "restart", "--", UNIT] } as const] : []),
    ...drift.flatMap((one) => unitActions(UNIT, have.unit, one)),
    {
      type: "wait",
      for: `memcached to answer on ${wanted.address}`,
      script: connectScript(wanted.address, MEMCACHED_PORT),
      timeoutMs: 10_000,
      hint: `See: journalctl -u ${UNIT} -n 50`,
    },
  ]
}
