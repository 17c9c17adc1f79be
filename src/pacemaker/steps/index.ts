import type { Step } from "../../model/step.ts"
import { cib } from "./cib.ts"
import { cibRecord } from "./cib-record.ts"
import { resourcesRefresh } from "./resources-refresh.ts"

/** What playbooks can say of it. */
export const steps: readonly Step[] = [resourcesRefresh, cib, cibRecord]
