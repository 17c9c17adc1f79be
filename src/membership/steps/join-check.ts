import * as z from "zod"
import { askAll, partsOf } from "../../host/sections.ts"
import { tellShared } from "../../host/shared.ts"
import { defineClusterStep } from "../../model/step.ts"
import { EMPTY_CIB } from "../../pacemaker/cib.ts"
import { parseCib } from "../../pacemaker/cib-parse.ts"
import { CIB } from "../../pacemaker/cib-question.ts"
import { chooseDialect } from "../../pacemaker/dialects/dialect.ts"
import { VOTING_VIEW } from "../electorate.ts"
import { type JoinView, joinFindings } from "../join-findings.ts"
import { votesChange } from "../losses.ts"
import { referenceRank } from "../node-view.ts"
import { MEMBER_NODE, memberNodes, pacemakerOn } from "../nodes.ts"

const want = z.strictObject({
  cluster: z.string(),
  node: MEMBER_NODE,
  shell: z.enum(["pcs", "crmsh", "auto"]),
  allowUnreachable: z.boolean().default(false).describe("Go on though another member does not answer."),
  sbd: z.boolean().default(false).describe("Each node's watchdog fences."),
})

type Want = z.infer<typeof want>

/** Whether a node can join the running cluster. Changes nothing; what stands against it ends the run before anything is touched. */
export const joinCheck = defineClusterStep<Want, JoinView>({
  kind: "newcomer",
  summary: "what prevents a node from joining: another cluster, another version, an address in use, no quorum",
  needs: "any",
  want,
  bind({ inventory, host, subject }) {
    const pacemaker = pacemakerOn(inventory, host)
    if (pacemaker === undefined || subject === undefined) return undefined
    const node = memberNodes(inventory, pacemaker).find(({ name }) => name === subject.node)
    if (node === undefined) return undefined
    const { allowUnreachable = false } = subject
    return { cluster: inventory.name, node, shell: pacemaker.shell, allowUnreachable, sbd: pacemaker.sbd !== undefined }
  },
  title: ({ node }) => `joining of ${node.name}`,
  probe: ({ node }) => ({
    shared: [...(VOTING_VIEW.shared ?? []), CIB],
    script: `${VOTING_VIEW.script}${askAll({ cib: tellShared(CIB) })}
if ! command -v pacemakerd >/dev/null 2>&1 && command -v apt-cache >/dev/null 2>&1; then
  apt-cache policy pacemaker 2>/dev/null | sed -n 's/^ *Candidate: *\\([0-9].*\\)/@@candidate \\1/p'
fi
exit 0`,
    parse(output) {
      const candidate = /^@@candidate (?:\d+:)?(.+)$/m.exec(output.stdout)?.[1]
      const stdout = output.stdout.replace(/^@@candidate .*$/m, "")
      const { cib } = partsOf(stdout, ["cib"])
      const { constraints, nodes } = cib.startsWith("<") ? parseCib(cib) : EMPTY_CIB
      const attributes = nodes.find(({ name }) => name === node.name)?.attributes
      return { ...VOTING_VIEW.parse({ ...output, stdout }), candidate, constraints, attributes }
    },
  }),
  elect: ({ cluster, node }, view, { host }) => referenceRank(cluster, node.name, host, view),
  check: () => [],
  findings: joinFindings,
  plan: () => [],
  standing: ({ node, shell }, { elected: { have, facts } }) => ({
    notes: votesChange(have, { joining: node.name }, chooseDialect(facts, shell).name),
  }),
})
