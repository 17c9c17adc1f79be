import type { EventKind, Evidence } from "../model/evidence.ts"

const KINDS: Readonly<Record<string, EventKind>> = { SYNCED: "back", CLOSED: "left", OPEN: "failed" }

export const evidence: Evidence = {
  logs: ["/var/log/mysql/error.log*", "/var/log/mariadb/mariadb.log*"],
  tells: [
    {
      by: /^(mariadbd|mysqld|mysqld_safe)$/,
      line: /WSREP: Shifting (\S+) -> (\S+)/,
      kind: ([, , state]) => KINDS[state!] ?? "moved",
      words: ([, from, to]) => `galera: ${from!.toLowerCase()} → ${to!.toLowerCase()}`,
    },
  ],
}
