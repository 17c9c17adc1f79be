/** What keeps out all that it does not name. */
export interface Zone {
  by: "firewalld" | "ufw" | "nftables"
  /** Of firewalld's zone; of nftables' table and chain. */
  name: string
  /** `80/tcp`, `6000-6007/udp`, `vrrp`: what it lets in from wherever, be it by a service, a rule or any policy. */
  opened: readonly string[]
}
