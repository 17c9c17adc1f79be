import type { Secret } from "../base/secret.ts"

/** Where a secret comes from. Resolved only when a verb needs it, so that `haops schema` or a lint asks for none. */
export type SecretSource =
  | { from: "env"; name: string }
  | { from: "file"; path: string }
  | { from: "command"; command: string }
  | { from: "literal"; value: Secret }

/** How to log in to one host, all defaults applied except those that `~/.ssh/config` may still supply. */
export interface SshSettings {
  user?: string | undefined
  port?: number | undefined
  identityFile?: string | undefined
  passphrase?: SecretSource | undefined
  password?: SecretSource | undefined
  proxyJump?: string | undefined
  /** Default `sudo`; no effect where the login user is root. */
  become: "sudo" | "none"
  becomePassword?: SecretSource | undefined
  /** Default `strict`. */
  hostKeys: "strict" | "accept-new"
  /** Default: `~/.ssh/known_hosts` and `/etc/ssh/ssh_known_hosts`. */
  knownHosts?: string | undefined
  /** Default 10 000 ms. */
  connectTimeoutMs: number
  /** What speaks ssh: haops itself (ssh2), this machine's ssh, or that only where the ssh configuration needs it. Default ssh2. */
  transport?: "ssh2" | "openssh" | "auto" | undefined
}

export type Group = "controllers" | "loadbalancers"

export interface Host {
  name: string
  group: Group
  /** Where haops and the peers reach it: an IP address. */
  address: string
  /** Corosync link addresses, first is link 0. At least one. */
  links: readonly string[]
  /** The user said the links; else they are its address. */
  linksGiven?: true | undefined
  /** Corosync node id, where the user pinned one. */
  nodeid?: number | undefined
  ssh: SshSettings
}
