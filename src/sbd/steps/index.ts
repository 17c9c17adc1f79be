import type { Step } from "../../model/step.ts"
import { sbd } from "./sbd.ts"

/** What playbooks can say of it. */
export const steps: readonly Step[] = [sbd]
