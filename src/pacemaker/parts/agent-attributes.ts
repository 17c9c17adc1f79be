import type { Attributes } from "../cib.ts"
import { templateOf } from "./template.ts"

/** `ocf:heartbeat:IPaddr2` as the attributes that stand for it. */
export function agentAttributes(agent: string): Attributes {
  const template = templateOf(agent)
  if (template !== undefined) return { template }
  const [standard = "", ...rest] = agent.replace(/^ocf::/, "ocf:").split(":")
  const [provider = "", ...type] = rest
  // The name of a systemd unit may have a colon, that of a provider may not.
  if (standard === "ocf") return { class: standard, provider, type: type.join(":") }
  return { class: standard, type: rest.join(":") }
}
