import { describe, expect } from "vitest"
import { adoptInventory } from "../../src/adopt/inventory.ts"
import { renderCorosyncConf } from "../../src/corosync/render.ts"
import type { HostFacts } from "../../src/model/host-facts.ts"
import { agentName, metadataScript, parseAgents } from "../../src/pacemaker/agents/metadata.ts"
import { agentsQuestion } from "../../src/pacemaker/agents/question.ts"
import { parseCib } from "../../src/pacemaker/cib-parse.ts"
import type { CibHave } from "../../src/pacemaker/cib-probe.ts"
import { type Desired, desiredCib } from "../../src/pacemaker/desired.ts"
import { diffCib } from "../../src/pacemaker/diff.ts"
import { editCib } from "../../src/pacemaker/edit/edit-cib.ts"
import { NOTHING_OWNED, type Ownership, ownershipOf } from "../../src/pacemaker/ownership.ts"
import { writingFindings } from "../../src/pacemaker/writing-findings.ts"
import { type Element, parseXml } from "../../src/pacemaker/xml.ts"
import { DESIRES, desired, monitor, resource } from "../cases/pacemaker/desires.ts"
import { bare } from "../unit/adopt/adopting.ts"
import { parseInventory } from "../unit/parse-inventory.ts"
import { nodeTest } from "./harness/lab-test.ts"
import { sh, startLoneNode } from "./harness/lone-node.ts"

/** How one generation of pcs spells what the others spell otherwise. */
const RELEASES = [
  { release: "bullseye", promoted: "Master", unpromoted: "Slave", future: "", meta: "", score: "" },
  { release: "bookworm", promoted: "Promoted", unpromoted: "Unpromoted", future: "", meta: "", score: "" },
  {
    release: "trixie",
    promoted: "Promoted",
    unpromoted: "Unpromoted",
    future: "--future",
    meta: "meta",
    score: "score=",
  },
] as const

/** A new cluster's CIB: seeded, with the properties that pacemaker writes itself. */
const NEW_CIB = `
cibadmin --empty >/tmp/cib.xml
export CIB_file=/tmp/cib.xml
cibadmin --create --scope crm_config --xml-text '<cluster_property_set id="haops-seed"><nvpair id="haops-seed-dc-deadtime" name="dc-deadtime" value="2s"/></cluster_property_set>'
cibadmin --create --scope crm_config --xml-text '<cluster_property_set id="cib-bootstrap-options"><nvpair id="cib-bootstrap-options-dc-version" name="dc-version" value="2"/></cluster_property_set>'
cibadmin --create --scope nodes --xml-text '<node id="1" uname="controller1"/>'
cibadmin --create --scope nodes --xml-text '<node id="2" uname="controller2"/>'
`

const MEMBERS = [
  { name: "controller1", nodeid: 1, links: ["10.0.0.12"] },
  { name: "controller2", nodeid: 2, links: ["10.0.0.13"] },
]
const IN_SYNC = { changes: [], foreign: [], conflicts: [], notes: [] }
const RICH = DESIRES["one of everything"]!
/** Without what is a second of its kind: each command is a start of Python. */
const BY_PCS = {
  ...RICH,
  constraints: RICH.constraints.filter(({ id }) => !["vip-then-lb-haproxy", "tail-apart"].includes(id)),
}

/** The rich state as a person makes it with pcs. */
function byHand({ promoted, unpromoted, future, meta, score }: (typeof RELEASES)[number]): string {
  const commands = `property set stonith-enabled=false no-quorum-policy=ignore pe-warn-series-max=1000 cluster-recheck-interval=5min
resource defaults update migration-threshold=1 resource-stickiness=100
resource op defaults update timeout=60s
stonith create fence1 fence_ipmilan ip=10.0.9.1 username=admin pcmk_host_list=controller1 op monitor interval=60s
resource create vip ocf:heartbeat:IPaddr2 ip=10.0.0.11 cidr_netmask=24 op monitor interval=30s
resource create ${future} lb-haproxy systemd:haproxy op monitor interval=1s meta migration-threshold=1 failure-timeout=30s clone ${meta} interleave=true
resource create first ocf:heartbeat:Dummy "fake=a value, with spaces & 'quotes'" --group tail
resource create second ocf:heartbeat:Dummy op monitor interval=20s timeout=40s --group tail
resource create ${future} state ocf:pacemaker:Stateful op monitor interval=10s role=${promoted} op monitor interval=11s role=${unpromoted} promotable ${meta} notify=true
resource create ${future} named ocf:heartbeat:Dummy clone by-another-name ${meta} clone-max=2
constraint colocation add vip with lb-haproxy-clone ${score}INFINITY id=vip-with-lb-haproxy
constraint order promote state-clone then start tail kind=Mandatory symmetrical=false id=promote-first
constraint location add vip-home vip controller1 ${score}100`
  return `set -e\n${commands.replace(/^.*$/gm, "pcs -f /tmp/cib.xml $& >&2")}\ncat /tmp/cib.xml`
}

