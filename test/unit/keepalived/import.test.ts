import { describe, expect, test } from "vitest"
import { parse, stringify } from "yaml"
import { importKeepalived } from "../../../src/keepalived/import.ts"
import { parseInventory } from "../parse-inventory.ts"

/** As people write it, after the manual and the guides. */
const conf = (state: string, priority: number, own: string, peer: string, more = "") => `
global_defs {
  router_id LVS_DEVEL
  enable_script_security
}
vrrp_script chk_haproxy {
  script "killall -0 haproxy"
  interval 2
}
vrrp_instance VI_1 {
  state ${state}
  interface eth1
  virtual_router_id 51
  priority ${priority}
  advert_int 1
  unicast_src_ip ${own}
  unicast_peer {
    ${peer}
  }
  authentication {
    auth_type PASS
    auth_pass s3cret!
  }
  virtual_ipaddress {
    192.168.1.100/24 dev eth1 ${more}
  }
  track_script {
    chk_haproxy
  }
}
`
const PAIR = [
  { file: "b/keepalived.conf", text: conf("BACKUP", 100, "192.168.1.12", "192.168.1.11") },
  { file: "a/keepalived.conf", text: conf("MASTER", 150, "192.168.1.11", "192.168.1.12") },
]

describe("a pair's files", () => {
  const { yaml, told } = importKeepalived(PAIR)

  test("become sections of an inventory, whoever has the higher priority first", () => {
    expect(parse(yaml)).toEqual({
      loadbalancers: { lb2: "192.168.1.11", lb1: "192.168.1.12" },
      vips: { VI_1: { address: "192.168.1.100/24", nic: "eth1", manager: "keepalived", virtualRouterId: 51 } },
      keepalived: { password: { file: "secrets/keepalived" } },
    })
    expect(Object.keys(parse(yaml).loadbalancers)).toEqual(["lb2", "lb1"])
  })

  test("are an inventory with a name, controllers and services", () => {
    const rest = {
      name: "web",
      controllers: { c1: "192.168.1.21" },
      haproxy: { services: [{ preset: "web" }] },
    }
    expect(() => parseInventory(stringify({ ...rest, ...parse(yaml) }), "web.yaml")).not.toThrow()
  })

  test("are told with what would be lost, and without the password", () => {
    expect(told.join("\n")).toMatch(
      /without: global_defs enable_script_security, vrrp_script chk_haproxy, .*track_script/,
    )
    expect(told.join("\n")).toMatch(/keepalived\.password: put the password of VRRP into this file/)
    expect(`${yaml}${told.join()}`).not.toContain("s3cret")
  })
})

test("hosts have their router's id for a name where each has its own", () => {
  const named = PAIR.map(({ file, text }, at) => ({ file, text: text.replace("LVS_DEVEL", `web-${at}`) }))
  expect(Object.keys(parse(importKeepalived(named).yaml).loadbalancers)).toEqual(["web-1", "web-0"])
})

test("what only one of them has is told", () => {
  const [first, second] = PAIR
  const other = {
    ...second!,
    text: second!.text.replace("192.168.1.100/24", "192.168.1.101/24").replace("_id 51", "_id 52"),
  }
  expect(importKeepalived([first!, other]).told).toEqual(
    expect.arrayContaining([
      "virtual_router_id 51 is in b/keepalived.conf and not in a/keepalived.conf",
      "virtual_router_id 52 is in a/keepalived.conf and not in b/keepalived.conf",
      "192.168.1.100/24 is in b/keepalived.conf and not in a/keepalived.conf",
    ]),
  )
})

test("under multicast no file says a host's address, and the place for it is marked", () => {
  const texts = PAIR.map(({ file, text }) => ({
    file,
    text: text.replace(/ {2}unicast_src_ip .*\n {2}unicast_peer \{[^}]*\}\n/, "").replace("/24", ""),
  }))
  const { yaml, told } = importKeepalived(texts)
  expect(parse(yaml)).toMatchObject({
    loadbalancers: { lb1: "ADDRESS", lb2: "ADDRESS" },
    keepalived: { peers: "multicast" },
  })
  expect(yaml).toContain("# write its address: b/keepalived.conf has none")
  expect(told).toContain("VI_1 has no length of its network in the file: write it, such as /24")
})
