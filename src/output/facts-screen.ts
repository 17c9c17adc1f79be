import { cleanLine } from "../base/clean.ts"
import { type HostState, isLive, type LiveHost } from "../engine/world.ts"

/** What each host says of itself. */
export function renderFacts(states: readonly HostState[]): string {
  return states.map(textOf).join("\n")
}

function textOf(state: HostState): string {
  const lines = isLive(state) ? factLines(state) : [state.failure?.error.message ?? "no answer"]
  return `${state.host.name}\n${lines.map((line) => `  ${cleanLine(line)}`).join("\n")}\n`
}

function factLines({ facts }: LiveHost): readonly string[] {
  const { os, osVersion, arch, hostname, versions, clock } = facts
  const stack = Object.entries(versions).flatMap(([name, version]) =>
    version === undefined ? [] : [`${name} ${version}`],
  )
  return [
    `system    ${os} ${osVersion} ${arch}`,
    `hostname  ${hostname}`,
    `clock     ${Math.round(clock.offsetMs)} ms from ours, ± ${Math.round(clock.uncertaintyMs)} ms`,
    `stack     ${stack.length > 0 ? stack.join(", ") : "not installed"}`,
  ]
}
