import type { Evidence } from "../model/evidence.ts"

export const evidence: Evidence = {
  files: ["/etc/keepalived/keepalived.conf"],
  tells: [
    {
      by: /^Keepalived(_vrrp)?$/i,
      line: /(?:VRRP_Instance)?\(([^)]+)\) Entering (MASTER|BACKUP|FAULT) STATE/,
      kind: ([, , state]) => (state === "FAULT" ? "failed" : "moved"),
      words: ([, instance, state]) => `${instance} is ${state!.toLowerCase()} here`,
    },
  ],
}
