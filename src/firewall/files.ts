import { nodeFile } from "../host/file-drift.ts"
import type { Component } from "../model/component.ts"
import type { NodeFiles } from "../model/node-file.ts"
import { firewallFile, firewallStep } from "./steps/firewall.ts"

export function filesOf(components: readonly Component[]): NodeFiles {
  const { bind } = firewallStep(components)
  return (context) => {
    const want = bind?.(context)
    if (want === undefined || !want.managed) return []
    return [{ ...nodeFile("firewall", firewallFile(want)), note: "only where firewalld runs" }]
  }
}
