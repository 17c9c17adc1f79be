import type { Members } from "../../model/step.ts"
import type { CibHave } from "../cib-probe.ts"
import type { AgentAnswer, Agents } from "./metadata.ts"

/** What the elected node knows of the agents; of one that it cannot tell of, what another does that has it. */
export function knownAgents({ elected, all }: Pick<Members<CibHave>, "elected" | "all">): Agents {
  const known = new Map<string, AgentAnswer>()
  for (const { have } of [elected, ...all]) {
    for (const [name, answer] of have.agents ?? []) {
      const before = known.get(name)
      if (before === undefined || (typeof before === "string" && typeof answer !== "string")) known.set(name, answer)
    }
  }
  return known
}
