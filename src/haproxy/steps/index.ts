import type { Step } from "../../model/step.ts"
import { haproxyCertificates } from "./haproxy-certificates.ts"
import { haproxyConfig } from "./haproxy-config.ts"
import { haproxyLeftovers } from "./haproxy-leftovers.ts"
import { haproxyRetired } from "./haproxy-retired.ts"
import { haproxyRsyslog } from "./haproxy-rsyslog.ts"
import { haproxyServers } from "./haproxy-servers.ts"
import { haproxySource } from "./haproxy-source.ts"

/** What playbooks can say of it. */
export const steps: readonly Step[] = [
  haproxyRsyslog,
  haproxySource,
  haproxyCertificates,
  haproxyConfig,
  haproxyServers,
  haproxyLeftovers,
  haproxyRetired,
]
