import { describe, expect } from "vitest"
import { reveal, Secret } from "../../src/base/secret.ts"
import { BASE_SCRIPT, parseBaseFacts } from "../../src/host/base.ts"
import { clusterSeed } from "../../src/membership/steps/cluster-seed.ts"
import { switchingOn } from "../../src/membership/view/left-behind.ts"
import type { Action } from "../../src/model/action.ts"
import type { HostFacts } from "../../src/model/host-facts.ts"
import type { Members } from "../../src/model/step.ts"
import type { CibHave } from "../../src/pacemaker/cib-probe.ts"
import type { CibWant } from "../../src/pacemaker/cib-want.ts"
import { desiredCib } from "../../src/pacemaker/desired.ts"
import { diffCib } from "../../src/pacemaker/diff.ts"
import { NOTHING_OWNED, ownershipOf, toLists } from "../../src/pacemaker/ownership.ts"
import { standIn } from "../../src/pacemaker/stand-in.ts"
import { cib } from "../../src/pacemaker/steps/cib.ts"
import { cibRecord } from "../../src/pacemaker/steps/cib-record.ts"
import { sbd } from "../../src/sbd/steps/sbd.ts"
import { cloned, colocation, desired, monitor, resource } from "../cases/pacemaker/desires.ts"
import { parseInventory } from "../unit/parse-inventory.ts"
import { everyPart, FENCE_NOBODY, PCS_WORDS } from "./harness/every-part.ts"
import { nodeTest } from "./harness/lab-test.ts"
import { sh, startLoneNode } from "./harness/lone-node.ts"

const DUMMY = "ocf:heartbeat:Dummy"
const SETTINGS = { "stonith-enabled": "false" }
const built = desired({
  properties: { ...SETTINGS, "cluster-recheck-interval": "5min" },
  resources: [
    resource("one", DUMMY, { operations: [monitor("10s")] }),
    resource("many", DUMMY, cloned("many-clone", { interleave: "true" })),
  ],
  constraints: [colocation("one-with-many", "one", "many-clone")],
})
const exchanged = desired({
  ...built,
  resources: [
    resource("one", "ocf:pacemaker:Dummy", { operations: [monitor("10s")] }),
    resource("many", "ocf:pacemaker:Dummy", cloned("many-clone", { interleave: "true" })),
  ],
})
const changed = desired({ properties: SETTINGS, resources: [resource("one", DUMMY, { operations: [monitor("20s")] })] })

// The vendor's one-node cluster runs as soon as the node does: all that a transaction needs.
function clusterTest(release: keyof typeof PCS_WORDS) {
  const start = () => startLoneNode("controller1", `haops-prepared:${release}`)
  return nodeTest(start, (node) => {
    sh(node, "systemctl start corosync pacemaker")
    sh(node, `until cibadmin -Q 2>/dev/null | grep -q 'name="dc-version"'; do sleep 0.2; done`)
    sh(node, "pcs resource create foreign ocf:heartbeat:Dummy")
    sh(node, "cat >/usr/sbin/fence_nobody; chmod 755 /usr/sbin/fence_nobody", FENCE_NOBODY)
  }).extend("facts", { scope: "file" }, async ({ node }) => {
    return parseBaseFacts("controller1", { stdout: sh(node, BASE_SCRIPT), stderr: "" }, { start: 0, end: 0 })
  })
}

const CLUSTERS = (["bullseye", "bookworm", "trixie"] as const).map(
  (release) => [release, clusterTest(release)] as const,
)

