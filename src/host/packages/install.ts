import { HaopsError } from "../../base/errors.ts"
import type { RunAction } from "../../model/action.ts"
import type { HostFacts } from "../../model/host-facts.ts"
import type { InstallOptions } from "./manager.ts"
import { MANAGERS } from "./systems.ts"

/** Milliseconds for one installation, download and a wait for the lock included. */
const INSTALL_TIMEOUT_MS = 1_800_000

/**
 * The command that installs `packages` (names, or as `installArgument` spells a version). Its output goes to a file on the node
 * and is shown on failure alone, so that a lost connection cannot break the manager's pipe in the middle of a transaction.
 * Throws `E_UNSUPPORTED` where the host has no known manager.
 */
export function installAction(
  packages: readonly string[],
  facts: Pick<HostFacts, "packageManager" | "os">,
  options: InstallOptions,
): RunAction {
  const manager = facts.packageManager
  if (manager === undefined) throw new HaopsError("E_UNSUPPORTED", `no known package manager on ${facts.os}`)
  const { install, search } = MANAGERS[manager]
  const enabled = options.repositories.map((id) => `--enablerepo=${id} `)
  return {
    type: "run",
    argv: ["sh", "-c", ...install(options), ...packages],
    timeoutMs: INSTALL_TIMEOUT_MS,
    label: `${manager} ${enabled.join("")}install ${packages.join(" ")}`,
    hint: `A package that ${manager} does not find is in none of the repositories that the host uses: ${search}`,
  }
}

/** How a manager is asked for one version of a package. */
export function installArgument(
  manager: HostFacts["packageManager"],
  name: string,
  version: string | undefined,
): string {
  if (version === undefined) return name
  return manager === undefined ? `${name}-${version}` : MANAGERS[manager].argument(name, version)
}
