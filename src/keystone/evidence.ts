import type { Evidence } from "../model/evidence.ts"

/** Its keys and its configuration are not taken. */
export const evidence: Evidence = { logs: ["/var/log/keystone/*.log*"] }
