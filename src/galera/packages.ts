import type { ComponentPackages } from "../model/component.ts"
import { GALERA } from "../model/galera.ts"
import { settingsOn } from "../model/section.ts"

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
    const settings = settingsOn({ inventory, host }, GALERA)
    return settings !== undefined ? { parts: ["galera", `galera-${settings.sst.method}`] } : undefined
  },
}
