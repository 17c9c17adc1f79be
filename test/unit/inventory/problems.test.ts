import { describe, expect, test } from "vitest"
import { parseInventory } from "../parse-inventory.ts"
import { cluster, HEAD, problemsOf } from "./support.ts"

interface Case {
  name: string
  text: string
  problems: string[]
}

const yamlCases: Case[] = [
  { name: "an empty file", text: "", problems: ["1:1 the file is empty"] },
  { name: "a file of comments", text: "# later\n", problems: ["1:1 the file is empty"] },
  { name: "a list", text: "- 1\n", problems: ["1:1 the inventory: expected a mapping, got a list"] },
  {
    name: "a tab for indentation",
    text: "name: x\ncontrollers:\n\tc1: 10.0.0.1\n",
    problems: ["3:1 not valid YAML: Tabs are not allowed as indentation"],
  },
  {
    name: "a bracket that is not closed",
    text: "name: [x\ncontrollers: 1\n",
    problems: ["2:1 not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]"],
  },
  {
    name: "a second document",
    text: `${HEAD}---\nname: y\n`,
    problems: ["7:1 a second YAML document begins here; one file holds one"],
  },
  {
    name: "a key twice",
    text: `${HEAD}sysctl:\n  net.ipv4.ip_forward: 1\n  net.ipv4.ip_forward: 0\n`,
    problems: ['9:3 "net.ipv4.ip_forward" is written twice, first on line 8'],
  },
  {
    name: "a host's name twice in its group",
    text: "name: x\ncontrollers:\n  c1: 10.0.0.1\n  c1: 10.0.0.2\n",
    problems: ['4:3 "c1" is written twice, first on line 3'],
  },
  {
    name: "an alias without an anchor, without repeating what may be a password",
    text: `${HEAD}ssh: { password: *hunter2 }\n`,
    problems: ['7:18 an alias without an anchor before it; text that begins with "*" wants quotes'],
  },
  {
    name: "a merge of an anchor whose lines are all commented out",
    text: `${HEAD}login: &login\n  # user: me\nssh:\n  port: 22\n  <<: *login\n`,
    problems: ['11:7 "<<" takes a mapping or a list of mappings, the anchor login holds nothing'],
  },
  {
    name: "a merge of an anchor that is no mapping, without repeating it",
    text: `${HEAD}login: &login hunter2\nssh: { <<: [{ port: 22 }, *login] }\n`,
    problems: ['8:27 "<<" takes a mapping or a list of mappings, the anchor login holds text'],
  },
  {
    name: "a merge of a number",
    text: "ssh: { <<: 3 }\n",
    problems: ['1:12 "<<" takes a mapping or a list of mappings, got a number'],
  },
  {
    name: "a merge of a list in a list, and of nothing",
    text: `${HEAD}ssh:\n  <<: [[{ port: 22 }]]\nsysctl:\n  <<:\n`,
    problems: [
      '8:8 "<<" takes a mapping or a list of mappings, got a list',
      '10:3 "<<" takes a mapping or a list of mappings, got nothing',
    ],
  },
  {
    name: "an alias bomb",
    text: `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c]\n`,
    problems: ["1:1 its aliases expand to more than 200 copies"],
  },
]

