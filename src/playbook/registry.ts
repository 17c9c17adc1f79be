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
import { clusterAuth } from "../membership/steps/cluster-auth.ts"
import { clusterClear } from "../membership/steps/cluster-clear.ts"
import { clusterFiles } from "../membership/steps/cluster-files.ts"
import { clusterJoin } from "../membership/steps/cluster-join.ts"
import { clusterLeave } from "../membership/steps/cluster-leave.ts"
import { clusterSeed } from "../membership/steps/cluster-seed.ts"
import { clusterSetup } from "../membership/steps/cluster-setup.ts"
import { clusterStart } from "../membership/steps/cluster-start.ts"
import { clusterStray } from "../membership/steps/cluster-stray.ts"
import { converged } from "../membership/steps/converged.ts"
import { defaultCluster } from "../membership/steps/default-cluster.ts"
import { departure } from "../membership/steps/departure.ts"
import { haclusterPassword } from "../membership/steps/hacluster-password.ts"
import { maintenanceMode } from "../membership/steps/maintenance-mode.ts"
import { newcomer } from "../membership/steps/newcomer.ts"
import { nodeDrained } from "../membership/steps/node-drained.ts"
import { nodeInService } from "../membership/steps/node-in-service.ts"
import { pcsd } from "../membership/steps/pcsd.ts"
import { quorumDevice } from "../membership/steps/quorum-device.ts"
import { quorumHost } from "../membership/steps/quorum-host.ts"
import type { Step } from "../model/step.ts"
import { cib } from "../pacemaker/steps/cib.ts"
import { cibRecord } from "../pacemaker/steps/cib-record.ts"
import { vipFree } from "../vip/steps/vip-free.ts"

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