describe.each(CLUSTERS)("on a live cluster of Debian %s", (release, test) => {
  test("each state is reached by one transaction, and nothing of others is touched", ({ node, facts }) => {
    for (const state of [built, exchanged, changed, desired({ properties: SETTINGS })]) {
      const want: CibWant = { shell: "auto", desired: state }
      const members = look(node, want, facts)
      const drift = cib.check(want, members)
      const simulation = cib.simulate!(want, members, drift)!
      const { transitions } = simulation.parse({ stdout: sh(node, "sh -s", reveal(simulation.script)), stderr: "" })
      expect(cib.standing!(want, members)).toEqual({ notes: ["Not ours, left alone: resource foreign"] })
      expect(transitions.map((one) => one.resource)).toContain("one")
      const foretold = cib.plan(want, members, drift).map((action) => {
        const stdout = carryOut(node, action)
        return action.type === "run" ? action.transitions?.(stdout) : undefined
      })
      expect(foretold).toEqual([transitions, undefined])

      const after = look(node, want, facts)
      expect(cib.check(want, after)).toEqual([])
      // Nobody asked for another schema.
      expect(after.elected.have.cib.schema).toEqual(members.elected.have.cib.schema)
      record(node, state, after.elected.have, facts)
      expect(sh(node, "stat -c '%a %U' /var/lib/haops /var/lib/haops/last-applied.json")).toBe("700 root\n600 root\n")
      expect(sh(node, "crm_resource --locate --resource foreign 2>&1")).toContain("is running on")
    }
    expect(sh(node, "cibadmin -Q --scope resources")).not.toMatch(/id="(one|many)"/)
    expect(sh(node, "ls -d /tmp/tmp.* 2>/dev/null | wc -l")).toBe("0\n")
  })

  test("a secret parameter gets into the configuration as it is, and is not shown where it differs", ({
    node,
    facts,
  }) => {
    const secretly = (value: string): CibWant => {
      const secret = { resource: "one", name: "fake", standIn: standIn("one", "fake"), value: new Secret(value) }
      const parameters = { fake: secret.standIn }
      return {
        shell: "auto",
        desired: desired({ properties: SETTINGS, resources: [resource("one", DUMMY, { parameters })] }),
        secrets: [secret],
      }
    }
    for (const value of [`it's "<new>" & \\1/x`, "another"]) {
      const want = secretly(value)
      const members = look(node, want, facts)
      const actions = cib.plan(want, members, cib.check(want, members))
      expect(JSON.stringify([actions, cib.check(want, members)])).not.toMatch(/it's|another"/)
      for (const action of actions) carryOut(node, action)
      const after = look(node, want, facts)
      expect(after.elected.have.cib.resources.find(({ id }) => id === "one")?.parameters).toEqual({ fake: value })
      expect(cib.check(want, after)).toEqual([])
      record(node, want.desired, after.elected.have, facts)
      const fake = { attribute: "resource one fake", have: "[secret]", want: "[secret]" }
      expect(cib.check(secretly("a third"), after)).toMatchObject([fake])
    }
    const nothing: CibWant = { shell: "auto", desired: desired({ properties: SETTINGS }) }
    for (const action of cib.plan(nothing, look(node, nothing, facts), [])) carryOut(node, action)
    record(node, nothing.desired, look(node, nothing, facts).elected.have, facts)
  })

  test("a configuration that changed after it was planned is left as it is", ({ node, facts }) => {
    const want: CibWant = { shell: "auto", desired: built }
    const [transaction] = cib.plan(want, look(node, want, facts), [])
    sh(node, "crm_attribute --type crm_config --name cluster-delay --update 61s")
    const before = sh(node, "cibadmin -Q --scope configuration")
    expect(() => carryOut(node, transaction!)).toThrow("changed after it was planned")
    expect(sh(node, "cibadmin -Q --scope configuration")).toBe(before)
  })

  test("a cluster without a watchdog does not count on one: pacemaker would shut itself down", ({ node, facts }) => {
    const properties = { ...SETTINGS, "stonith-watchdog-timeout": "10s" }
    const want: CibWant = { shell: "auto", desired: desired({ properties }) }
    const members = look(node, want, facts)
    expect(cib.findings!(want, members).map(({ message }) => message)).toEqual([
      "fencing by watchdog waits: sbd does not run on controller1",
    ])
    expect(cib.check(want, members).map(({ attribute }) => attribute)).not.toContain(
      "property stonith-watchdog-timeout",
    )
    expect(members.elected.have.cib.sections.property.values["have-watchdog"]).toBe("false")

    const told = (watchdog: string) => {
      const sbdWant = { node: "controller1", watchdog, timeout: 5 }
      const have = sbd.probe(sbdWant).parse({ stdout: sh(node, sbd.probe(sbdWant).script), stderr: "" })
      return sbd.findings!(sbdWant, have, facts).map(({ message }) => message)
    }
    expect(told("/dev/watchdog")).toEqual(["there is no watchdog /dev/watchdog: sbd could reset nothing"])
    // A device that is there, and the distribution's cluster, which a first run replaces: no restart is asked for.
    expect(told("/dev/null")).toEqual([])
    sh(node, "cp -p /etc/corosync/corosync.conf /root; echo '# mine' >>/etc/corosync/corosync.conf")
    expect(told("/dev/null")).toEqual([
      "sbd does not run, and starts only with corosync, which is not restarted unasked",
    ])
    sh(node, "mv /root/corosync.conf /etc/corosync/corosync.conf")
  })

  test("an address stays where it is when another resource takes it over", ({ node, facts }) => {
    const states = [{ first: "1" }, { renamed: "1" }, { renamed: "1", second: "2" }, { renamed: "2", second: "1" }, {}]
    for (const vips of states) {
      const resources = Object.entries(vips).map(([id, last]) => {
        const parameters = { ip: `198.51.100.${last}`, cidr_netmask: "32", nic: "eth0" }
        return resource(id, "ocf:heartbeat:IPaddr2", { parameters, operations: [monitor("1s")] })
      })
      const want: CibWant = { shell: "auto", desired: desired({ properties: SETTINGS, resources }) }
      for (const action of cib.plan(want, look(node, want, facts), [])) carryOut(node, action)
      const after = look(node, want, facts)
      record(node, want.desired, after.elected.have, facts)
      expect(cib.check(want, after)).toEqual([])
      const held = sh(node, "ip -o -4 addr show dev eth0 | sed -n 's/.* 198\\.51\\.100\\.\\([0-9]*\\).*/\\1/p' | sort")
      expect(held.split("\n").filter(Boolean)).toEqual(Object.values(vips).sort())
      expect(sh(node, "crm_mon -1 --inactive")).not.toMatch(/Failed|Stopped|disabled/)
    }
  })

  test("an address is on the interface that its own node has for it, and stays where all nodes get that one", ({
    node,
    facts,
  }) => {
    const name = sh(node, "crm_node --name").trim()
    sh(node, "ip link add other0 type veth peer name other1; ip link set other0 up; ip link set other1 up")
    const nics = [{ [`nic on ${name}`]: "other0", "nic on another": "eth9" }, { nic: "other0" }]
    for (const nic of nics) {
      const parameters = { ip: "198.51.100.7", cidr_netmask: "32", ...nic }
      const resources = [resource("own", "ocf:heartbeat:IPaddr2", { parameters, operations: [monitor("1s")] })]
      const want: CibWant = { shell: "auto", desired: desired({ properties: SETTINGS, resources }) }
      for (const action of cib.plan(want, look(node, want, facts), [])) carryOut(node, action)
      const after = look(node, want, facts)
      record(node, want.desired, after.elected.have, facts)
      expect(cib.check(want, after)).toEqual([])
      expect(sh(node, "ip -o -4 addr show dev other0")).toContain("198.51.100.7/32")
      expect(sh(node, "crm_mon -1 --inactive")).not.toMatch(/Failed|Stopped|disabled/)
    }
    const nothing: CibWant = { shell: "auto", desired: desired({ properties: SETTINGS }) }
    for (const action of cib.plan(nothing, look(node, nothing, facts), [])) carryOut(node, action)
    record(node, nothing.desired, look(node, nothing, facts).elected.have, facts)
  })

  test("every part that an inventory can say is taken, found again, and the same as what pcs makes of it", ({
    node,
    facts,
  }) => {
    const name = sh(node, "crm_node -n").trim()
    const want: CibWant = { shell: "auto", desired: desiredCib(parseInventory(everyPart(name), "i.yaml"))! }
    const members = look(node, want, facts)
    expect(cib.findings!(want, members)).toEqual([])
    for (const action of cib.plan(want, members, [])) carryOut(node, action)
    const after = look(node, want, facts)
    expect(cib.check(want, after)).toEqual([])
    // Of a cluster without fencing it says that.
    expect(sh(node, "crm_verify -L -VV 2>&1 | grep -v 'Blind faith' || :")).not.toMatch(/error|warning/i)
    record(node, want.desired, after.elected.have, facts)

    // The role may read all but that.
    const password = '<nvpair id="theirs-p" name="passwd" value="hush"/>'
    const device = `<primitive id="theirs" class="stonith" type="fence_nobody"><instance_attributes id="theirs-i">${password}</instance_attributes></primitive>`
    sh(node, `cibadmin --create --scope resources --xml-text '${device}'; useradd --groups haclient ann`)
    expect(sh(node, "cibadmin -Q")).toContain('value="hush"')
    const seen = sh(node, "runuser -u ann -- cibadmin -Q")
    expect(seen).toContain('id="theirs"')
    expect(seen).not.toContain("hush")
    sh(node, `cibadmin --delete --xml-text '<primitive id="theirs"/>'`)

    const bare: CibWant = {
      shell: "auto",
      desired: {
        ...want.desired,
        constraints: [],
        parts: want.desired.parts?.filter(({ kind }) => kind === "template"),
      },
    }
    for (const action of cib.plan(bare, look(node, bare, facts), [])) carryOut(node, action)
    expect(look(node, bare, facts).elected.have.cib).toMatchObject({ constraints: [], parts: [{ kind: "template" }] })
    record(node, bare.desired, look(node, bare, facts).elected.have, facts)
    sh(node, `set -e\n${PCS_WORDS[release](name)}`)
    const { changes, conflicts } = diffCib(want.desired, look(node, want, facts).elected.have.cib, {
      ...NOTHING_OWNED,
      resource: ownershipOf(want.desired).resource,
      part: new Set(["template small"]),
    })
    // Of resources of their own pcs has no rules.
    const beyond = changes.filter((one) => !(one.type === "create-part" && one.part.holder === "web"))
    expect({ changes: beyond, conflicts }).toEqual({ changes: [], conflicts: [] })
    expect(changes.length - beyond.length).toBe(2)

    // What is taken over is ours, and goes with the inventory that names it.
    record(node, want.desired, look(node, want, facts).elected.have, facts)
    for (const scope of ["constraints", "fencing-topology", "tags", "alerts", "acls", "rsc_defaults", "op_defaults"])
      sh(node, `cibadmin --replace --scope ${scope} --xml-text '<${scope}/>'`)
    const nothing: CibWant = { shell: "auto", desired: desired({ properties: SETTINGS }) }
    for (const action of cib.plan(nothing, look(node, nothing, facts), [])) carryOut(node, action)
    const left = look(node, nothing, facts)
    record(node, nothing.desired, left.elected.have, facts)
    expect(left.elected.have.cib.resources.map(({ id }) => id)).toEqual(["foreign"])
  })

  test("a monitor that was switched off is switched on by the inventory that has it, and by what status tells", ({
    node,
    facts,
  }) => {
    const want: CibWant = { shell: "auto", desired: changed }
    for (const action of cib.plan(want, look(node, want, facts), [])) carryOut(node, action)
    record(node, changed, look(node, want, facts).elected.have, facts)
    const off = "pcs resource update one op monitor interval=20s enabled=false"
    sh(node, off)
    const members = look(node, want, facts)
    expect(cib.check(want, members).map(({ attribute, want: on }) => `${attribute}: ${on}`)).toEqual([
      "resource one monitor: monitor 20s",
    ])
    for (const action of cib.plan(want, members, [])) carryOut(node, action)
    expect(cib.check(want, look(node, want, facts))).toEqual([])

    sh(node, off)
    sh(node, switchingOn("one-monitor-interval-20s"))
    expect(cib.check(want, look(node, want, facts))).toEqual([])
    expect(sh(node, "cibadmin -Q --scope resources").match(/<op .*monitor-interval-20s.*/g)).toHaveLength(1)
    const nothing: CibWant = { shell: "auto", desired: desired({ properties: SETTINGS }) }
    for (const action of cib.plan(nothing, look(node, nothing, facts), [])) carryOut(node, action)
    record(node, nothing.desired, look(node, nothing, facts).elected.have, facts)
  })

  test("a clone that others have named is taken by whatever name it has, and constraints go by it", ({
    node,
    facts,
  }) => {
    const monitored = '<operations><op id="many-m" name="monitor" interval="10s"/></operations>'
    const meta = '<meta_attributes id="cm"><nvpair id="cm-i" name="interleave" value="true"/></meta_attributes>'
    const clone = `<clone id="cl-many"><primitive id="many" class="ocf" provider="heartbeat" type="Dummy">${monitored}</primitive>${meta}</clone>`
    sh(node, `cibadmin --create --scope resources --xml-text '${clone}'`)
    const want: CibWant = { shell: "auto", desired: built }
    const members = look(node, want, facts)
    expect(cib.findings!(want, members)).toEqual([])
    expect(cib.standing!(want, members).notes).toContain("many is cloned as cl-many, and goes by it")
    for (const action of cib.plan(want, members, [])) carryOut(node, action)
    record(node, built, look(node, want, facts).elected.have, facts)
    expect(cib.check(want, look(node, want, facts))).toEqual([])
    expect(sh(node, "cibadmin -Q --scope resources")).not.toContain("many-clone")
    expect(sh(node, "cibadmin -Q --scope constraints")).toContain('with-rsc="cl-many"')
    expect(sh(node, "crm_resource --locate --resource one 2>&1")).toContain("is running on")
    const nothing: CibWant = { shell: "auto", desired: desired({ properties: SETTINGS }) }
    for (const action of cib.plan(nothing, look(node, nothing, facts), [])) carryOut(node, action)
    const left = look(node, nothing, facts)
    record(node, nothing.desired, left.elected.have, facts)
    expect(left.elected.have.cib.resources.map(({ id }) => id)).toEqual(["foreign"])
  })

  test("a resource that was stopped for another agent goes on where the configuration changed meanwhile", ({
    node,
    facts,
  }) => {
    const agents = "/usr/lib/ocf/resource.d/heartbeat"
    const meddle = "crm_attribute --type crm_config --name cluster-delay --update 62s"
    sh(node, `sed 's/^stop)/stop) ${meddle};/' ${agents}/Dummy >${agents}/Meddler; chmod 755 ${agents}/Meddler`)
    const by = (agent: string): CibWant => {
      return { shell: "auto", desired: desired({ properties: SETTINGS, resources: [resource("one", agent)] }) }
    }
    const first = by("ocf:heartbeat:Meddler")
    for (const action of cib.plan(first, look(node, first, facts), [])) carryOut(node, action)
    record(node, first.desired, look(node, first, facts).elected.have, facts)

    const second = by(DUMMY)
    const [transaction] = cib.plan(second, look(node, second, facts), [])
    expect(() => carryOut(node, transaction!)).toThrow("changed after it was planned")
    expect(sh(node, "cibadmin -Q --scope resources")).not.toContain("target-role")
    sh(
      node,
      "timeout 60 sh -c 'until crm_resource --resource one --locate 2>&1 | grep -q \"is running on\"; do sleep 0.1; done'",
    )
    expect(cib.check(first, look(node, first, facts))).toEqual([])
  })

  test("a configuration of an older schema stays of it: what that lacks is told, and all else written in its words", ({
    node,
    facts,
  }) => {
    const validated = () => sh(node, "cibadmin --query").match(/validate-with="([^"]*)"/)?.[1]
    sh(node, OLDER)
    expect(validated()).toBe("pacemaker-3.0")
    const rich = everyPart(sh(node, "crm_node -n").trim())
    const wanted = (text: string): CibWant => ({ shell: "auto", desired: desiredCib(parseInventory(text, "i.yaml"))! })
    const members = look(node, wanted(rich), facts)
    const lacks = / has (.*), which pacemaker-3\.0, the CIB's schema, does not know$/
    const told = cib.findings!(wanted(rich), members).map(
      ({ severity, message }) => `${severity} ${lacks.exec(message)?.[1]}`,
    )
    const words = ["a comparison of integers", "a rule about operations", "a rule about resources"]
    expect([...new Set(told)].toSorted()).toEqual(words.map((word) => `error ${word}`))

    const want = wanted(
      rich.replaceAll(/^ *(resource|operation)DefaultRules:.*\n/gm, "").replace("lt integer 1", "lt 1"),
    )
    expect(cib.findings!(want, look(node, want, facts))).toEqual([])
    for (const action of cib.plan(want, members, [])) carryOut(node, action)
    const after = look(node, want, facts)
    record(node, want.desired, after.elected.have, facts)
    expect(cib.check(want, after)).toEqual([])
    expect(sh(node, "cibadmin --query --scope constraints")).toContain('with-rsc-role="Master"')
    expect(validated()).toBe("pacemaker-3.0")
    const nothing: CibWant = { shell: "auto", desired: desired({ properties: SETTINGS }) }
    for (const action of cib.plan(nothing, look(node, nothing, facts), [])) carryOut(node, action)
    record(node, nothing.desired, look(node, nothing, facts).elected.have, facts)
    expect(validated()).toBe("pacemaker-3.0")
  })

  test("what haops made before a cluster was founded anew is a user's, who makes something of that name", ({
    node,
    facts,
  }) => {
    const newKey = "head -c 256 /dev/urandom >/etc/corosync/authkey"
    const withMine = desired({ properties: SETTINGS, resources: [resource("mine", DUMMY)] })
    const mine: CibWant = { shell: "auto", desired: withMine }
    const nothing: CibWant = { shell: "auto", desired: desired({ properties: SETTINGS }) }
    sh(node, newKey)
    for (const action of cib.plan(mine, look(node, mine, facts), [])) carryOut(node, action)
    record(node, withMine, look(node, mine, facts).elected.have, facts)
    expect(cib.check(nothing, look(node, nothing, facts))).toMatchObject([
      { attribute: "resource mine", want: "absent" },
    ])

    sh(node, `systemctl stop pacemaker corosync; rm -rf /var/lib/pacemaker/cib/*; ${newKey}`)
    const [seed] = clusterSeed.plan({ cluster: "debian" }, undefined as never, [], facts)
    sh(node, (seed?.type === "run" && seed.argv[2]) || "false")
    sh(node, `systemctl start corosync pacemaker; ${RUNS}`)
    sh(node, "pcs resource create mine ocf:heartbeat:Dummy")
    const members = look(node, nothing, facts)
    const said = cib.findings!(nothing, members).map(({ message }) => message)
    expect(said).toContainEqual(expect.stringContaining("is of another cluster: it is not used"))
    expect(cib.check(nothing, members).map(({ attribute }) => attribute)).not.toContain("resource mine")
    for (const action of cib.plan(nothing, members, [])) carryOut(node, action)
    record(node, nothing.desired, look(node, nothing, facts).elected.have, facts)
    const after = look(node, nothing, facts)
    expect(cib.check(nothing, after)).toEqual([])
    expect(JSON.stringify(cib.findings!(nothing, after))).not.toContain("another cluster")
    expect(sh(node, "crm_resource --locate --resource mine 2>&1")).toContain("is running on")
  })
})

