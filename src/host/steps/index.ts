import type { Component } from "../../model/component.ts"
import type { Step } from "../../model/step.ts"
import { clock } from "./clock.ts"
import { command } from "./command.ts"
import { file } from "./file.ts"
import { hosts } from "./hosts.ts"
import { packageStep } from "./package.ts"
import { packagesStep } from "./packages.ts"
import { preflightStep } from "./preflight.ts"
import { selinuxStep } from "./selinux.ts"
import { service } from "./service.ts"
import { sysctl } from "./sysctl.ts"

/** What playbooks can say of a host, and of what all components need there. */
export function hostSteps(components: readonly Component[]): readonly Step[] {
  return [
    preflightStep(components),
    clock,
    hosts,
    packagesStep(components),
    sysctl,
    selinuxStep(components),
    command,
    file,
    packageStep,
    service,
  ]
}
