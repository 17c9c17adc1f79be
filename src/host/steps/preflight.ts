import type { Component, HostNeeds } from "../../model/component.ts"
import { type BindContext, defineStep, type HostStep } from "../../model/step.ts"
import { LISTENERS } from "../network.ts"
import { preflightFindings } from "../preflight-findings.ts"
import { type PreflightState, parsePreflight, preflightScript } from "../preflight-state.ts"
import { type PreflightWant, preflightWant } from "../preflight-want.ts"

/** Looks whether a host can become what the inventory wants, and says everything that stands against it at once. Changes nothing. */
export function preflightStep(components: readonly Component[]): HostStep<PreflightWant, PreflightState> {
  return defineStep<PreflightWant, PreflightState>({
    kind: "preflight",
    summary: "what is wrong with this host: system, root, names, ports, disk, package manager",
    want: preflightWant,
    bind: ({ inventory, host }) =>
      wantOf(
        host,
        components.flatMap(({ needs }) => needs?.(inventory, host) ?? []),
      ),
    title: () => "preflight",
    probe: (wanted) => ({ shared: [LISTENERS], script: preflightScript(wanted), parse: parsePreflight }),
    check: () => [],
    findings: preflightFindings,
    plan: () => [],
  })
}

function wantOf({ name }: BindContext["host"], needs: readonly HostNeeds[]): PreflightWant {
  return {
    name,
    namedBy: needs.flatMap(({ namedBy }) => namedBy ?? []),
    ports: needs.flatMap(({ ports = [] }) => ports.map((port) => ({ ...port, own: [...port.own] }))),
    writes: needs.flatMap(({ writes = [] }) => writes),
    programs: needs.flatMap(({ programs = [] }) => programs),
    agents: needs.flatMap(({ agents = [] }) => agents),
    confined: needs.flatMap(({ confined = [] }) => confined),
  }
}
