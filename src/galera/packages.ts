import type { ComponentPackages } from "../model/component.ts"
import { GALERA } from "../model/galera.ts"
import { settingsOf } from "../model/section.ts"

/** The server with its provider, and what it transfers data by. `socat` carries mariabackup's stream. */
export const packages: ComponentPackages = {
  parts: {
    galera: {
      debian: ["mariadb-server", "galera-4"],
      el: ["mariadb-server-galera"],
      suse: ["mariadb", "mariadb-galera"],
    },
    "galera-mariabackup": {
      debian: ["mariadb-backup", "socat"],
      el: ["mariadb-backup", "socat"],
      suse: ["mariadb-client", "socat"],
    },
    "galera-rsync": { debian: ["rsync"], el: ["rsync"], suse: ["rsync"] },
  },
  needed(inventory, host) {
    const settings = settingsOf(inventory, GALERA)
    return settings?.on === host.group ? { parts: ["galera", `galera-${settings.sst.method}`] } : undefined
  },
}
