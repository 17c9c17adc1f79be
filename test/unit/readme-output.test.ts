import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { renderCorosyncConf } from "../../src/corosync/render.ts"
import { foretell, quorumWords } from "../../src/foresight/foretell.ts"
import { importHaproxy } from "../../src/haproxy/import/import.ts"
import { importReport } from "../../src/haproxy/import/report.ts"
import { serviceStatus } from "../../src/haproxy/view/services.ts"
import type { Host } from "../../src/model/inventory.ts"
import { renderLb } from "../../src/output/lb-screen.ts"
import { renderWhatIf } from "../../src/output/what-if-screen.ts"
import { adopted, bare } from "./adopt/adopting.ts"
import { known, SCENARIOS } from "./foresight/support.ts"
import { HOSTS } from "./membership/cluster.ts"
import { ALL_TEXT, ROOT } from "./readme.ts"
import { haproxy, INVENTORY } from "./status/support.ts"

// What a README shows under a command is what that command prints.

test("lb show of a pair: a server that is drained, another that is dead", () => {
  const hosts = ["lb1", "lb2"].map((name): Host => ({ ...HOSTS[0]!, name, group: "loadbalancers" }))
  const services = INVENTORY.haproxy!.services.map((service) => ({ ...service, on: "loadbalancers" as const }))
  const pair = { ...INVENTORY, hosts: [...HOSTS, ...hosts], haproxy: { ...INVENTORY.haproxy!, services } }
  const runtime = haproxy("up", "drain", "down")
  const process = { ...runtime.process, uptime: 3 * 86_400, connections: 41 }
  const haproxies = hosts.map(({ name }) => ({ host: name, runtime: { ...runtime, process } }))
  const vips = [{ name: "public", address: "10.0.0.11", manager: "keepalived" as const, holders: ["lb1"] }]
  const shown = renderLb(serviceStatus(pair, haproxies), { haproxies, vips }, { color: false, width: 100 })
  expect(ALL_TEXT).toContain(`lb show web -i prod.yaml\n${shown}`)
})

test("import-haproxy: an excerpt of its report", () => {
  const text = readFileSync(join(ROOT, "test/cases/haproxy/seed-002.cfg"), "utf8")
  const vips = [{ name: "public", address: "192.168.4.20" }]
  const report = importReport(importHaproxy({ text, vips, hosts: [] }), "haproxy.cfg")
    .split("\n")
    .filter(Boolean)
  const [, excerpt = ""] = /import-haproxy haproxy\.cfg .*\n([^`]*)```/.exec(ALL_TEXT) ?? []
  const lines = excerpt.split("\n").filter((line) => !["", "…"].includes(line.trim()))
  expect(lines).toHaveLength(5)
  expect(report.filter((line) => lines.includes(line))).toEqual(lines)
})

/** As pcs makes it of the guides' commands, with a fencing device and a rule besides. */
const CIB = `<cib validate-with="pacemaker-3.9"><configuration>
  <crm_config><cluster_property_set id="cib-bootstrap-options">
    <nvpair id="cib-bootstrap-options-have-watchdog" name="have-watchdog" value="false"/>
    <nvpair id="cib-bootstrap-options-cluster-recheck-interval" name="cluster-recheck-interval" value="5min"/>
  </cluster_property_set></crm_config>
  <nodes><node id="1" uname="controller1"/><node id="2" uname="controller2"/><node id="3" uname="controller3"/></nodes>
  <resources>
    <primitive id="ipmi1" class="stonith" type="fence_ipmilan">
      <instance_attributes id="ipmi1-instance_attributes">
        <nvpair id="ipmi1-instance_attributes-ip" name="ip" value="10.0.9.1"/>
        <nvpair id="ipmi1-instance_attributes-password" name="password" value="hunter2"/>
        <nvpair id="ipmi1-instance_attributes-pcmk_host_list" name="pcmk_host_list" value="controller1"/>
        <nvpair id="ipmi1-instance_attributes-username" name="username" value="admin"/>
      </instance_attributes>
      <operations><op name="monitor" interval="60s" id="ipmi1-monitor-interval-60s"/></operations>
    </primitive>
    <primitive id="vip" class="ocf" type="IPaddr2" provider="heartbeat">
      <instance_attributes id="vip-instance_attributes">
        <nvpair id="vip-instance_attributes-cidr_netmask" name="cidr_netmask" value="24"/>
        <nvpair id="vip-instance_attributes-ip" name="ip" value="10.0.0.11"/>
      </instance_attributes>
      <operations>
        <op name="monitor" interval="30s" id="vip-monitor-interval-30s"/>
        <op name="start" interval="0s" timeout="20s" id="vip-start-interval-0s"/>
        <op name="stop" interval="0s" timeout="20s" id="vip-stop-interval-0s"/>
      </operations>
    </primitive>
    <clone id="openstack-keystone-clone">
      <primitive id="openstack-keystone" class="systemd" type="openstack-keystone">
        <operations>
          <op name="monitor" interval="60" timeout="100" id="openstack-keystone-monitor-interval-60"/>
          <op name="start" interval="0s" timeout="100" id="openstack-keystone-start-interval-0s"/>
          <op name="stop" interval="0s" timeout="100" id="openstack-keystone-stop-interval-0s"/>
        </operations>
      </primitive>
      <meta_attributes id="k-meta"><nvpair id="k-meta-interleave" name="interleave" value="true"/></meta_attributes>
    </clone>
  </resources>
  <constraints>
    <rsc_location id="at-night" rsc="vip">
      <rule id="at-night-rule" score="100">
        <expression id="at-night-expr" attribute="#uname" operation="eq" value="controller3"/>
      </rule>
      <rule id="at-night-rule-1" score="-100">
        <date_expression id="at-night-when" operation="lt" end="2027-01-31"/>
      </rule>
    </rsc_location>
  </constraints>
</configuration></cib>`

test("adopt: the inventory of a cluster that was made by hand", async () => {
  const nodes = [12, 13, 14].map((part, at) => ({
    name: `controller${at + 1}`,
    nodeid: at + 1,
    links: [`10.0.0.${part}`],
  }))
  const corosync = renderCorosyncConf({
    name: "openstack",
    nodes,
    transport: "knet",
    totem: { token: "5000" },
    quorum: {},
  })
  const asked = nodes.map(({ name, links }) => bare(name, links[0]!, { cib: CIB, corosync }))
  const { text, told, problems } = await adopted(asked, { user: "root" })
  expect({ told, problems }).toEqual({ told: [], problems: [] })
  const shown = /adopt --host 10.0.0.12 --user.*?```yaml\n(.*?)```/s.exec(ALL_TEXT)?.[1]
  expect(text).toBe(shown)
})

test("what-if: an excerpt of its table", () => {
  const [down, both, , , , , nothing] = foretell(SCENARIOS, known())
  const outlooks = [nothing!, down!, both!]
  const title = "lab   by the scheduler of controller1"
  const shown = renderWhatIf(
    { title, said: quorumWords(known()), outlooks, details: false },
    { color: false, width: 100 },
  )
  expect(ALL_TEXT).toContain(`what-if -i prod.yaml\n${shown}`)
})
