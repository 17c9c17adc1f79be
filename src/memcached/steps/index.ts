import type { Step } from "../../model/step.ts"
import { memcached } from "./memcached.ts"

/** What playbooks can say of it. */
export const steps: readonly Step[] = [memcached]
