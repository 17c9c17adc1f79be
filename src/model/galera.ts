import type { HaproxyService } from "./haproxy.ts"
import type { Group, Host, SecretSource } from "./host.ts"
import { sectionKey } from "./section.ts"

/** The galera section with its defaults. Pure data. */
export interface GaleraSettings {
  on: Group
  sst: { method: "mariabackup" | "rsync"; password?: SecretSource | undefined }
  /** Where a member says over HTTP whether it can serve; undefined: nowhere. */
  check?: GaleraCheck | undefined
  /** Of two nodes: both stop where they lose each other, or the first goes on. */
  quorum?: "stop" | "first" | undefined
  /** Of `[mysqld]`, by the server's names for them. */
  settings: Readonly<Record<string, string>>
  /** `wsrep_provider_options`. */
  provider: Readonly<Record<string, string>>
  databases: readonly GaleraDatabase[]
}

export interface GaleraCheck {
  port: number
  /** A member that sends its state to another one counts as well. */
  donor: boolean
}

export interface GaleraDatabase {
  name: string
  user: string
  password: SecretSource
}

export const GALERA = sectionKey<GaleraSettings>("galera")

/** The port at which a member serves clients. */
export const MYSQL_PORT = 3306

/** The name that haproxy's preset has for the service before it. */
export const GALERA_SERVICE = "galera_cluster"

/** Whether a service of haproxy sends its clients to these members. */
export function servesGalera(
  service: Pick<HaproxyService, "servers">,
  members: readonly Pick<Host, "address">[],
): boolean {
  return service.servers.some(
    ({ address, port }) => port === MYSQL_PORT && members.some((member) => member.address === address),
  )
}
