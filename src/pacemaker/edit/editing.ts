import type { Agents } from "../agents/metadata.ts"
import type { Cib } from "../cib.ts"
import type { CibDocument } from "./cib-document.ts"

/** A CIB that is being edited, and what decides how things are written in it. */
export interface Editing {
  document: CibDocument
  schema: Cib["schema"]
  agents: Agents
}
