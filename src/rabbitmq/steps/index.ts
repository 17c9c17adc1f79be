import type { Step } from "../../model/step.ts"
import { rabbitmqCluster } from "./rabbitmq-cluster.ts"
import { rabbitmqConfig } from "./rabbitmq-config.ts"
import { rabbitmqCookie } from "./rabbitmq-cookie.ts"
import { rabbitmqDefinitions } from "./rabbitmq-definitions.ts"
import { rabbitmqForget } from "./rabbitmq-forget.ts"
import { rabbitmqLeave } from "./rabbitmq-leave.ts"
import { rabbitmqPartition } from "./rabbitmq-partition.ts"
import { rabbitmqStart } from "./rabbitmq-start.ts"

/** What playbooks can say of it. */
export const steps: readonly Step[] = [
  rabbitmqCookie,
  rabbitmqConfig,
  rabbitmqStart,
  rabbitmqPartition,
  rabbitmqCluster,
  rabbitmqDefinitions,
  rabbitmqLeave,
  rabbitmqForget,
]
