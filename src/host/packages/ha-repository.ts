import type { HostFacts } from "../../model/host-facts.ts"
import type { Repositories } from "./repositories.ts"

/**
 * Ids that vendors gave to the repository of pacemaker and its kin: `ha` and `highavailability` at Rocky, AlmaLinux and CentOS Stream;
 * Red Hat's, from its own servers and from a cloud's (rhui), in the releases that are supported for longer (eus, e4s, aus, tus); Oracle's.
 * Not those of sources, debugging and betas.
 */
const IDS = [
  /^(ha|highavailability)$/,
  /^(?!.*-(debug|source|beta)\b).*-highavailability(-rhui|-eus|-e4s|-aus|-tus)*(-rpms)?$/,
  /^(?!.*-(debug|source|beta)\b)(rhui-.*)?rhel-ha-for-.*-rpms$/,
  /^ol\d+_addons$/,
]

/**
 * The repositories that the vendor ships disabled and that are used for one installation. None where one is enabled already. Of several
 * those of the same kind as the base system's: one that stays at a release must not be given packages of the next.
 */
export function haRepositories({ enabled, disabled }: Repositories): readonly string[] {
  if (enabled.some(isHa)) return []
  const found = disabled.filter(isHa)
  const alike = found.filter((id) => enabled.includes(id.replace("highavailability", "baseos")))
  const plain = found.filter((id) => !/-(eus|e4s|aus|tus)\b/.test(id))
  return [alike, plain, found].find((ids) => ids.length > 0) ?? []
}

/** Whether any repository is there that is known to have pacemaker. */
export function knowsHaRepository({ enabled, disabled }: Repositories, { os, osVersion }: Os): boolean {
  // An extension of its own, whose repository a registration server calls as it likes: SLE-Product-HA15-SP5-Pool and the like.
  if (os === "sles") return [...enabled, ...disabled].some((id) => /\bha-?1\d|sle-ha\b|high.?availability/i.test(id))
  // Fedora has it among all others, and so had CentOS 7.
  return os === "fedora" || (os === "centos" && major(osVersion) <= 7) || [...enabled, ...disabled].some(isHa)
}

type Os = Pick<HostFacts, "os" | "osVersion" | "arch">

/** How a host comes to the repository, for people. */
export function howToHaRepository({ os, osVersion, arch }: Os): string {
  const release = major(osVersion)
  switch (os) {
    case "rhel": {
      const id = release <= 7 ? "rhel-ha-for-rhel-7-server-rpms" : `rhel-${release}-for-${arch}-highavailability-rpms`
      return `With a subscription that has the High Availability Add-On: subscription-manager repos --enable=${id}`
    }
    case "ol":
      return `On the host: ${release <= 7 ? "yum-config-manager --enable" : "dnf config-manager --enable"} ol${release}_addons`
    case "sles":
      return `With a subscription to the High Availability Extension: SUSEConnect -p sle-ha/${osVersion}/${arch}`
    case "rocky":
    case "almalinux":
    case "centos":
      return `On the host: dnf config-manager --set-enabled ${release <= 8 ? "ha" : "highavailability"}`
    default:
      return "Add a repository that has pacemaker, corosync and pcs to the host's /etc/yum.repos.d."
  }
}

function isHa(id: string): boolean {
  return IDS.some((pattern) => pattern.test(id.toLowerCase()))
}

function major(version: string): number {
  return Number.parseInt(version, 10)
}
