import { expect, test } from "vitest"
import { parseCib } from "../../../src/pacemaker/cib-parse.ts"
import { parseInventory } from "../parse-inventory.ts"
import { adopted, bare } from "./adopting.ts"

const COROSYNC = `totem {
  version: 2
  cluster_name: my cluster
  transport: udpu
  interface {
    ringnumber: 0
    bindnetaddr: 10.0.0.0
    mcastport: 5405
  }
  token: 5000
  secauth: on
}
nodelist {
  node {
    ring0_addr: alpha
    nodeid: 1
    quorum_votes: 2
  }
  node {
    ring0_addr: 10.0.0.13
    nodeid: 2
  }
}
quorum {
  provider: corosync_votequorum
  two_node: 1
  wait_for_all: 1
  device {
    model: net
    net {
      host: qnetd.example.org
      algorithm: lms
    }
  }
}
logging {
  to_syslog: yes
  logger_subsys {
    subsys: QUORUM
    debug: off
  }
}
`

function cib({ config = "", nodes = "", resources = "", constraints = "", more = "" }): string {
  return `<cib validate-with="pacemaker-3.9"><configuration>
<crm_config><cluster_property_set id="cib-bootstrap-options">${config}</cluster_property_set></crm_config>
<nodes><node id="1" uname="alpha">${nodes}</node><node id="2" uname="beta"/></nodes>
<resources>${resources}</resources><constraints>${constraints}</constraints>${more}</configuration></cib>`
}

const pair = (id: string, name: string, value: string) => `<nvpair id="${id}-${name}" name="${name}" value="${value}"/>`
const set = (id: string, kind: "instance" | "meta", values: Record<string, string>) =>
  `<${kind}_attributes id="${id}-${kind}">${Object.entries(values)
    .map(([name, value]) => pair(`${id}-${kind}`, name, value))
    .join("")}</${kind}_attributes>`
const monitor = (id: string, interval = "30s") =>
  `<operations><op id="${id}-monitor" name="monitor" interval="${interval}"/></operations>`
const address = (id: string, ip: string, more: Record<string, string> = {}, operations = monitor(id)) =>
  `<primitive id="${id}" class="ocf" provider="heartbeat" type="IPaddr2">${set(id, "instance", { ip, ...more })}${operations}</primitive>`
const dummy = (id: string, inner = "", attributes = "") =>
  `<primitive id="${id}" class="ocf" provider="heartbeat" type="Dummy"${attributes}>${inner}</primitive>`

const NO_FENCING = pair("p", "stonith-enabled", "false")

/** Of a cluster of alpha and beta. */
async function take(text: string, { corosync = named("lab"), haproxy }: { corosync?: string; haproxy?: string } = {}) {
  const parts = { cib: text, corosync, haproxy }
  return await adopted([bare("alpha", "10.0.0.12", parts), bare("beta", "10.0.0.13", parts)])
}

function named(name: string): string {
  const node = (host: string, ip: string, id: number) => `node {\nring0_addr: ${ip}\nname: ${host}\nnodeid: ${id}\n}\n`
  return `totem {\nversion: 2\ncluster_name: ${name}\ntransport: knet\n}
nodelist {\n${node("alpha", "10.0.0.12", 1)}${node("beta", "10.0.0.13", 2)}}\nquorum {\nprovider: corosync_votequorum\ntwo_node: 1\n}\n`
}