const shapeCases: Case[] = [
  {
    name: "an unknown section near a known one",
    text: `${HEAD}vip:\n  vip: 10.0.0.9/24\n`,
    problems: ['7:1 unknown key "vip" in the inventory -> vips'],
  },
  {
    name: "an unknown key near none",
    text: `${HEAD}vips:\n  v: { address: 10.0.0.9/24, colour: red }\n`,
    problems: [
      '8:30 unknown key "colour" in vips.v; known keys: address, nic, on, manager, virtualRouterId, monitor, resource',
    ],
  },
  {
    name: "a misspelt key, without a second line that it is missing",
    text: `${HEAD}vips:\n  v:\n    adress: 10.0.0.9/24\n`,
    problems: ['9:5 unknown key "adress" in vips.v -> address'],
  },
  {
    name: "a missing name",
    text: HEAD.replace("name: test\n", ""),
    problems: ["1:1 name is missing: Name of the cluster"],
  },
  {
    name: "a password among a fence agent's parameters, where it would show in ps",
    text: cluster("  fencing:\n    - { name: f, agent: fence_ipmilan, parameters: { ip: 10.0.0.9, password: x } }\n"),
    problems: [
      "9:78 pacemaker.fencing[0].parameters.password: a secret here would show in the process list of the nodes; write { file: PATH }, { env: NAME } or { command: LINE }, or name a file of the node's where the agent takes one, as by passwd_script",
    ],
  },
  {
    name: "a missing password",
    text: HEAD.replace("{ password: { env: P } }", "{ on: controllers }"),
    problems: [
      "6:12 pacemaker.password is missing: password of the user hacluster: { env: NAME }, { file: PATH } or { command: LINE }",
    ],
  },
  {
    name: "a section without content",
    text: `${HEAD}vips:\n`,
    problems: ["7:1 vips: expected a mapping, got nothing"],
  },
  {
    name: "no controllers",
    text: "name: x\ncontrollers: {}\n",
    problems: ["2:14 controllers: must have at least one host"],
  },
  {
    name: "a host that is a list",
    text: `${HEAD}loadbalancers:\n  lb1: [10.0.0.21]\n`,
    problems: ["8:8 loadbalancers.lb1: expected text or a mapping, got a list"],
  },
  {
    name: "a word that is none of the words",
    text: cluster("  transport: knett\n"),
    problems: ['8:14 pacemaker.transport: expected knet or udpu or udp, got "knett" -> knet'],
  },
  {
    name: "a secret of an unknown source",
    text: `${HEAD}ssh: { password: { fiel: x } }\n`,
    problems: ['7:20 unknown key "fiel" in ssh.password -> file'],
  },
  {
    name: "a secret that YAML reads as a number, without repeating it",
    text: `${HEAD}ssh:\n  password: 12345\n`,
    problems: ["8:13 ssh.password: expected a mapping or text, got a number"],
  },
  {
    name: "a port out of range",
    text: `${HEAD}ssh: { port: 70000 }\n`,
    problems: ["7:14 ssh.port: must be at most 65535"],
  },
  {
    name: "a time without a unit",
    text: `${HEAD}vips:\n  v: { address: 10.0.0.9/24, monitor: 30 }\n`,
    problems: ["8:39 vips.v.monitor: expected a time with its unit, such as 500ms, 30s, 5min or 1h"],
  },
  {
    name: "a name that cannot be an id",
    text: `${HEAD}vips:\n  9vip: 10.0.0.9/24\n`,
    problems: ["8:3 vips.9vip: a name begins with a letter or _ and goes on with letters, digits, _ . -"],
  },
  {
    name: "a constraint that is half of one",
    text: cluster("  constraints:\n    - { colocate: a, wiht: b }\n"),
    problems: ['9:22 unknown key "wiht" in pacemaker.constraints[0] -> with'],
  },
  {
    name: "words of other tools",
    text: cluster(`  groups: { web: [a] }
  resources: { a: { agent: "systemd:a" } }
  constraints:
    - { location: a, prefers: c1 }
`),
    problems: [
      '8:3 unknown key "groups" in pacemaker -> resources.NAME.group',
      '11:9 unknown key "location" in pacemaker.constraints[0] -> locate',
    ],
  },
  {
    name: "node id 0",
    text: "name: x\ncontrollers:\n  c1: { address: 10.0.0.1, nodeid: 0 }\n",
    problems: ["3:36 controllers.c1.nodeid: must be at least 1: corosync has no node 0"],
  },
]

