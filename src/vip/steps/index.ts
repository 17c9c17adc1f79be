import type { Step } from "../../model/step.ts"
import { vipFree } from "./vip-free.ts"

/** What playbooks can say of it. */
export const steps: readonly Step[] = [vipFree]
