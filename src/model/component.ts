import type { Step } from "./step.ts"

/**
 * A managed thing: all that those must know of it who deal with every thing alike. `src/components.ts` lists them. What takes time to
 * load is loaded where it is first needed.
 */
export interface Component {
  /** Its folder's name. */
  name: string
  /** Its vocabulary in playbooks. Given all components, for steps that work for each of them. */
  steps?(all: readonly Component[]): Promise<readonly Step[]>
}
