import { corosyncConf } from "../corosync/steps/corosync-conf.ts"
import { corosyncHold } from "../corosync/steps/corosync-hold.ts"
import { corosyncLinks } from "../corosync/steps/corosync-links.ts"
import { corosyncRelease } from "../corosync/steps/corosync-release.ts"
import { corosyncReload } from "../corosync/steps/corosync-reload.ts"
import { corosyncRestart } from "../corosync/steps/corosync-restart.ts"
import { corosyncTimers } from "../corosync/steps/corosync-timers.ts"
import { haproxyCertificates } from "../haproxy/steps/haproxy-certificates.ts"
import { haproxyConfig } from "../haproxy/steps/haproxy-config.ts"
import { haproxyLeftovers } from "../haproxy/steps/haproxy-leftovers.ts"
import { haproxyRetired } from "../haproxy/steps/haproxy-retired.ts"
import { haproxyRsyslog } from "../haproxy/steps/haproxy-rsyslog.ts"
import { haproxySource } from "../haproxy/steps/haproxy-source.ts"
import { clock } from "../host/steps/clock.ts"
import { command } from "../host/steps/command.ts"
import { file } from "../host/steps/file.ts"
import { hosts } from "../host/steps/hosts.ts"
import { packageStep } from "../host/steps/package.ts"
import { packages } from "../host/steps/packages.ts"
import { preflight } from "../host/steps/preflight.ts"
import { service } from "../host/steps/service.ts"
import { sysctl } from "../host/steps/sysctl.ts"
import { keepalived } from "../keepalived/steps/keepalived.ts"
import { keepalivedConverged } from "../keepalived/steps/keepalived-converged.ts"
import { keepalivedRetired } from "../keepalived/steps/keepalived-retired.ts"
import type { Step } from "../model/step.ts"
import { vipFree } from "../vip/steps/vip-free.ts"
import { cib } from "./cib.ts"
import { cibRecord } from "./cib-record.ts"
import { clusterAuth } from "./cluster-auth.ts"
import { clusterClear } from "./cluster-clear.ts"
import { clusterFiles } from "./cluster-files.ts"
import { clusterJoin } from "./cluster-join.ts"
import { clusterLeave } from "./cluster-leave.ts"
import { clusterSeed } from "./cluster-seed.ts"
import { clusterSetup } from "./cluster-setup.ts"
import { clusterStart } from "./cluster-start.ts"
import { clusterStray } from "./cluster-stray.ts"
import { converged } from "./converged.ts"
import { defaultCluster } from "./default-cluster.ts"
import { departure } from "./departure.ts"
import { haclusterPassword } from "./hacluster-password.ts"
import { maintenanceMode } from "./maintenance-mode.ts"
import { newcomer } from "./newcomer.ts"
import { nodeDrained } from "./node-drained.ts"
import { nodeInService } from "./node-in-service.ts"
import { pcsd } from "./pcsd.ts"
import { quorumDevice } from "./quorum-device.ts"
import { quorumHost } from "./quorum-host.ts"

const ALL: readonly Step[] = [
  preflight,
  clock,
  vipFree,
  hosts,
  packages,
  defaultCluster,
  sysctl,
  haclusterPassword,
  pcsd,
  haproxyRsyslog,
  haproxySource,
  haproxyCertificates,
  haproxyConfig,
  haproxyLeftovers,
  haproxyRetired,
  clusterAuth,
  clusterSetup,
  clusterSeed,
  corosyncTimers,
  corosyncConf,
  corosyncHold,
  corosyncRestart,
  corosyncReload,
  corosyncLinks,
  clusterStart,
  corosyncRelease,
  quorumHost,
  quorumDevice,
  cib,
  cibRecord,
  keepalived,
  converged,
  newcomer,
  clusterStray,
  clusterJoin,
  departure,
  nodeDrained,
  nodeInService,
  clusterLeave,
  clusterClear,
  clusterFiles,
  maintenanceMode,
  keepalivedConverged,
  keepalivedRetired,
  command,
  file,
  packageStep,
  service,
]

/** The vocabulary of playbooks: every step kind by its YAML name. */
export const stepKinds: ReadonlyMap<string, Step> = new Map(ALL.map((step) => [step.kind, step]))
