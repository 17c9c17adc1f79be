import type { Secret } from "../base/secret.ts"
import type { Balancer } from "../haproxy/runtime/away.ts"
import type { GaleraCheck } from "../model/galera.ts"

/** What a member's file says. */
export interface MemberWant {
  address: string
  /** Of the server, as its file has them and its tables are asked for them. */
  settings: Readonly<Record<string, string>>
  provider: Readonly<Record<string, string>>
  sst: { method: "mariabackup" | "rsync"; password?: Secret | undefined }
}

/** What a cluster is to be, and this member of it. */
export interface GaleraWant extends MemberWant {
  cluster: string
  host: string
  /** Checksums of all members' files, but for their password, by their names, in the inventory's order. */
  files: ReadonlyMap<string, string>
  check?: GaleraCheck | undefined
  /** A member is gone for good, by the operator's word: nobody waits for it. */
  given: boolean
  /** Those of them that answered and have data, and where it ends: `UUID:SEQNO`, or `unknown`. */
  ends?: ReadonlyMap<string, string> | undefined
  databases: readonly DatabaseWant[]
  /** What sends clients to it. */
  balancers: readonly Balancer[]
}

export interface DatabaseWant {
  name: string
  user: string
  password: Secret
}
