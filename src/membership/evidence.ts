import type { Evidence } from "../model/evidence.ts"

/** pcsd's tokens are not taken. */
export const evidence: Evidence = { logs: ["/var/log/pcsd/pcsd.log*"] }
