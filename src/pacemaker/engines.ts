import type { Finding } from "../base/events.ts"
import { listing } from "../base/words.ts"
import type { CibPart } from "../model/inventory.ts"
import type { Member } from "../model/step.ts"
import { type Change, changesOf } from "./changes.ts"
import type { CibHave } from "./cib-probe.ts"

/** What runs the containers of a bundle. */
const ENGINES = ["podman", "docker"]
const MARK = "haops-engine"

/** Engines of bundles that are to be made or changed. */
export function enginesIn(changes: readonly Change[]): readonly string[] {
  return [...new Set(bundlesIn(changes).map(engineOf))]
}

/** Shell that tells which of these a node has. It exits 0 whatever it has. */
export function engineScript(engines: readonly string[]): string {
  return engines.map((one) => `if command -v ${one} >/dev/null 2>&1; then echo '${MARK} ${one}'; fi`).join("\n")
}

export function parseEngines(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(new RegExp(`^${MARK} (\\w+)$`, "gm"))].map(([, name = ""]) => name))
}

/** Pacemaker takes a bundle that no node can run, and fails to start it: haops installs no engine, and no image. */
export function engineFindings(changes: readonly Change[], all: readonly Member<CibHave>[]): readonly Finding[] {
  return bundlesIn(changes).flatMap((bundle): Finding[] => {
    const engine = engineOf(bundle)
    const asked = all.filter(({ have }) => have.engines !== undefined)
    const lacking = asked.filter(({ have }) => !have.engines!.has(engine)).map(({ host }) => host)
    if (lacking.length === 0) return []
    const has = lacking.length === 1 ? "has" : "have"
    return [
      {
        severity: lacking.length === all.length ? "error" : "warning",
        message: `bundle ${bundle.id}: ${listing(lacking)} ${has} no ${engine}, and cannot run it`,
        hint: `Install ${engine} there first, and the image: haops does neither.`,
      },
    ]
  })
}

function bundlesIn(changes: readonly Change[]): readonly CibPart[] {
  const all = [...changesOf(changes, "create-part"), ...changesOf(changes, "update-part")]
  return all.map(({ part }) => part).filter(({ kind }) => kind === "bundle")
}

function engineOf({ element }: CibPart): string {
  return element.children.map(({ name }) => name).find((name) => ENGINES.includes(name)) ?? ""
}
