import type { Evidence } from "../model/evidence.ts"

const COROSYNC = /^corosync$/

/** A key that stands in its configuration itself is masked, there and in the map; the authkey beside it is not taken. */
export const evidence: Evidence = {
  files: ["/etc/corosync/corosync.conf"],
  logs: ["/var/log/corosync/corosync.log*", "/var/log/cluster/corosync.log*"],
  says: {
    "corosync-quorumtool.txt": { program: "corosync-quorumtool", script: "corosync-quorumtool -s" },
    "corosync-cfgtool.txt": { program: "corosync-cfgtool", script: "corosync-cfgtool -s" },
    "corosync-cmapctl.txt": { program: "corosync-cmapctl", script: "corosync-cmapctl" },
  },
  tells: [
    {
      by: COROSYNC,
      line: /A new membership \(\S+\) was formed\. Members(?: joined: ([\d ]*\d))?(?: left: ([\d ]*\d))?/,
      kind: ([, joined, left]) => (left !== undefined ? "left" : joined === undefined ? undefined : "back"),
      words: ([, joined, left], nameOf) => {
        const names = (ids: string) => ids.split(" ").map(nameOf).join(", ")
        const parts = [left && `${names(left)} left`, joined && `${names(joined)} joined`]
        return `membership: ${parts.filter((part) => part !== undefined).join("; ")}`
      },
    },
    {
      by: COROSYNC,
      line: /A processor failed, forming new configuration/,
      kind: "failed",
      words: () => "a member does not answer in time",
    },
    {
      by: COROSYNC,
      line: /link: host: (\d+) link: (\d+) is (down|up)/,
      kind: ([, , , state]) => (state === "down" ? "failed" : "back"),
      words: ([, host, link, state], nameOf) => `link ${link} to ${nameOf(host!)} is ${state}`,
    },
    {
      by: COROSYNC,
      line: /This node is within the (non-)?primary component/,
      kind: ([, non]) => (non === undefined ? "back" : "failed"),
      words: ([, non]) => (non === undefined ? "has quorum" : "has no quorum"),
    },
  ],
}
