import { cleanLine } from "../base/clean.ts"
import { InputError, type InputProblem } from "../document/problems.ts"
import { BLANKED } from "../haproxy/config/redact.ts"
import { inventoryParser } from "../inventory/parse.ts"
import type { Inventory } from "../model/inventory.ts"
import { type CibVerdict, judgeCib } from "../pacemaker/adopt/judge.ts"
import { type AdoptRequest, type Findings, findingsOf } from "./findings.ts"
import { narrower, type Wording, waysOf } from "./wording.ts"
import { write } from "./write.ts"

export interface Adoption {
  /** The inventory. */
  text: string
  /** Sentences about what it does not say as it is, and what `up` would change. */
  told: readonly string[]
  /** What the inventory's own checks refuse and could not be left out. */
  problems: readonly InputProblem[]
}

/**
 * The inventory that describes what runs on these hosts: of the ways to put it into words, the first by which `up` changes nothing of
 * haproxy's part in the cluster. What an inventory has no words for is a comment in it.
 */
export async function adoptInventory(request: AdoptRequest): Promise<Adoption> {
  const parse = await inventoryParser()
  const read: Read = (text) => {
    try {
      return { inventory: parse(text, "inventory.yaml"), problems: [] }
    } catch (thrown) {
      if (thrown instanceof InputError) return { inventory: undefined, problems: thrown.problems }
      throw thrown
    }
  }
  const findings = findingsOf(request)
  const settled = bestOf(findings, request, read)
  return (movesHaproxy(settled, findings) ? bestOf(findingsOf(request, false), request, read) : settled).adoption
}

function bestOf(findings: Findings, { agents }: AdoptRequest, read: Read): Settled {
  const [first, ...others] = waysOf(findings, agents)
  let settled = settle(findings, first!, read)
  for (const way of others) {
    if (!settled.changesHaproxy) break
    settled = settle(findings, way, read)
  }
  return settled
}

/** What listens on no VIP goes to the load balancers where there are any: to the host of a quorum device, which is to balance nothing. */
function movesHaproxy({ inventory }: Settled, { beside }: Findings): boolean {
  return beside.balancers.length === 0 && inventory?.haproxy?.on.includes("loadbalancers") === true
}

type Read = (text: string) => { inventory: Inventory | undefined; problems: readonly InputProblem[] }

const NOTHING: CibVerdict = { resources: new Set(), haproxy: false, words: [] }

interface Settled {
  adoption: Adoption
  changesHaproxy: boolean
  /** Undefined where it would be refused. */
  inventory: Inventory | undefined
}

/** Writes it, and leaves out what the inventory's checks refuse or what would become something else, until nothing more can be. */
function settle(findings: Findings, wording: Wording, read: Read): Settled {
  const written = write(findings, wording)
  // A secret that was not taken in is to be put back, and nothing to be worded otherwise for.
  const { inventory, problems } = read(written.text.replaceAll(BLANKED, "put-back"))
  const { cib } = findings
  const verdict = inventory === undefined || cib === undefined ? NOTHING : judgeCib(inventory, cib.parsed)
  const changesHaproxy = wording.haproxy && (verdict.haproxy || problems.some(({ path }) => path?.[0] === "haproxy"))
  const next = changesHaproxy ? undefined : narrower(wording, { problems, verdict, written })
  if (next !== undefined) return settle(findings, next, read)
  const changes = verdict.words.map((words) => `up would change the cluster: ${words}`)
  return {
    adoption: {
      text: written.text,
      told: [...findings.told, ...written.told, ...changes].map(cleanLine),
      problems: read(written.text).problems,
    },
    changesHaproxy,
    inventory,
  }
}