const addressCases: Case[] = [
  ...["10.0.0.256", "010.0.0.1", "10.0.0", "10.0.0.1/24", "fe80::1%eth0", "controller1.example"].map((address) => ({
    name: `${address} as a host's address`,
    text: `name: x\ncontrollers:\n  c1: ${address}\n`,
    problems: [`3:7 controllers.c1: "${address}" is not an IP address`],
  })),
  ...["10.0.0.9", "10.0.0.9/33", "10.0.0.9/", "10.0.0.9/255.255.255.0"].map((address) => ({
    name: `${address} as a VIP`,
    text: `${HEAD}vips:\n  v: ${address}\n`,
    problems: [`8:6 vips.v: "${address}" is not an address with its prefix length, such as 10.0.0.11/24`],
  })),
  {
    name: "an address twice",
    text: `${HEAD}loadbalancers:\n  lb1: 10.0.0.2\n`,
    problems: ["8:8 loadbalancers.lb1: 10.0.0.2 is already the address of c2"],
  },
  {
    name: "an IPv6 address twice in two spellings",
    text: "name: x\ncontrollers:\n  c1: fd00::1\n  c2: { address: 'fd00:0::0001' }\n",
    problems: ["4:18 controllers.c2.address: fd00::1 is already the address of c1"],
  },
  {
    name: "a link that is another host's address",
    text: "name: x\ncontrollers:\n  c1: { address: 10.0.0.1, links: [10.0.0.1, 10.0.1.1] }\n  c2: { address: 10.0.0.2, links: [10.0.0.2, 10.0.1.1] }\n",
    problems: ["4:46 controllers.c2.links[1]: 10.0.1.1 is already a link of c1"],
  },
  {
    name: "a host's name in both groups",
    text: `${HEAD}loadbalancers:\n  C2: 10.0.0.21\n`,
    problems: ["8:3 loadbalancers.C2: there is a host of this name already (line 4)"],
  },
  ...[
    ["all", '"all" is the name of a group, so no host can have it'],
    ["'12'", '"12" is only digits, which corosync takes for a node id'],
    ["a_b", '"a_b" is not a host name: letters, digits and hyphens, in labels parted by dots'],
    ["-a", '"-a" is not a host name: letters, digits and hyphens, in labels parted by dots'],
  ].map(([key, message]) => ({
    name: `${key} as a host's name`,
    text: `name: x\ncontrollers:\n  ${key}: 10.0.0.1\n`,
    problems: [`3:3 controllers.${key!.replaceAll("'", "")}: ${message}`],
  })),
  {
    name: "a VIP that is a host's address",
    text: `${HEAD}vips:\n  v: { address: 10.0.0.2/24 }\n`,
    problems: ["8:17 vips.v.address: 10.0.0.2 is already the address of c2"],
  },
  {
    name: "two VIPs of one address",
    text: `${HEAD}vips:\n  v: 10.0.0.9/24\n  w: 10.0.0.9/25\n`,
    problems: ["9:6 vips.w: 10.0.0.9 is already the address of the VIP v"],
  },
  {
    name: "a VIP outside every network",
    text: `${HEAD}vips:\n  v: 10.0.1.9/24\n`,
    problems: [
      "8:6 vips.v: 10.0.1.9/24 is in no network in which one of the controllers has an address; if they have a nic there all the same, name it",
    ],
  },
  {
    name: "a VIP outside every network, of whose hosts one has a nic for it",
    text: `${HEAD}vips:\n  v: { address: 10.0.1.9/24, nic: { c1: eth0 } }\n`,
    problems: [
      "8:17 vips.v.address: 10.0.1.9/24 is in no network in which one of the controllers has an address; if they have a nic there all the same, name it",
    ],
  },
  {
    name: "a VIP's nic by host, and for all of them",
    text: `${HEAD}vips:\n  v: { address: 10.0.0.9/24, nic: { c1: eth0 }, resource: { parameters: { nic: eth1 } } }\n`,
    problems: ["8:35 vips.v.nic: is said by host here, and for all of them in resource.parameters"],
  },
  {
    name: "a VIP on hosts that are not there",
    text: `${HEAD}vips:\n  v: { address: 10.0.0.9/24, on: loadbalancers }\n`,
    problems: ["8:6 vips.v: it is on loadbalancers, and there are none"],
  },
  {
    name: "a VIP on hosts that are not the cluster's",
    text: `${HEAD}loadbalancers:\n  lb1: 10.0.0.21\nvips:\n  v: 10.0.0.9/24\n`,
    problems: ["10:6 vips.v: it is on loadbalancers, and pacemaker, which is to manage it, runs on controllers"],
  },
  {
    name: "a VIP without a cluster",
    text: `${HEAD.split("\n").slice(0, 5).join("\n")}\nvips:\n  v: 10.0.0.9/24\n`,
    problems: ["7:6 vips.v: pacemaker is to manage it, and there is no section pacemaker"],
  },
]

