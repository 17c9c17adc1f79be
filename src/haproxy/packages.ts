import type { ComponentPackages } from "../model/component.ts"

const BUILD = ["curl", "ca-certificates", "gcc", "make"]
const RSYSLOG = ["rsyslog", "logrotate"]

/** haproxy, or what it is built with; and the rsyslog that writes its log to a file. */
export const packages: ComponentPackages = {
  parts: {
    haproxy: { debian: ["haproxy"], el: ["haproxy"], suse: ["haproxy"] },
    "haproxy-build": {
      debian: [...BUILD, "libc6-dev", "libssl-dev", "libpcre2-dev", "libsystemd-dev"],
      el: [...BUILD, "openssl-devel", "pcre2-devel", "systemd-devel"],
      suse: [...BUILD, "libopenssl-devel", "pcre2-devel", "systemd-devel"],
    },
    rsyslog: { debian: RSYSLOG, el: RSYSLOG, suse: RSYSLOG },
  },
  needed({ haproxy }, host) {
    if (haproxy === undefined || !haproxy.on.includes(host.group)) return undefined
    const own = haproxy.source === undefined ? "haproxy" : "haproxy-build"
    return { parts: [own, ...(haproxy.rsyslog === undefined ? [] : ["rsyslog"])] }
  },
}
