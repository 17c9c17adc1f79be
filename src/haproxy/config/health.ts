import { section } from "./words.ts"

/** Name of the frontend on which haproxy says that it is well. */
export const HEALTH_FRONTEND = "haops-health"

/**
 * Answers every request for `/` with 200 out of haproxy's own event loop, whatever its servers do: keepalived moves the VIP for a
 * haproxy that is gone or hangs, not for backends that are down everywhere.
 */
export function healthSection(port: number): string {
  return section(`frontend ${HEALTH_FRONTEND}`, [`bind 127.0.0.1:${port}`, "mode http", "no log", "monitor-uri /"])
}