const clusterCases: Case[] = [
  {
    name: "a node id twice",
    text: "name: x\ncontrollers:\n  c1: { address: 10.0.0.1, nodeid: 2 }\n  c2: { address: 10.0.0.2, nodeid: 2 }\n",
    problems: ["4:36 controllers.c2.nodeid: node id 2 is already that of c1"],
  },
  {
    name: "members with fewer links than the others",
    text: `name: x
controllers:
  c1: { address: 10.0.0.1, links: [10.0.0.1, 10.0.1.1] }
  c2: { address: 10.0.0.2, links: [10.0.0.2, 10.0.1.2] }
  c3: 10.0.0.3
pacemaker: { password: { env: P } }
`,
    problems: ["5:7 controllers.c3.links: 1 link here, 2 on the other members"],
  },
  {
    name: "more links than the transport carries",
    text: `name: x
controllers:
  c1: { address: 10.0.0.1, links: [10.0.0.1, 10.0.1.1] }
pacemaker: { password: { env: P }, transport: udpu }
`,
    problems: ["3:35 controllers.c1.links: udpu carries 1 link, not 2"],
  },
  {
    name: "more links than knet carries",
    text: `name: x
controllers:
  c1:
    address: 10.0.0.1
    links: [10.0.1.1, 10.0.1.2, 10.0.1.3, 10.0.1.4, 10.0.1.5, 10.0.1.6, 10.0.1.7, 10.0.1.8, 10.0.1.9]
pacemaker: { password: { env: P } }
`,
    problems: ["5:12 controllers.c1.links: knet carries 8 links, not 9"],
  },
  {
    name: "constraints that name nothing",
    text: cluster(`  resources:
    db: { agent: "ocf:heartbeat:galera", clone: { promotable: true } }
    web: { agent: "systemd:web", group: front }
  constraints:
    - { colocate: front, with: vpi }
    - { order: [promote db-clone, start wbe] }
    - { locate: web, prefers: c4 }
vips:
  vip: 10.0.0.9/24
`),
    problems: [
      '12:32 pacemaker.constraints[0].with: there is no resource, clone, group or VIP "vpi" -> vip',
      '13:35 pacemaker.constraints[1].order[1]: there is no resource, clone, group or VIP "wbe" -> web',
      '14:31 pacemaker.constraints[2].prefers: there is no member of the cluster "c4"',
    ],
  },
  {
    name: "a constraint twice",
    text: cluster(`  resources:
    a: { agent: "systemd:a" }
    b: { agent: "systemd:b" }
  constraints:
    - { colocate: a, with: b }
    - { colocate: a, with: b, score: INFINITY }
`),
    problems: ["13:7 pacemaker.constraints[1]: the constraint colocation-a-b-INFINITY is there already (line 12)"],
  },
  {
    name: "a port of a VIP that another service has",
    text: `${HEAD}vips: { vip: 10.0.0.9/24 }
haproxy:
  services:
    - { preset: openstack }
    - { name: mine, port: 5000 }
`,
    problems: ["11:27 haproxy.services[1].port: port 5000 on vip is taken by keystone_public_cluster (line 10)"],
  },
  {
    name: "ids that are taken",
    text: cluster(`  fencing:
    - { name: power, agent: fence_ipmilan }
    - { name: power, agent: fence_ipmilan }
  resources:
    vip: { agent: "systemd:a" }
    b: { agent: "systemd:b", clone: { id: power } }
    c: { agent: "systemd:c", group: b }
    d: { agent: "systemd:d", group: g, clone: true }
    e: { agent: "systemd:e", group: g }
vips:
  vip: 10.0.0.9/24
`),
    problems: [
      '10:15 pacemaker.fencing[1].name: "power" is already the id of a fencing device',
      '12:5 pacemaker.resources.vip: "vip" is already the id of a VIP',
      '13:30 pacemaker.resources.b.clone: "power" is already the id of a fencing device',
      '14:37 pacemaker.resources.c.group: "b" is already the id of a resource',
      "15:37 pacemaker.resources.d.group: a resource that is cloned cannot be in a group",
    ],
  },
  {
    name: "VIPs of the names that a device and haproxy have",
    text: cluster(`  fencing: [{ name: power, agent: fence_ipmilan }]
vips:
  power: 10.0.0.9/24
  lb-haproxy: 10.0.0.8/24
haproxy: { services: [{ name: web, port: 80, backendPort: 8000, vip: power }] }
`),
    problems: [
      '10:3 vips.power: "power" is already the id of a fencing device',
      '12:1 haproxy: "lb-haproxy" is already the id of a VIP',
    ],
  },
  {
    name: "a VIP, a resource and a clone that are named like nodes, in any case",
    text: cluster(`  resources:
    C2: { agent: "systemd:a" }
    b: { agent: "systemd:b", clone: { id: c3 } }
vips:
  c1: 10.0.0.9/24
`),
    problems: [
      '9:5 pacemaker.resources.C2: "C2" is the name of a node already',
      '10:30 pacemaker.resources.b.clone: "c3" is the name of a node already',
      '12:3 vips.c1: "c1" is the name of a node already',
    ],
  },
  {
    name: "ids that differ by case alone from those that haops makes",
    text: cluster(`  resources:
    LB-haproxy: { agent: "systemd:a" }
    b: { agent: "systemd:b", clone: true }
    B-Clone: { agent: "systemd:c" }
    VIP: { agent: "systemd:d" }
  constraints:
    - { order: [b, VIP], id: Order-lb-haproxy-clone-vip-mandatory }
    - { colocate: b, with: VIP, id: b-clone }
vips:
  vip: 10.0.0.9/24
haproxy: { services: [{ name: web, port: 80, backendPort: 8000 }] }
`),
    problems: [
      '9:5 pacemaker.resources.LB-haproxy: "LB-haproxy" differs by case alone from "lb-haproxy", the id of what the section haproxy makes',
      '11:5 pacemaker.resources.B-Clone: "B-Clone" differs by case alone from "b-clone", the id of a clone',
      '12:5 pacemaker.resources.VIP: "VIP" differs by case alone from "vip", the id of a VIP',
      '14:30 pacemaker.constraints[0].id: "Order-lb-haproxy-clone-vip-mandatory" differs by case alone from "order-lb-haproxy-clone-vip-mandatory", the id of a constraint that haops makes',
      '15:37 pacemaker.constraints[1].id: "b-clone" is already the id of a resource, clone, group or device',
    ],
  },
  {
    name: "an agent that is none",
    text: cluster("  resources:\n    a: { agent: haproxy }\n"),
    problems: [
      "9:17 pacemaker.resources.a.agent: expected an agent such as ocf:heartbeat:IPaddr2 or systemd:openstack-keystone",
    ],
  },
]