/** A bundle with all that it may have, and one that only holds a container. */
const BUNDLED = `name: lab
controllers: { controller1: 10.0.0.12, controller2: 10.0.0.13 }
pacemaker:
  password: { env: P }
  bundles:
    box:
      podman: { image: "localhost/app:1", replicas: 2, replicasPerHost: 1, runCommand: /bin/run, options: --log-driver=none }
      network: { ipRangeStart: 10.0.0.50, controlPort: 3200, hostNetmask: 24, ports: [80, { port: 81, internalPort: 8081 }, { range: 2000-2010 }] }
      storage: [{ source: /srv/a, target: /var/a, options: ro }, { sourceRoot: /srv/b, target: /var/b }]
      meta: { priority: 2 }
    plain: { docker: { image: app, promotedMax: 1, network: host } }
  resources:
    inside: { agent: ocf:heartbeat:Dummy, operations: { monitor: 9s }, bundle: box }
  constraints: [{ locate: box, prefers: controller1, score: 5 }]
`

function bundledByHand(future: string): string {
  const commands = `resource bundle create box container podman image=localhost/app:1 replicas=2 replicas-per-host=1 run-command=/bin/run options=--log-driver=none network ip-range-start=10.0.0.50 control-port=3200 host-netmask=24 port-map port=80 port-map port=81 internal-port=8081 port-map range=2000-2010 storage-map source-dir=/srv/a target-dir=/var/a options=ro storage-map source-dir-root=/srv/b target-dir=/var/b meta priority=2
resource bundle create plain container docker image=app promoted-max=1 network=host
resource create ${future} inside ocf:heartbeat:Dummy op monitor interval=9s bundle box
constraint location box prefers controller1=5`
  return `set -e\n${commands.replace(/^.*$/gm, "pcs -f /tmp/cib.xml $& >&2")}\ncat /tmp/cib.xml`
}

/** The same with crmsh, which has a language for it. */
const BY_CRM = (
  promoted: string,
  unpromoted: string,
) => `property stonith-enabled=false no-quorum-policy=ignore pe-warn-series-max=1000 cluster-recheck-interval=5min
rsc_defaults migration-threshold=1 resource-stickiness=100
op_defaults timeout=60s
primitive fence1 stonith:fence_ipmilan params ip=10.0.9.1 username=admin pcmk_host_list=controller1 op monitor interval=60s
primitive vip ocf:heartbeat:IPaddr2 params ip=10.0.0.11 cidr_netmask=24 op monitor interval=30s
primitive lb-haproxy systemd:haproxy op monitor interval=1s meta migration-threshold=1 failure-timeout=30s
primitive first ocf:heartbeat:Dummy params fake="a value, with spaces & 'quotes'"
primitive second ocf:heartbeat:Dummy op monitor interval=20s timeout=40s
primitive state ocf:pacemaker:Stateful op monitor interval=10s role=${promoted} op monitor interval=11s role=${unpromoted}
primitive named ocf:heartbeat:Dummy
group tail first second
clone lb-haproxy-clone lb-haproxy meta interleave=true
clone state-clone state meta notify=true promotable=true
clone by-another-name named meta clone-max=2
colocation vip-with-lb-haproxy inf: vip lb-haproxy-clone
order vip-then-lb-haproxy Optional: vip:start lb-haproxy-clone:start
order promote-first Mandatory: state-clone:promote tail:start symmetrical=false
colocation tail-apart -200: tail vip
location vip-home vip 100: controller1
`