/** As an upgrade of the packages leaves it: the schema is that of the pacemaker that founded the cluster. */
const OLDER = `cibadmin --query | sed -e 's/validate-with="[^"]*"/validate-with="pacemaker-3.0"/' >/tmp/older.xml
cibadmin --replace --xml-file /tmp/older.xml`

const RUNS = "timeout 120 sh -c 'until cibadmin -Q 2>/dev/null | grep -q dc-version; do sleep 0.2; done'"

function look(node: string, want: CibWant, facts: HostFacts): Members<CibHave> {
  const probe = cib.probe(want)
  const first = probe.parse({ stdout: sh(node, probe.script), stderr: "" })
  const question = probe.further?.(first)
  const have = question?.parse({ stdout: sh(node, question.script), stderr: "" }) ?? first
  const member = { host: facts.host, have, facts }
  return { elected: member, all: [member], missing: [] }
}

function record(node: string, state: typeof built, have: CibHave, facts: HostFacts): void {
  const want = toLists(ownershipOf(state))
  for (const action of cibRecord.plan(want, have, cibRecord.check(want, have, facts), facts)) carryOut(node, action)
}

function carryOut(node: string, action: Action): string {
  if (action.type === "run") return sh(node, action.argv.join(" "), reveal(action.stdin ?? ""))
  if (action.type === "put")
    return sh(node, `umask 077; cat >${action.path}; chmod ${action.mode} ${action.path}`, String(action.content))
  if (action.type === "copy") throw new Error("nothing of a transaction is copied")
  return sh(
    node,
    `timeout 60 sh -c 'until (eval "$1") >/dev/null 2>&1; do sleep 0.1; done' wait "$(cat)"`,
    action.script,
  )
}
