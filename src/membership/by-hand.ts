import type { Dialect } from "../pacemaker/dialects/dialect.ts"

type Shell = Pick<Dialect, "name">

/** What ends the cluster that a node is in, on the node, for people. */
export function toEnd({ name }: Shell): string {
  if (name !== "crmsh") return "pcs cluster destroy"
  return "systemctl disable --now pacemaker corosync, then rm /etc/corosync/corosync.conf"
}

/** What hands a node's corosync.conf to all members, for people. */
export function toSync({ name }: Shell): string {
  return name === "crmsh" ? "copy it to the others, then corosync-cfgtool -R" : "pcs cluster sync"
}

/** What gives the members of a running cluster a new key, for people. */
export function toRekey({ name }: Shell): string {
  if (name !== "crmsh") return "pcs cluster authkey corosync"
  return "corosync-keygen, then copy /etc/corosync/authkey to the others (root, 0400), then corosync-cfgtool -R"
}