describe.each([
  ["YAML", yamlCases],
  ["shape", shapeCases],
  ["names and addresses", addressCases],
  ["cluster", clusterCases],
])("a problem of %s", (_, cases) => {
  test.each(cases)("is told with its place: $name", ({ text, problems }) => {
    expect(problemsOf(text)).toEqual(problems)
  })
})

describe("several problems", () => {
  const text = `name: test
controllers:
  c1: 10.0.0.1
  c2: { adress: 10.0.0.2 }
  c3: 10.0.0.1
pacemaker: { password: { env: P } }
haproxy:
  stats: { prt: 1 }
`

  test("of shape and of meaning are told at once, in the order of the file", () => {
    expect(problemsOf(text)).toEqual([
      '4:9 unknown key "adress" in controllers.c2 -> address',
      "5:7 controllers.c3: 10.0.0.1 is already the address of c1",
      "8:10 haproxy.stats.password is missing: Password of the page",
      '8:12 unknown key "prt" in haproxy.stats -> port',
    ])
  })

  test("render as one line each, places aligned, and a count", () => {
    const bad = `${HEAD}vip:\n  vip: 10.0.0.9/24\nsysctl: { net.ipv4.ip_forward: }\n`
    expect(() => parseInventory(bad, "prod.yaml")).toThrow(
      [
        'prod.yaml:7:1  unknown key "vip" in the inventory; did you mean "vips"?',
        "prod.yaml:9:11 sysctl.net.ipv4.ip_forward: expected text or a number or true or false, got nothing",
        "2 problems in prod.yaml; no host was touched.",
      ].join("\n"),
    )
  })
})