function dialectTest(release: string) {
  const start = () => startLoneNode("controller1", `haops-prepared:${release}`)
  return nodeTest(start, (node) => {
    // Once systemd answers, pacemaker can ask it for the metadata of a unit.
    sh(
      node,
      "timeout 60 sh -c 'until crm_resource --show-metadata systemd:haproxy >/dev/null 2>&1; do sleep 0.1; done'",
    )
  })
}

const DIALECTS = RELEASES.map((spelling) => ({ ...spelling, test: dialectTest(spelling.release) }))

describe.each(DIALECTS)("on Debian $release", ({ test, ...spelling }) => {
  test("a CIB is led from each state to the next, valid each time, and then nothing differs", ({ node }) => {
    sh(node, NEW_CIB)
    let owned: Ownership = NOTHING_OWNED
    for (const [state, want] of Object.entries(DESIRES)) {
      const to = lead(node, want, owned)
      owned = ownershipOf(want)
      expect(diffCib(want, parseCib(to), owned), state).toEqual(IN_SYNC)
      // As in a transaction, the change alone goes to the cluster: with it, the CIB is what was written.
      const after = sh(
        node,
        `cd /tmp; cat >to.xml; cp cib.xml from.xml; sed -i '/<status/,$d' from.xml; echo '</cib>' >>from.xml
        crm_diff --no-version -o from.xml -n to.xml >patch.xml || [ $? -eq 1 ]
        CIB_file=/tmp/cib.xml cibadmin --patch --xml-pipe <patch.xml && crm_verify -x cib.xml && cat cib.xml`,
        to,
      )
      expect(meaning(after), state).toEqual(meaning(to))
    }
  })

  test("a rich cluster is the one that is made by hand with pcs, with the same ids and operations, and is taken in whole", async ({
    node,
  }) => {
    // pcs would write its properties into the seeded set.
    sh(node, `${NEW_CIB} cibadmin --delete --xml-text '<cluster_property_set id="haops-seed"/>'`)
    const made = lead(node, BY_PCS, NOTHING_OWNED)
    const hand = sh(node, byHand(spelling))
    expect(meaning(made)).toEqual(meaning(hand))
    expect(diffCib(BY_PCS, parseCib(hand), ownershipOf(BY_PCS))).toEqual(IN_SYNC)
    await expectTakenIn(node, hand)
  })

  test("a rich cluster that is made with crmsh is the one that is wanted, and is taken in whole", async ({ node }) => {
    sh(node, NEW_CIB)
    const config = BY_CRM(spelling.promoted, spelling.unpromoted)
    const hand = sh(node, "CIB_file=/tmp/cib.xml crm -F configure load update - >&2; cat /tmp/cib.xml", config)
    const { changes } = diffCib(RICH, parseCib(hand), ownershipOf(RICH))
    expect(changes).toEqual([{ type: "unseed", id: "haops-seed" }])
    await expectTakenIn(node, hand.replace(/<cluster_property_set id="haops-seed">.*?<\/cluster_property_set>/s, ""))
  })

  test("a bundle is the one that is made by hand with pcs, which its schema takes, and is taken in whole", async ({
    node,
  }) => {
    sh(node, `${NEW_CIB} cibadmin --delete --xml-text '<cluster_property_set id="haops-seed"/>'`)
    sh(node, `CIB_file=/tmp/cib.xml crm_attribute --type crm_config --name stonith-enabled --update false`)
    const want = desiredCib(parseInventory(BUNDLED, "i.yaml"))!
    const made = lead(node, want, NOTHING_OWNED)
    sh(node, "cat >/tmp/made.xml; crm_verify -x /tmp/made.xml", made)
    const hand = sh(node, bundledByHand(spelling.future))
    expect(meaning(made)).toEqual(meaning(hand))
    expect(diffCib(want, parseCib(hand), ownershipOf(want))).toEqual(IN_SYNC)
    await expectTakenIn(node, hand)
  })

  test("what the agents know is asked of them: no agent, another parameter, one that is needed, another operation", ({
    node,
  }) => {
    sh(node, NEW_CIB)
    const want = desired({
      resources: [
        resource("gone", "ocf:heartbeat:NoSuchAgent"),
        resource("unit", "systemd:no-such-unit"),
        resource("device", "stonith:fence_nothing", { fencing: true }),
        resource("vip", "ocf:heartbeat:IPaddr2", { parameters: { cidr_netmsk: "24" } }),
        resource("web", "systemd:haproxy", {
          parameters: { port: "80" },
          operations: [{ name: "promote", options: {} }],
        }),
        resource("f", "stonith:fence_ipmilan", {
          fencing: true,
          parameters: { ipaddr: "10.0.0.9", ipport: "many", auth: "md6", pcmk_host_list: "a" },
          operations: [monitor("60s"), monitor("1min")],
        }),
      ],
    })
    const have = ask(node, want)
    const { changes } = diffCib(want, have.cib, NOTHING_OWNED)
    const facts = { family: "el", os: "rocky", osVersion: "9" } as HostFacts
    const elected = { host: "controller1", have, facts }
    const found = writingFindings(changes, { desired: want }, { elected, all: [elected] }).map(
      ({ severity, message }) => `${severity} ${message}`,
    )
    expect(found.map((line) => line.replace(/ by its agent.*| of .*/, ""))).toEqual([
      "error resource gone: controller1 has no agent ocf:heartbeat:NoSuchAgent",
      "error resource unit: controller1 has no agent systemd:no-such-unit",
      "error resource device: controller1 has no agent stonith:fence_nothing",
      "error resource vip: ocf:heartbeat:IPaddr2 has no parameter cidr_netmsk; did you mean cidr_netmask?",
      "error resource vip: ocf:heartbeat:IPaddr2 needs the parameter ip",
      "error resource web: systemd:haproxy has no parameter port",
      "error resource web: systemd:haproxy has no operation promote",
      "warning resource f: stonith:fence_ipmilan calls its parameter ipaddr deprecated",
      "warning resource f: ipport is a whole number",
      "warning resource f: auth is one",
      "error resource f has the operation monitor twice with the interval 1min",
    ])
  })

  /** What a look finds in the file. */
  function ask(node: string, want: Desired): CibHave {
    const text = sh(node, "cat /tmp/cib.xml").replace(/ *<status[\s\S]*(?=<\/cib>)/, "")
    const have: CibHave = { cluster: "up", cib: parseCib(text), text, fingerprint: "" }
    const question = agentsQuestion({ desired: want }, have)
    return question?.parse({ stdout: sh(node, question.script), stderr: "" }) ?? have
  }

  /** The inventory that is made of it names all that is there, as it is there. */
  async function expectTakenIn(node: string, cib: string): Promise<void> {
    const corosync = renderCorosyncConf({ name: "lab", nodes: MEMBERS, transport: "knet", totem: {}, quorum: {} })
    const agents = parseCib(cib).resources.map(({ agent }) => agentName(agent))
    const { text, told, problems } = await adoptInventory({
      asked: MEMBERS.map(({ name, links }) => bare(name, links[0]!, { cib, corosync })),
      agents: parseAgents(sh(node, metadataScript([...new Set(agents)]))),
      ssh: {},
    })
    expect({ told, problems }).toEqual({ told: [], problems: [] })
    const taken = desiredCib(parseInventory(text, "inventory.yaml"))!
    expect(diffCib(taken, parseCib(cib), ownershipOf(taken)), text).toEqual(IN_SYNC)
    expect(text).not.toContain("start:")
  }

  /** The CIB of after, led to that state. */
  function lead(node: string, want: Desired, owned: Ownership): string {
    const { cib, text, agents = new Map() } = ask(node, want)
    const { changes, conflicts } = diffCib(want, cib, owned)
    expect(conflicts).toEqual([])
    return editCib(text, changes, cib, agents)
  }
})

/** A configuration as it is meant: the order of attributes, and of what stands in sets, is of no account. */
function meaning(text: string): unknown {
  const configuration = parseXml(text).children.find(({ name }) => name === "configuration")!
  return plain(configuration)
}

/** pcs 0.11 cuts the names of properties in their ids at 20 letters. */
const IDS_OF_PROPERTIES = /^cib-bootstrap-options-/

function plain({ name, attributes, children }: Element): unknown {
  const inner = children.filter((one) => one.children.length > 0 || Object.keys(one.attributes).length > 0).map(plain)
  const entries = Object.entries(attributes).filter(([key, value]) => key !== "id" || !IDS_OF_PROPERTIES.test(value))
  const ordered = name === "group" || name === "clone" ? inner : inner.toSorted((a, b) => compare(a, b))
  return { name, attributes: Object.fromEntries(entries.toSorted()), children: ordered }
}

function compare(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1
}
