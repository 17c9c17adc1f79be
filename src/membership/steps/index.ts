import type { Step } from "../../model/step.ts"
import { authkeys } from "./authkeys.ts"
import { clusterAuth } from "./cluster-auth.ts"
import { clusterClear } from "./cluster-clear.ts"
import { clusterFiles } from "./cluster-files.ts"
import { clusterJoin } from "./cluster-join.ts"
import { clusterLeave } from "./cluster-leave.ts"
import { clusterRemains } from "./cluster-remains.ts"
import { clusterReturn } from "./cluster-return.ts"
import { clusterSeed } from "./cluster-seed.ts"
import { clusterSetup } from "./cluster-setup.ts"
import { clusterStart } from "./cluster-start.ts"
import { clusterStray } from "./cluster-stray.ts"
import { clusterTokens } from "./cluster-tokens.ts"
import { converged } from "./converged.ts"
import { defaultCluster } from "./default-cluster.ts"
import { haclusterPassword } from "./hacluster-password.ts"
import { joinCheck } from "./join-check.ts"
import { leaveCheck } from "./leave-check.ts"
import { maintenanceMode } from "./maintenance-mode.ts"
import { nodeDrained } from "./node-drained.ts"
import { nodeInService } from "./node-in-service.ts"
import { pcsd } from "./pcsd.ts"
import { quorumDevice } from "./quorum-device.ts"
import { quorumHost } from "./quorum-host.ts"

/** What playbooks can say of it. */
export const steps: readonly Step[] = [
  defaultCluster,
  haclusterPassword,
  pcsd,
  clusterAuth,
  clusterSetup,
  clusterSeed,
  authkeys,
  clusterStart,
  quorumHost,
  quorumDevice,
  converged,
  joinCheck,
  clusterStray,
  clusterReturn,
  clusterTokens,
  clusterJoin,
  leaveCheck,
  nodeDrained,
  nodeInService,
  clusterLeave,
  clusterClear,
  clusterRemains,
  clusterFiles,
  maintenanceMode,
]
