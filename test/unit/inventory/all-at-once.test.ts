import { describe, expect, test } from "vitest"
import { cluster, HEAD, problemsOf } from "./support.ts"

/** Lines of a cluster section, then two services of haproxy on one port, and a VIP that nobody wrote. */
const WRONG = cluster(`  resources:
    db: { agent: "systemd:db", clon: true }
  constraints:
    - { colocate: db, with: nothere }
    - { colocate: db, with: db-clone }
vips:
  vip: { address: 10.0.0.9/24, colour: red }
haproxy:
  moniter: 2s
  services:
    - { name: a, port: 8081, vip: vip }
    - { name: b, port: 8081, vip: vip, retrys: 1 }
    - { name: c, port: 8082, vip: gone }
`)

describe("beside an unknown key", () => {
  test("everything else that is wrong is told as well", () => {
    expect(problemsOf(WRONG)).toEqual([
      '9:32 unknown key "clon" in pacemaker.resources.db -> clone',
      '11:29 pacemaker.constraints[0].with: there is no resource, clone, group or VIP "nothere"',
      '14:32 unknown key "colour" in vips.vip; known keys: address, nic, on, manager, virtualRouterId, monitor, resource',
      '16:3 unknown key "moniter" in haproxy -> monitor',
      "19:24 haproxy.services[1].port: port 8081 on vip is taken by a (line 18)",
      '19:40 unknown key "retrys" in haproxy.services[1] -> retries',
      '20:35 haproxy.services[2].vip: there is no VIP "gone"',
    ])
  })

  test("nothing is told that would go away with it", () => {
    const right = WRONG.replace("clon:", "clone:").replace(", colour: red", "").replace("moniter", "monitor")
    expect(problemsOf(right.replace(", retrys: 1", ""))).toEqual([
      '11:29 pacemaker.constraints[0].with: there is no resource, clone, group or VIP "nothere"',
      "19:24 haproxy.services[1].port: port 8081 on vip is taken by a (line 18)",
      '20:35 haproxy.services[2].vip: there is no VIP "gone"',
    ])
  })
})

const service = (more: string) => `haproxy: { services: [{ name: web, port: 80, ${more} }] }\n`

describe("what only follows from another problem is kept back:", () => {
  test.each([
    {
      name: "a VIP whose address could not be read",
      text: `${HEAD}${service("vip: api")}vips: { api: 10.0.0.300/24 }\n`,
      problems: ['8:14 vips.api: "10.0.0.300/24" is not an address with its prefix length, such as 10.0.0.11/24'],
    },
    {
      name: "VIPs under a misspelt section, but no others",
      text: `${HEAD}haproxy: { services: [{ name: a, port: 1, vip: api }, { name: b, port: 2, vip: gone }] }\nvip: { api: 10.0.0.9/24 }\n`,
      problems: [
        '7:80 haproxy.services[1].vip: there is no VIP "gone"',
        '8:1 unknown key "vip" in the inventory -> vips',
      ],
    },
    {
      name: "a backend whose address could not be read",
      text: `${HEAD.replace("10.0.0.3", "10.0.0.333")}${service('bind: "*", backendPort: 81, backends: [c3, c4]')}`,
      problems: [
        '5:7 controllers.c3: "10.0.0.333" is not an IP address',
        '7:89 haproxy.services[0].backends[1]: backend "c4" is neither an IP address nor a host of the inventory',
      ],
    },
    {
      name: "a service that would be beside itself without its misspelt bind",
      text: `${HEAD}vips: { v: 10.0.0.9/24 }\nhaproxy:\n  services:\n    - { name: a, port: 80 }\n    - { name: b, port: 80, bnd: 10.0.0.1 }\n`,
      problems: ['11:28 unknown key "bnd" in haproxy.services[1] -> bind'],
    },
    {
      name: "a constraint that would be the twin of another without its misspelt score",
      text: cluster(
        '  resources: { a: { agent: "systemd:a" }, b: { agent: "systemd:b" } }\n  constraints:\n    - { colocate: a, with: b }\n    - { colocate: a, with: b, scor: 5 }\n',
      ),
      problems: ['11:31 unknown key "scor" in pacemaker.constraints[1] -> score'],
    },
    {
      name: "a VIP outside the networks of hosts that could not be read",
      text: `${HEAD.replace("10.0.0.3", "10.0.1.333")}vips:\n  a: 10.0.1.9/24\n  b: { address: 10.0.0.9/24, virtualRouterID: 5, manger: keepalived }\n`,
      problems: [
        '5:7 controllers.c3: "10.0.1.333" is not an IP address',
        '9:30 unknown key "virtualRouterID" in vips.b -> virtualRouterId',
        '9:50 unknown key "manger" in vips.b -> manager',
      ],
    },
    {
      name: "a resource of haproxy's whose section is misspelt",
      text: cluster("  constraints: [{ order: [lb-haproxy-clone, vip] }]\nvips: { vip: 10.0.0.9/24 }\nhaprxy: {}\n"),
      problems: ['10:1 unknown key "haprxy" in the inventory -> haproxy'],
    },
  ])("$name", ({ text, problems }) => {
    expect(problemsOf(text)).toEqual(problems)
  })

  test("places stay those of the file where an entry before could not be read", () => {
    const bad = cluster(`  fencing:
    - { nme: x, agent: fence_a }
    - { name: power, agent: fence_a }
    - { name: power, agent: fence_a }
`)
    expect(problemsOf(bad)).toEqual([
      '9:9 unknown key "nme" in pacemaker.fencing[0] -> name',
      '11:15 pacemaker.fencing[2].name: "power" is already the id of a fencing device',
    ])
  })
})