/** The lines of comments, without their marks. */
function comments(text: string): readonly string[] {
  return text.split("\n").flatMap((line) => /^ *# ?(.*)/.exec(line)?.[1] ?? [])
}

test("what corosync.conf has beyond an inventory's words stands beside it as comments", async () => {
  const parts = { corosync: COROSYNC, cib: cib({ config: NO_FENCING }), resolved: new Map([["alpha", "10.0.0.12"]]) }
  const { text, told, problems } = await adopted([bare("beta", "10.0.0.13", parts), bare("alpha", "10.0.0.12", parts)])
  expect(problems).toEqual([])
  expect(parseInventory(text, "a.yaml")).toMatchObject({
    name: "my-cluster",
    hosts: [
      { name: "alpha", address: "10.0.0.12", links: ["10.0.0.12"] },
      { name: "beta", address: "10.0.0.13" },
    ],
    pacemaker: { transport: "udpu", totem: { token: "5000" }, quorum: { wait_for_all: "1" } },
  })
  const said = comments(text).join("\n")
  for (const word of [
    "quorum_votes: 2",
    "secauth: on",
    "bindnetaddr: 10.0.0.0",
    "logger_subsys",
    "qnetd.example.org",
    "algorithm: lms",
  ]) {
    expect(said).toContain(word)
  }
  expect(told.map((one) => one.replace(/:.*/, ""))).toEqual([
    "corosync.conf has no name for beta",
    "the cluster is called my cluster, which no inventory can say",
  ])
})

test("nothing is taken in of a host that is no member of the cluster", async () => {
  const stranger = bare("lb1", "10.0.0.2", {
    haproxy: HAPROXY,
    keepalived: "vrrp_instance A {\n interface eth0\n virtual_ipaddress {\n 10.0.0.9/24\n }\n}\n",
    cib: cib({ resources: dummy("of-another-cluster") }),
    corosync: named("other")
      .replaceAll("10.0.0.1", "10.0.7.1")
      .replaceAll(/name: (alpha|beta)/g, "name: other-$1"),
  })
  const member = bare("alpha", "10.0.0.12", { corosync: named("lab") })
  const { text, told } = await adopted([member, stranger])
  expect(told).toContain("10.0.0.2 is no member of the cluster, and not taken in")
  const { haproxy, vips, pacemaker } = parseInventory(text, "a.yaml")
  expect({ haproxy, vips, resources: pacemaker?.resources }).toEqual({ haproxy: undefined, vips: [], resources: [] })
  expect(told.filter((one) => one.startsWith("corosync.conf is another one"))).toEqual([])
})

test("what a host says of itself forges no line of what is told", async () => {
  const forged = "lb1\n10.0.0.2 was taken in"
  const { told } = await adopted([
    bare(forged, "10.0.0.2", { sysctl: "net.ipv4.ip_forward=1" }),
    bare(forged, "10.0.0.3", { sysctl: "net.ipv4.ip_forward=1" }),
  ])
  expect(told.join("|")).not.toContain("\n")
  expect(told).toContainEqual(
    expect.stringMatching(/^10\.0\.0\.3 calls itself lb1 10\.0\.0\.2 was taken in, as another/),
  )
})

test("the cluster's key in corosync.conf is never in sight", async () => {
  const corosync = named("lab")
    .replace("version: 2", "version: 2\nkey: hunter2")
    .concat("resources {\nmore {\nkey: hunter2\n}\n}\n")
  const { text, told } = await take(cib({ config: NO_FENCING }), { corosync })
  expect(comments(text).join("\n")).toContain("key: (not shown)")
  expect(text + told.join()).not.toContain("hunter2")
})

test("what an inventory has no words for is a comment with all of it, and up leaves it alone", async () => {
  const rule = '<rule id="r" score="0"><date_expression id="d" operation="lt" end="2020-01-01"/></rule>'
  const { text, told, problems } = await take(
    cib({
      config: NO_FENCING,
      nodes:
        set("n1", "instance", { rack: "r7" }) +
        '<utilization id="u1"><nvpair id="u1-cpu" name="cpu" value="8"/></utilization>',
      resources: [
        dummy(
          "plain",
          `${set("plain", "meta", { "target-role": "Stopped", priority: "3" })}<utilization id="pu"><nvpair id="pu-cpu" name="cpu" value="2"/></utilization>`,
          ' description="somebody\'s own"',
        ),
        dummy(
          "timed",
          `<instance_attributes id="timed-i">${rule}${pair("timed-i", "fake", "at-times")}</instance_attributes>`,
        ),
        `<template id="tpl" class="ocf" provider="heartbeat" type="Dummy"/><primitive id="made" template="tpl"/>`,
        `<clone id="gc">${`<group id="g">${dummy("member")}</group>`}</clone>`,
        `<group id="tail">${dummy("one")}${dummy("two")}${set("tail", "meta", { "resource-stickiness": "5" })}</group>`,
        `<bundle id="box"><docker image="x"/>${dummy("inside", set("inside", "instance", { password: "hunter2" }))}</bundle>`,
      ].join(""),
      constraints: [
        '<rsc_colocation id="kept" rsc="plain" with-rsc="tail" score="INFINITY"/>',
        '<rsc_colocation id="sets" score="5"><resource_set id="s"><resource_ref id="one"/><resource_ref id="two"/></resource_set></rsc_colocation>',
        `<rsc_location id="ruled" rsc="plain">${rule}</rsc_location>`,
        '<rsc_location id="cli-ban-plain-on-beta" rsc="plain" node="beta" score="-INFINITY"/>',
        '<rsc_location id="gone" rsc="plain" node="gamma" score="7"/>',
        '<rsc_colocation id="roles" rsc="plain" with-rsc="one" score="9" rsc-role="Started"/>',
        '<rsc_ticket id="ticket" rsc="plain" ticket="t1"/>',
        `<rsc_location id="twice" rsc="plain">${rule.replaceAll(/id="/g, "$&a")}${rule.replaceAll(/id="/g, "$&b")}</rsc_location>`,
      ].join(""),
      more: '<alerts><alert id="own" path="relative"/></alerts><fencing-topology><fencing-level id="fl" target="alpha" index="1" devices="f"/></fencing-topology><acls><acl_role id="reader"/></acls>',
    }),
  )
  expect({ told, problems }).toEqual({ told: [], problems: [] })
  const { pacemaker } = parseInventory(text, "a.yaml")
  expect(pacemaker?.resources.map(({ id, group }) => [id, group])).toEqual([
    ["plain", undefined],
    ["timed", undefined],
    ["made", undefined],
    ["one", "tail"],
    ["two", "tail"],
  ])
  expect(pacemaker?.resources[0]?.meta).toEqual({ priority: "3" })
  expect(pacemaker?.constraints.map(({ id }) => id)).toEqual(["kept", "sets", "ruled", "roles", "ticket"])
  expect(pacemaker?.parts?.map(({ kind, id }) => [kind, id])).toEqual([
    ["template", "tpl"],
    ["ACL role", "reader"],
    ["node attribute", "alpha rack"],
    ["node utilization", "alpha cpu"],
    ["utilization", "plain"],
    ["rule", "timed-i"],
  ])
  const said = comments(text).join("\n")
  const ids = ["gc", "member", "tail-meta", "box", "inside"]
  const others = ["twice", "cli-ban-plain-on-beta", "gone", "fl", "own"]
  for (const id of [...ids, ...others]) expect(said).toContain(`"${id}"`)
  for (const word of ["target-role=Stopped", "somebody's own", "crm_resource --clear"]) expect(said).toContain(word)
  expect(text).not.toContain("hunter2")
})

test("a fencing device's password is a reference with a word on where it is now, and never in sight", async () => {
  const values = { ip: "10.0.9.1", username: "admin", passwd: "hunter2", passwd_script: "/etc/fence/password" }
  const device = `<primitive id="f" class="stonith" type="fence_ipmilan">${set("f", "instance", values)}${monitor("f", "60s")}</primitive>`
  const { text, told } = await take(cib({ config: pair("p", "stonith-enabled", "true"), resources: device }))
  expect(told).toEqual([])
  expect(text).not.toContain("hunter2")
  expect(text).toContain(`parameters:
        ip: 10.0.9.1
        username: admin
        # put its value into this file: on a node, crm_resource --resource f --get-parameter passwd
        passwd: { file: secrets/f-passwd }
        passwd_script: /etc/fence/password
`)
})

test("what may be a secret in an alert or a template is never in sight, and where one is stays said", async () => {
  const alert = (id: string, options: Record<string, string>) =>
    `<alert id="${id}" path="/opt/mail">${set(id, "instance", options)}<recipient id="${id}-r" value="ops">${set(`${id}-r`, "instance", options)}</recipient></alert>`
  const text = cib({
    config: NO_FENCING,
    resources: `<template id="tpl" class="ocf" provider="heartbeat" type="Dummy">${set("tpl", "instance", { db_pwd: "hunter2" })}</template>`,
    more: `<alerts>${alert("mail", { smtp_pwd: "hunter2" })}${alert("post", { smtp_pwd_file: "/etc/smtp" })}</alerts>`,
  })
  const { text: yaml, told, problems } = await take(text)
  expect({ told, problems }).toEqual({ told: [], problems: [] })
  expect(yaml).not.toContain("hunter2")
  const { pacemaker } = parseInventory(yaml, "a.yaml")
  expect(pacemaker?.parts?.map(({ id }) => id)).toEqual(["post"])
  const said = comments(yaml).join("\n")
  for (const id of ["tpl", "mail"]) expect(said).toContain(`"${id}"`)
})

test("a default by a rule that an inventory refuses is a comment, and the others are said", async () => {
  const ruled = (id: string, name: string, value: string) =>
    `<meta_attributes id="${id}"><rule id="${id}-r" score="INFINITY"><rsc_expression id="${id}-e" type="Dummy"/></rule>${pair(id, name, value)}</meta_attributes>`
  const more = `<rsc_defaults>${ruled("bad", "priority", "high")}${ruled("good", "priority", "5")}</rsc_defaults>
    <op_defaults>${ruled("timed", "timeout", "9s")}${ruled("worse", "timeout", "long")}</op_defaults>`
  const { text, told, problems } = await take(cib({ config: NO_FENCING, more }))
  expect({ told, problems }).toEqual({ told: [], problems: [] })
  expect(parseInventory(text, "a.yaml").pacemaker?.parts?.map(({ id }) => id)).toEqual(["good", "timed"])
  const said = comments(text).join("\n")
  for (const id of ["bad", "worse"]) expect(said).toContain(`"${id}"`)
})

test("an address that vips would make something else of stays a resource, with why", async () => {
  const { text, told, problems } = await take(
    cib({
      config: NO_FENCING,
      resources: [
        address("good", "10.0.0.11", { cidr_netmask: "24" }),
        address("blind", "10.0.0.21", { cidr_netmask: "24" }, ""),
        address("bare", "10.0.0.22"),
        address("elsewhere", "172.16.0.9", { cidr_netmask: "24" }),
        `<group id="all">${address("within", "10.0.0.23", { cidr_netmask: "24" })}</group>`,
      ].join(""),
    }),
  )
  expect({ told, problems }).toEqual({ told: [], problems: [] })
  const { vips, pacemaker } = parseInventory(text, "a.yaml")
  expect(vips.map(({ name }) => name)).toEqual(["good"])
  expect(pacemaker?.resources.map(({ id }) => id)).toEqual(["blind", "bare", "elsewhere", "within", "good"])
  expect(comments(text).join("\n")).toMatch(/not among vips: .*172\.16\.0\.9\/24 is in no network/)
})

const HAPROXY = `defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
listen web
  bind 10.0.0.11:80
  server alpha 10.0.0.12:8080 check
  server beta 10.0.0.13:8080 check
userlist ops
  user ann insecure-password hunter2
`
const VIP = address("vip", "10.0.0.11", { cidr_netmask: "24" })
const cloned = (id: string, clone: string) =>
  `<clone id="${clone}"><primitive id="${id}" class="systemd" type="haproxy">${monitor(id, "60s")}</primitive></clone>`

test("a monitor that is switched off is said so, of an address as of any other", async () => {
  const off = (id: string) => monitor(id).replace("/></operations>", ' enabled="false"/></operations>')
  const resources = address("vip", "10.0.0.11", { cidr_netmask: "24" }, off("vip")) + dummy("a", off("a"))
  const { text, told, problems } = await take(cib({ config: NO_FENCING, resources }))
  expect({ told, problems }).toEqual({ told: [], problems: [] })
  expect(text.match(/enabled: false/g)).toHaveLength(2)
  expect(parseInventory(text, "a.yaml").vips).toMatchObject([{ name: "vip" }])
})

test("haproxy as the guides have it is the section, and its ties go without saying", async () => {
  const constraints = `<rsc_order id="o" first="vip" then="lb-haproxy-clone" first-action="start" then-action="start" kind="Optional"/>
    <rsc_colocation id="c" rsc="lb-haproxy-clone" with-rsc="vip" score="INFINITY"/>`
  const text = cib({ config: NO_FENCING, resources: VIP + cloned("lb-haproxy", "lb-haproxy-clone"), constraints })
  const { text: yaml, told, problems } = await take(text, { haproxy: HAPROXY })
  expect(told.filter((one) => !one.startsWith("haproxy.cfg: "))).toEqual([])
  expect(told.join("\n")).toContain("this line has a secret, which is not in the inventory")
  expect(yaml).not.toContain("hunter2")
  // Until it is put back: haproxy would take [secret] for the password.
  expect(problems).toMatchObject([{ path: ["haproxy", "raw"], message: expect.stringContaining("put it there") }])
  expect(() => parseInventory(yaml, "a.yaml")).toThrow("stands where a secret has to be")
  const { haproxy, pacemaker } = parseInventory(yaml.replace("[secret]", "hunter2"), "a.yaml")
  expect(haproxy).toMatchObject({ placement: "with-vip", services: [{ name: "web" }] })
  expect(pacemaker?.constraints).toHaveLength(2)
  expect(yaml).not.toContain("constraints:")
})

test("haproxy is the section by whatever name others have cloned it, and what names it goes by the usual one", async () => {
  const constraints = `<rsc_order id="o" first="vip" then="cl-haproxy" first-action="start" then-action="start" kind="Optional"/>
    <rsc_colocation id="c" rsc="cl-haproxy" with-rsc="vip" score="INFINITY"/>
    <rsc_location id="l" rsc="cl-haproxy" node="alpha" score="10"/>
    <rsc_order id="s"><resource_set id="s-1"><resource_ref id="cl-haproxy"/><resource_ref id="d"/></resource_set></rsc_order>`
  const tags = '<tags><tag id="web"><obj_ref id="cl-haproxy"/></tag></tags>'
  const resources = VIP + dummy("d") + cloned("lb-haproxy", "cl-haproxy")
  const text = cib({ config: NO_FENCING, resources, constraints, more: tags })
  const { text: yaml, told } = await take(text, { haproxy: HAPROXY })
  expect(told.filter((one) => !one.startsWith("haproxy.cfg: "))).toEqual([])
  const { haproxy, pacemaker } = parseInventory(yaml.replace("[secret]", "hunter2"), "a.yaml")
  expect(haproxy).toMatchObject({ placement: "with-vip", services: [{ name: "web" }] })
  expect(yaml).not.toContain("cl-haproxy")
  expect(yaml).toMatch(/locate: lb-haproxy-clone/)
  expect(pacemaker?.constraints).toHaveLength(4)
})

test.each([
  ["under another name", cloned("haproxy", "haproxy-clone"), ""],
  [
    "tied otherwise",
    cloned("lb-haproxy", "lb-haproxy-clone"),
    '<rsc_colocation id="c" rsc="vip" with-rsc="lb-haproxy-clone" score="100"/>',
  ],
  ["outside the cluster", "", ""],
])("haproxy %s is left as it is, and its section is a comment", async (_, resources, constraints) => {
  const text = cib({ config: NO_FENCING, resources: VIP + resources, constraints })
  const { text: yaml, told, problems } = await take(text, { haproxy: HAPROXY })
  expect(problems).toEqual([])
  expect(told).toEqual([
    "haproxy does not run as haops would run it, so its section is a comment, and haops leaves haproxy.cfg alone",
  ])
  const { haproxy, vips, pacemaker } = parseInventory(yaml, "a.yaml")
  expect(haproxy).toBeUndefined()
  expect(vips).toHaveLength(1)
  expect(pacemaker?.resources).toHaveLength(resources === "" ? 1 : 2)
  expect(comments(yaml)).toContain("haproxy:")
  expect(yaml).not.toContain("hunter2")
})

test("what up would change all the same is told: haops says fencing is on where nobody has said it", async () => {
  const { text, told } = await take(cib({ resources: dummy("a") }))
  expect(parseInventory(text, "a.yaml").pacemaker?.properties).toEqual({ "stonith-enabled": "true" })
  expect(told).toEqual(["up would change the cluster: property stonith-enabled: absent would become true"])
})

test.each(["false", "true", undefined])(
  "where the cluster counts on watchdogs haops says nothing of fencing by itself: %s stays",
  async (fencing) => {
    const config = pair("w", "stonith-watchdog-timeout", "10s") + (fencing ? pair("p", "stonith-enabled", fencing) : "")
    const { text, told } = await take(cib({ config, resources: dummy("a") }))
    expect(parseInventory(text, "a.yaml").pacemaker?.properties).toEqual({
      "stonith-watchdog-timeout": "10s",
      ...(fencing && { "stonith-enabled": fencing }),
    })
    expect(told).toEqual([])
  },
)

test("a value that an inventory's checks refuse stays as it is", async () => {
  const config = NO_FENCING + pair("p", "no-quorum-policy", "stopp")
  const { text, told, problems } = await take(
    cib({ config, resources: '<primitive id="alpha" class="lsb" type="x"/>' }),
  )
  expect({ told, problems }).toEqual({ told: [], problems: [] })
  const said = comments(text).join("\n")
  expect(said).toContain("no-quorum-policy=stopp stays as it is: expected stop or freeze")
  expect(said).toContain("is the name of a node already")
})

test("a site of booth is taken in with its address, its daemon and what its tickets say", async () => {
  const daemon = `<primitive id="booth" class="ocf" provider="pacemaker" type="booth-site">${set("booth", "instance", { config: "/etc/booth/booth.conf" })}${monitor("booth")}</primitive>`
  const text = cib({
    config: NO_FENCING,
    resources: `<group id="site">${address("booth-ip", "10.0.0.77", { cidr_netmask: "24" })}${daemon}</group>${dummy("a")}`,
    constraints: '<rsc_ticket id="t" rsc="a" ticket="paris" loss-policy="fence"/>',
  })
  const { text: yaml, told, problems } = await take(text)
  expect({ told, problems }).toEqual({ told: [], problems: [] })
  const { pacemaker } = parseInventory(yaml, "a.yaml")
  expect(pacemaker?.resources).toMatchObject([
    { id: "booth-ip", group: "site" },
    { id: "booth", agent: "ocf:pacemaker:booth-site", group: "site", parameters: { config: "/etc/booth/booth.conf" } },
    { id: "a" },
  ])
  expect(pacemaker?.constraints).toMatchObject([
    { id: "t", element: { attributes: { ticket: "paris", "loss-policy": "fence", rsc: "a" } } },
  ])
  expect(yaml).not.toContain("no words")
})

test("a bundle is taken in with what runs in it, and one of rkt or with a secret is a comment", async () => {
  const network = '<network control-port="3200"><port-mapping id="m" range="1-9"/></network>'
  const text = cib({
    config: NO_FENCING,
    resources: [
      `<bundle id="box"><podman image="7" replicas="2"/>${network}${set("box", "meta", { "target-role": "Stopped", priority: "4" })}${dummy("inside", monitor("inside"))}</bundle>`,
      `<bundle id="old"><rkt image="x"/>${network.replace('"m"', '"m1"')}${dummy("in-old")}</bundle>`,
      `<bundle id="ip"><podman image="x"/>${network.replace('"m"', '"m2"')}${address("inner", "10.0.0.44", { cidr_netmask: "24" })}</bundle>`,
      `<bundle id="mount"><docker image="x"/><storage><storage-mapping id="sm" source-dir="/a" target-dir="/b" options="password=hunter2"/></storage></bundle>`,
      `<bundle id="odd"><docker image="x" options="-e PASSWORD=hunter2"/></bundle>`,
    ].join(""),
  })
  const { text: yaml, told, problems } = await take(text.replace('value="hunter2"', ""))
  expect({ told, problems }).toEqual({ told: [], problems: [] })
  const { pacemaker } = parseInventory(yaml, "a.yaml")
  expect(pacemaker?.resources).toMatchObject([
    { id: "inside", bundle: "box" },
    { id: "inner", bundle: "ip" },
  ])
  expect(pacemaker?.parts?.map(({ kind, id }) => `${kind} ${id}`)).toEqual(["bundle box", "bundle ip"])
  expect(yaml).toMatch(/box:\n +podman: \{ image: "7", replicas: 2 \}\n +network: \{ controlPort: 3200/)
  expect(yaml).not.toContain("hunter2")
  expect(yaml).toContain("meta: { priority: 4 }")
  expect(comments(yaml)).toContain("target-role=Stopped, as an operator left it; haops leaves it alone")
  expect(comments(yaml)).toContain(
    "pacemaker 3 has dropped rkt, for which an inventory has no word; it stays as it is:",
  )
  expect(comments(yaml)).toContain("an inventory has no words for all of this bundle; it stays as it is:")
})

test("a truth is one in any of pacemaker's words", async () => {
  const config = pair("m", "maintenance-mode", "on") + pair("p", "stonith-enabled", "no")
  const network = '<network control-port="3200" add-host="1"/>'
  const resources = `<bundle id="box"><podman image="x"/>${network}${dummy("inside", monitor("inside"))}</bundle>`
  const { text, told, problems } = await take(cib({ config, resources }))
  expect({ told, problems }).toEqual({ told: [], problems: [] })
  expect(text).toContain("addHost: true")
  expect(parseInventory(text, "a.yaml").pacemaker?.properties).toEqual({ "stonith-enabled": "false" })
  expect(comments(text)).toContain("maintenance-mode=true, as an operator left it; haops maintenance off ends it")
})

test("a fencing device from a template or in a cloned group is a comment that says so, and counts as one", async () => {
  const template = '<template id="fence" class="stonith" type="fence_ipmilan"/>'
  const group = '<clone id="cg"><group id="g"><primitive id="f2" class="stonith" type="fence_xvm"/></group></clone>'
  const text = cib({ resources: `${template}<primitive id="f1" template="fence"/>${group}${dummy("a")}` })
  const { text: yaml, problems } = await take(text)
  expect(problems).toEqual([])
  expect(comments(yaml)).toEqual(
    expect.arrayContaining([
      "a fencing device that is made from a template has no words in an inventory; it stays as it is:",
      "a fencing device in a clone, group or bundle has no words in an inventory; it stays as it is:",
    ]),
  )
  const { pacemaker } = parseInventory(yaml, "a.yaml")
  expect(pacemaker).toMatchObject({ fencing: [], resources: [{ id: "a" }] })
  const devices = parseCib(text).resources.filter(({ fencing }) => fencing)
  expect(devices.map(({ id }) => id)).toEqual(["f1", "f2"])
})
