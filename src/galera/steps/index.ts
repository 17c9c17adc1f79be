import type { Step } from "../../model/step.ts"
import { galeraConfig } from "./galera-config.ts"
import { galeraDatabases } from "./galera-databases.ts"
import { galeraFound } from "./galera-found.ts"
import { galeraJoin } from "./galera-join.ts"
import { galeraLeft } from "./galera-left.ts"
import { galeraPositions } from "./galera-positions.ts"
import { galeraRestart } from "./galera-restart.ts"
import { galeraStart } from "./galera-start.ts"

/** What playbooks can say of it. */
export const steps: readonly Step[] = [
  galeraConfig,
  galeraStart,
  galeraPositions,
  galeraFound,
  galeraDatabases,
  galeraJoin,
  galeraRestart,
  galeraLeft,
]
