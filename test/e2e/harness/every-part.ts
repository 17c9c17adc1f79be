/** An inventory of one node with every part of a CIB that it can say. */
export function everyPart(node: string): string {
  return `name: debian
controllers: { ${node}: 127.0.0.1 }
pacemaker:
  password: { env: P }
  resources:
    web: { agent: ocf:heartbeat:Dummy }
    app: { agent: ocf:heartbeat:Dummy }
    db: { agent: ocf:pacemaker:Stateful, clone: { promotable: true } }
  constraints:
    - { order: [[web, app], { resources: [db-clone], sequential: false, requireAll: false, action: promote }], kind: Optional }
    - { colocate: [[web, app], { resources: [db-clone], role: Promoted }], score: 20 }
    - { colocate: web, with: db-clone, withRole: Promoted, score: 7 }
    - { locate: { pattern: "^(web|app)$" }, prefers: ${node}, score: 3 }
    - { locate: app, where: not_defined pingd or pingd lt integer 1, score: 9 }
    - { locate: app, where: "#uname eq ${node} and (date in_range 2037-01-01 to 2037-02-01 or date-spec hours=9-16)", score: 8, id: app-now }
    - { ticket: t1, resources: web, lossPolicy: stop }
    - { ticket: t1, resources: [[app], { resources: [db-clone], role: Promoted }], lossPolicy: demote }
`
}

const SETS = `pcs constraint order set web app set db-clone action=promote require-all=false sequential=false setoptions kind=Optional
pcs constraint ticket add t1 web loss-policy=stop
pcs constraint ticket set app set db-clone role=PROMOTED setoptions ticket=t1 loss-policy=demote
pcs constraint colocation set web app set db-clone role=PROMOTED setoptions score=20
`

/** The same in pcs' words, which it has changed from release to release. */
export const PCS_WORDS = {
  bullseye: (node: string) => `${SETS.replaceAll("PROMOTED", "Master")}
pcs constraint colocation add web with master db-clone 7
pcs constraint location 'regexp%^(web|app)$' prefers ${node}=3
pcs constraint location app rule score=9 not_defined pingd or pingd lt integer 1
pcs constraint location app rule score=8 '#uname' eq ${node} and '(' date in_range 2037-01-01 to 2037-02-01 or date-spec hours=9-16 ')'
`,
  bookworm: (node: string) => `${SETS.replaceAll("PROMOTED", "Promoted")}
pcs constraint colocation add web with Promoted db-clone 7
pcs constraint location 'regexp%^(web|app)$' prefers ${node}=3
pcs constraint location app rule score=9 not_defined pingd or pingd lt integer 1
pcs constraint location app rule score=8 '#uname' eq ${node} and '(' date in_range 2037-01-01 to 2037-02-01 or date-spec hours=9-16 ')'
`,
  trixie: (node: string) => `${SETS.replaceAll("PROMOTED", "Promoted")}
pcs constraint colocation add web with Promoted db-clone score=7
pcs constraint location 'regexp%^(web|app)$' prefers ${node}=3
pcs constraint location app rule score=9 'not_defined pingd or pingd lt integer 1'
pcs constraint location app rule score=8 '#uname eq ${node} and (date in_range 2037-01-01 to 2037-02-01 or date-spec hours=9-16)'
`,
}
