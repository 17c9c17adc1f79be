import type { Drift, Finding } from "../../base/events.ts"
import { Secret } from "../../base/secret.ts"
import { readAnswer } from "../../host/answer.ts"
import { type FileWant, fileDrift, fileFindings, planFile } from "../../host/file-drift.ts"
import { FILE_KEYS, type FileState, fileScript, parseFile, sha256 } from "../../host/file-state.ts"
import { askAll, partsOf } from "../../host/sections.ts"
import type { Action } from "../../model/action.ts"
import type { HostFacts } from "../../model/host-facts.ts"
import { defineJointStep } from "../../model/step.ts"
import { bindKeystone, type KeystoneWant } from "../bind.ts"
import { configFiles, KEYSTONE_CONFIG, REDACT, redactConfig } from "../config.ts"
import { detour } from "../detour.ts"
import { restartHeld } from "../restart.ts"
import { KEYSTONE_ANSWER, type KeystoneState, keystoneProbe } from "../state.ts"

/** Keystone on a host, and its files. */
export interface ConfigState extends KeystoneState {
  files: readonly FileState[]
}

/** What Keystone reads when it starts. A change restarts one host at a time, and haproxy sends requests to the others meanwhile. */
export const keystoneConfig = defineJointStep<KeystoneWant, ConfigState>({
  kind: "keystone-config",
  answers: [KEYSTONE_ANSWER],
  summary: "Keystone's files, beside those of its package; a change restarts one host at a time",
  bind: bindKeystone,
  title: () => "Keystone's configuration",
  probe(want) {
    const { shared = [], script, parse } = keystoneProbe(want.address, want.database.name)
    const wanted = configFiles(want)
    const names = wanted.map((_, at) => `file${at}`)
    const questions = wanted.map((file, at) => [names[at], fileScript(file.path, questionOf(file))])
    return {
      shared,
      script: askAll({ state: script, ...Object.fromEntries(questions) }),
      parse({ stdout, stderr }) {
        const parts = partsOf(stdout, ["state", ...names])
        const files = names.map((name) => parseFile(readAnswer(parts[name] ?? "", FILE_KEYS)))
        return { ...parse({ stdout: parts.state ?? "", stderr }), files }
      },
    }
  },
  check: (want, { elected: { have } }) => driftOf(want, have),
  findings: (want, { elected: { have, facts } }) => findings(want, have, facts),
  plan(want, { elected: { have } }) {
    const puts = configFiles(want).flatMap((file, at) => planFile(file, have.files[at]!, { backup: true }).map(hidden))
    if (!runs(have)) return puts
    const { before, after, hint } = detour(want.balancers, want.address)
    return [...puts, ...before, { ...restartHeld(want.address), hint }, ...after]
  },
  mustWait: () => undefined,
  // What does not run serves nobody.
  needsAll: (_want, { elected: { have } }) => runs(have),
})

/** The database's password stays there. */
function questionOf({ path, content }: FileWant) {
  return path === KEYSTONE_CONFIG ? { filter: REDACT } : { unless: sha256(content) }
}

function hidden(action: Action): Action {
  if (action.type !== "put" || action.path !== KEYSTONE_CONFIG) return action
  return { ...action, content: new Secret(String(action.content)) }
}

function driftOf(want: KeystoneWant, have: ConfigState): Drift[] {
  const risk = runs(have) ? "restart" : "none"
  const found = configFiles(want).flatMap((file, at) =>
    fileDrift(file, have.files[at]!, { risk, redact: redactConfig }),
  )
  if (found.length > 0 || !have.older) return found
  return [{ attribute: "Keystone's loaded configuration", have: "an older one", want: "that of its files", risk }]
}

function findings(want: KeystoneWant, { files }: ConfigState, { family, os }: HostFacts): Finding[] {
  const message = `haops sets Keystone up on Debian and its kin alone, not on ${os}`
  return [
    ...(family === "debian" ? [] : [{ severity: "error", message, hint: "Leave the section out." } as const]),
    ...configFiles(want).flatMap(({ path }, at) => fileFindings(path, files[at]!)),
  ]
}

function runs({ unit }: KeystoneState): boolean {
  return unit.active === "active"
}
