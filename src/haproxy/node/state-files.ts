/** Beside the runtime socket, where haproxy may read, under SELinux too. It reads there before it gives root's rights up. */
export const SERVER_STATE = "/var/lib/haproxy/haops-servers"

/** The program that writes it, for haops' own reloads and, by the unit, for everybody else's. */
export const STATE_KEEPER = "/etc/haproxy/haops-servers.sh"

export const STATE_DROP_IN = "/etc/systemd/system/haproxy.service.d/haops.conf"

/** Lines of a unit. A start reads no state: what another process knew long ago. */
export const REST_LINE = `ExecStartPre=-/bin/sh ${STATE_KEEPER} rest`

/** Lines of a unit around the one that signals the master, in place of `KILL`. The checks stand before: where they fail, nothing follows. */
export const RELOAD_LINES = [
  `ExecReload=-/bin/sh ${STATE_KEEPER} save`,
  "KILL",
  `ExecReload=-/bin/sh ${STATE_KEEPER} settle`,
] as const
