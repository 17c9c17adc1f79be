import type { Step } from "../../model/step.ts"
import { memcached } from "./memcached.ts"
import { memcachedRetired } from "./memcached-retired.ts"

/** What playbooks can say of it. */
export const steps: readonly Step[] = [memcached, memcachedRetired]
