import type { Step } from "../../model/step.ts"
import { keepalived } from "./keepalived.ts"
import { keepalivedConverged } from "./keepalived-converged.ts"
import { keepalivedRetired } from "./keepalived-retired.ts"

/** What playbooks can say of it. */
export const steps: readonly Step[] = [keepalived, keepalivedConverged, keepalivedRetired]
