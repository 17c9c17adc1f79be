import type { Step } from "../../model/step.ts"
import { clock } from "./clock.ts"
import { command } from "./command.ts"
import { file } from "./file.ts"
import { hosts } from "./hosts.ts"
import { packageStep } from "./package.ts"
import { packages } from "./packages.ts"
import { preflight } from "./preflight.ts"
import { service } from "./service.ts"
import { sysctl } from "./sysctl.ts"

/** What playbooks can say of it. */
export const steps: readonly Step[] = [preflight, clock, hosts, packages, sysctl, command, file, packageStep, service]
