import type { Step } from "../../model/step.ts"
import { booth } from "./booth.ts"
import { boothConfig } from "./booth-config.ts"
import { boothRetired } from "./booth-retired.ts"

/** What playbooks can say of it. */
export const steps: readonly Step[] = [boothConfig, boothRetired, booth]
