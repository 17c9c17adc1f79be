/** One thing that somebody changed by hand in a running cluster of the lab. */
export interface Damage {
  name: string
  /** Done on this node. */
  on: string
  by: string
  /** As `planned` tells it, without the host; a pattern where a value differs from run to run. */
  drift: readonly (string | RegExp)[]
  risk?: string
  /** It interrupts the service, or its repair does: broken and put back by itself. */
  alone?: true
  /** A command for the same node, and what it prints once all is well. */
  proof: readonly [command: string, printed: string]
}

export const DAMAGES: readonly Damage[] = [
  {
    name: "a property",
    on: "controller2",
    by: "pcs property set cluster-recheck-interval=17min",
    drift: ["property cluster-recheck-interval: 17min -> 5min"],
    proof: ["crm_attribute -G -t crm_config -n cluster-recheck-interval -q", "5min"],
  },
  {
    name: "a deleted constraint",
    on: "controller1",
    by: "cibadmin --delete --xpath '//rsc_colocation'",
    drift: [/^constraint \S+: absent -> vip with lb-haproxy-clone/],
    risk: "failover",
    alone: true,
    proof: ['cibadmin -Q -o constraints | grep -c \'rsc_colocation .*rsc="vip".*with-rsc="lb-haproxy-clone"\'', "1"],
  },
  {
    name: "a stopped pcsd",
    on: "controller3",
    // pcs 0.11 does not hear one SIGTERM in some dozens: systemd kills it after 90 s, and calls it failed.
    by: "systemctl stop pcsd; if systemctl is-failed --quiet pcsd; then systemctl reset-failed pcsd; fi",
    drift: ["pcsd: inactive -> active", "pcsd-ruby: inactive -> active"],
    proof: ["systemctl is-active pcsd", "active"],
  },
  {
    name: "a kernel parameter that was set live",
    on: "controller2",
    by: "sysctl -qw net.ipv4.ip_nonlocal_bind=0",
    drift: ["net.ipv4.ip_nonlocal_bind: 0 -> 1"],
    proof: ["sysctl -n net.ipv4.ip_nonlocal_bind", "1"],
  },
  {
    name: "a kernel parameter that would be lost at the next boot",
    on: "controller1",
    by: "rm /etc/sysctl.d/99-haops.conf",
    drift: [/^\/etc\/sysctl.d\/99-haops.conf: absent -> /],
    proof: ["grep -c '^net.ipv4.ip_nonlocal_bind = 1$' /etc/sysctl.d/99-haops.conf", "1"],
  },
  {
    name: "a VIP's parameter",
    on: "controller3",
    by: "pcs resource update vip cidr_netmask=25 --wait=30",
    drift: ["resource vip cidr_netmask: 25 -> 24"],
    risk: "restart",
    alone: true,
    proof: ["crm_resource -r vip -g cidr_netmask", "24"],
  },
  {
    name: "a name in the block of /etc/hosts",
    on: "controller1",
    by: "sed '/controller3$/d' /etc/hosts >/root/hosts && cat /root/hosts >/etc/hosts",
    drift: [/^\/etc\/hosts: /],
    proof: ["grep -c -e controller3 -e mine.example /etc/hosts", "2"],
  },
  {
    name: "haproxy started by systemd at boot",
    on: "controller2",
    by: "systemctl enable --quiet haproxy",
    drift: ["starts at boot: yes -> no"],
    proof: ["systemctl is-enabled haproxy || true", "disabled"],
  },
  {
    name: "another password for hacluster",
    on: "controller3",
    by: "echo hacluster:changed | chpasswd",
    drift: [/^password: /],
    proof: ["getent shadow hacluster | cut -c1-13", "hacluster:$6$"],
  },
  {
    name: "a cluster that does not start at boot",
    on: "controller1",
    by: "systemctl disable --quiet corosync pacemaker",
    drift: ["corosync starts at boot: no -> yes", "pacemaker starts at boot: no -> yes"],
    proof: ["systemctl is-enabled corosync pacemaker | tr '\\n' ' '", "enabled enabled "],
  },
  {
    name: "a member that was stopped",
    on: "controller3",
    by: "pcs cluster stop",
    alone: true,
    drift: [/^corosync: /, /^pacemaker: /, "controller3: offline -> online"],
    proof: ["systemctl is-active corosync pacemaker haproxy | tr '\\n' ' '", "active active active "],
  },
]
