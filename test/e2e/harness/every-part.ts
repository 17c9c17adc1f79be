/** An inventory of one node with every part of a CIB that it can say. */
export function everyPart(node: string): string {
  return `name: debian
controllers: { ${node}: 127.0.0.1 }
pacemaker:
  password: { env: P }
  properties: { stonith-enabled: false, enable-acl: true, placement-strategy: balanced, priority-fencing-delay: 15s }
  fencing:
    - { name: f1, agent: fence_nobody, parameters: { pcmk_delay_base: 2s, pcmk_delay_max: 5s } }
    - { name: f2, agent: fence_nobody }
  resourceDefaultRules: [{ where: "resource ocf:heartbeat:Dummy", score: 2, values: { priority: 3 } }]
  operationDefaultRules: [{ where: op monitor interval=10s and resource ::Dummy, values: { timeout: 33s } }]
  nodes: { ${node}: { attributes: { rack: 7 }, utilization: { cpu: 8 } } }
  resources:
    web:
      agent: ocf:heartbeat:Dummy
      utilization: { cpu: 2 }
      rules:
        - { where: date-spec hours=9-16, meta: { migration-threshold: 7 } }
        - { where: "#uname eq elsewhere or date gt 2037-01-01", score: 5, parameters: { fake: at-home } }
    app: { agent: template:small, parameters: { fake: own } }
    db: { agent: ocf:pacemaker:Stateful, clone: { promotable: true } }
  constraints:
    - { order: [[web, app], { resources: [db-clone], sequential: false, requireAll: false, action: promote }], kind: Optional }
    - { colocate: [[web, app], { resources: [db-clone], role: Promoted }], score: 20 }
    - { colocate: web, with: db-clone, withRole: Promoted, score: 7 }
    - { locate: { pattern: "^(web|app)$" }, prefers: ${node}, score: 3 }
    - { locate: [web, app], prefers: ${node}, score: 4 }
    - { locate: app, where: not_defined pingd or pingd lt integer 1, score: 9 }
    - { locate: app, where: "#uname eq ${node} and (date in_range 2037-01-01 to 2037-02-01 or date-spec hours=9-16)", score: 8, id: app-now }
    - { ticket: t1, resources: web, lossPolicy: stop }
    - { ticket: t1, resources: [[app], { resources: [db-clone], role: Promoted }], lossPolicy: demote }
  templates:
    small:
      agent: ocf:heartbeat:Dummy
      operations: { monitor: { interval: 10s, timeout: 20s, OCF_CHECK_LEVEL: 10 } }
      meta: { priority: 1 }
  fencingLevels:
    - { node: ${node}, devices: [f1] }
    - { node: ${node}, devices: [f2, f1] }
    - { pattern: "${node}.*", level: 4, devices: [f2] }
    - { attribute: rack, value: 7, devices: [f2] }
  tags: { things: [web, app, db-clone] }
  alerts:
    mail:
      path: /bin/true
      options: { sender: "a b" }
      meta: { timeout: 15s }
      recipients: [ops@example.org, { value: /var/log/alerts, options: { debug: 1 }, meta: { timestamp-format: "%H:%M" } }]
  acls:
    roles:
      reader: [{ read: /cib }, { deny: "//nvpair[@name='passwd']" }]
      keeper: [{ write: web }]
    users: { ann: [reader, keeper] }
    groups: { ops: [reader] }
`
}

/** Pcs has no word for a place of several. */
const BESIDE_PCS =
  '<rsc_location id="by-hand" node="NODE" score="4"><resource_set id="by-hand-set"><resource_ref id="web"/><resource_ref id="app"/></resource_set></rsc_location>'

const SETS = `pcs constraint order set web app set db-clone action=promote require-all=false sequential=false setoptions kind=Optional
pcs node attribute NODE rack=7
pcs node utilization NODE cpu=8
pcs resource utilization web cpu=2
pcs resource defaults set create score=2 meta priority=3 rule resource ocf:heartbeat:Dummy
pcs resource op defaults set create meta timeout=33s rule op monitor interval=10s and resource ::Dummy
pcs stonith level add 1 NODE f1
pcs stonith level add 2 NODE f2 f1
pcs stonith level add 4 'regexp%NODE.*' f2
pcs stonith level add 1 attrib%rack=7 f2
pcs tag create things web app db-clone
pcs alert create path=/bin/true id=mail options 'sender=a b' meta timeout=15s
pcs alert recipient add mail value=ops@example.org
pcs alert recipient add mail value=/var/log/alerts options debug=1 meta timestamp-format=%H:%M
pcs acl role create reader read xpath /cib deny xpath "//nvpair[@name='passwd']"
pcs acl role create keeper write id web
pcs acl user create ann reader keeper
pcs acl group create ops reader
pcs constraint ticket add t1 web loss-policy=stop
pcs constraint ticket set app set db-clone role=PROMOTED setoptions ticket=t1 loss-policy=demote
pcs constraint colocation set web app set db-clone role=PROMOTED setoptions score=20
cibadmin --create --scope constraints --xml-text '${BESIDE_PCS}'
`

/** The same in pcs' words, which it has changed from release to release. */
export const PCS_WORDS = {
  bullseye: (node: string) => `${SETS.replaceAll("PROMOTED", "Master").replaceAll("NODE", node)}
pcs constraint colocation add web with master db-clone 7
pcs constraint location 'regexp%^(web|app)$' prefers ${node}=3
pcs constraint location app rule score=9 not_defined pingd or pingd lt integer 1
pcs constraint location app rule score=8 '#uname' eq ${node} and '(' date in_range 2037-01-01 to 2037-02-01 or date-spec hours=9-16 ')'
`,
  bookworm: (node: string) => `${SETS.replaceAll("PROMOTED", "Promoted").replaceAll("NODE", node)}
pcs constraint colocation add web with Promoted db-clone 7
pcs constraint location 'regexp%^(web|app)$' prefers ${node}=3
pcs constraint location app rule score=9 not_defined pingd or pingd lt integer 1
pcs constraint location app rule score=8 '#uname' eq ${node} and '(' date in_range 2037-01-01 to 2037-02-01 or date-spec hours=9-16 ')'
`,
  trixie: (node: string) => `${SETS.replaceAll("PROMOTED", "Promoted").replaceAll("NODE", node)}
pcs constraint colocation add web with Promoted db-clone score=7
pcs constraint location 'regexp%^(web|app)$' prefers ${node}=3
pcs constraint location app rule score=9 'not_defined pingd or pingd lt integer 1'
pcs constraint location app rule score=8 '#uname eq ${node} and (date in_range 2037-01-01 to 2037-02-01 or date-spec hours=9-16)'
`,
}

/** A fence agent that fences nobody: fence_dummy is not in every release. */
export const FENCE_NOBODY = `#!/bin/sh
action=
[ "$1 $2" != '-o metadata' ] || action=metadata
[ -n "$action" ] || while read -r line; do case $line in action=*) action=\${line#*=} ;; esac; done
[ "$action" != metadata ] || cat <<END
<?xml version="1.0" ?>
<resource-agent name="fence_nobody" shortdesc="fences nobody"><longdesc>none</longdesc><vendor-url></vendor-url>
<parameters><parameter name="action" unique="0" required="1"><getopt mixed="-o"/><content type="string" default="reboot"/></parameter></parameters>
<actions><action name="on"/><action name="off"/><action name="reboot"/><action name="status"/><action name="list"/><action name="monitor"/><action name="metadata"/></actions>
</resource-agent>
END
exit 0
`
