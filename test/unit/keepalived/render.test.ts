import { describe, expect, test } from "vitest"
import { contentOf } from "../../../src/keepalived/nics.ts"
import { isForeignConfig, mayMoveVip, redactKeepalived, strangers } from "../../../src/keepalived/terms.ts"
import { FRESH, inventoryOf, wantOf } from "./support.ts"

const SECRET = "keepalived: { password: { env: P } }"
const conf = (more = "", host = "lb1") => contentOf(wantOf(inventoryOf(more), host), FRESH)!

describe("keepalived.conf", () => {
  test("of the first load balancer of seed 004, haproxy being asked and not merely looked for", () => {
    expect(conf(SECRET)).toBe(`# Managed by haops: changes made here are overwritten by the next "haops up".

global_defs {
    router_id lb1
    enable_script_security
    script_user nobody
}

vrrp_script haproxy {
    script "/usr/libexec/keepalived/haops-haproxy-answers 1079"
    interval 1
    timeout 1
    fall 2
    rise 2
}

vrrp_instance public {
    state MASTER
    interface ens3
    virtual_router_id 50
    priority 250
    version 2
    advert_int 1
    unicast_src_ip 192.168.122.21
    unicast_peer {
        192.168.122.22
    }
    authentication {
        auth_type PASS
        auth_pass s3cret
    }
    virtual_ipaddress {
        192.168.122.200/24 dev ens3
    }
    track_script {
        haproxy
    }
    notify "/usr/bin/logger -t keepalived-state --"
}
`)
  })

  test("of the second one: a lower priority, and it does not begin by having the VIP", () => {
    const want = wantOf(inventoryOf(), "lb2")
    expect(want.instances).toMatchObject([{ priority: 240, first: false, peers: ["192.168.122.21"] }])
  })

  test.each([
    ["nopreempt: nobody begins by having the VIP", "nopreempt: true", ["state BACKUP", "nopreempt"], ["MASTER"]],
    ["multicast: no peers are named", "peers: multicast", ["interface ens3"], ["unicast"]],
    ["parts of a second: version 3", "advertInterval: 300ms", ["version 3", "advert_int 0.3"], ["version 2"]],
    ["a slower check", "check: { port: 1999, interval: 5s, fall: 3 }", ["answers 1999", "interval 5", "fall 3"], []],
  ])("%s", (_title, section, has, lacks) => {
    const text = conf(`keepalived: { ${section} }`)
    for (const line of has) expect(text).toContain(line)
    for (const line of lacks) expect(text).not.toContain(line)
  })

  test("of a VIP in another network than the peers' own: spoken on the one, put on the other", () => {
    const text = `name: lab
controllers: { c1: 10.0.0.11 }
loadbalancers: { lb1: 10.0.0.21, lb2: 10.0.0.22 }
vips: { public: { address: 172.16.0.9/24, nic: ens9, on: loadbalancers, manager: keepalived } }
`
    const rendered = contentOf(wantOf(inventoryOf("", text), "lb1"), { ...FRESH, nics: ["ens9"] })
    expect(rendered).toContain("    interface ens2\n    virtual_router_id 9\n")
    expect(rendered).toContain("172.16.0.9/24 dev ens9")
    expect(rendered).toContain("    track_interface {\n        ens9\n    }\n")
    expect(rendered).not.toContain("track_script")
  })

  test("of an IPv6 VIP: version 3 among IPv6 addresses, without a password", () => {
    const text = `name: lab
controllers: { c1: 10.0.0.11 }
loadbalancers: { lb1: { address: 10.0.0.21, links: ["fd00::21"] }, lb2: { address: 10.0.0.22, links: ["fd00::22"] } }
vips: { public: { address: "fd00::c8/64", on: loadbalancers, manager: keepalived } }
${SECRET}
`
    const addresses = [...(FRESH.addresses ?? []), { nic: "ens3", address: "fd00::21", prefix: 64 }]
    const rendered = contentOf(wantOf(inventoryOf("", text), "lb1"), { ...FRESH, addresses })
    expect(rendered).toContain("virtual_router_id 200\n    priority 250\n    version 3")
    expect(rendered).toContain("unicast_peer {\n        fd00::22")
    expect(rendered).not.toContain("auth_pass")
  })

  test("cannot be written while it is not known which interface has the network", () => {
    expect(contentOf(wantOf(inventoryOf(), "lb1"), { nics: [], addresses: undefined })).toBeUndefined()
  })

  test("is not led astray by the VIP itself, which may be on a wrong interface", () => {
    const addresses = [{ nic: "ens7", address: "192.168.122.200", prefix: 24 }, ...(FRESH.addresses ?? [])]
    expect(contentOf(wantOf(inventoryOf(), "lb1"), { ...FRESH, addresses })).toBe(conf())
  })
})

describe("a change of keepalived.conf", () => {
  test.each([
    ["priority 250", "priority 90", true],
    ["advert_int 1", "advert_int 2", true],
    ["auth_pass s3cret", "auth_pass other", true],
    ["unicast_src_ip 192.168.122.21", "unicast_src_ip 10.0.0.21", true],
    ["fall 2", "fall 5", false],
    ["router_id lb1", "router_id elsewhere", false],
    ["    priority 250", "  priority   250", false],
  ])("from %j to %j may move the VIP: %s", (from, to, moves) => {
    const before = conf(SECRET)
    expect(before).toContain(from)
    expect(mayMoveVip(before, before.replace(from, to))).toBe(moves)
  })

  test("is shown without the password", () => {
    expect(redactKeepalived(conf(SECRET))).toContain("auth_pass [secret]\n")
    expect(redactKeepalived(conf(SECRET))).not.toContain("s3cret")
  })
})

describe("a keepalived.conf of somebody else", () => {
  const seed = `global_defs { router_id loadbalance1 }
vrrp_instance 50 {
    virtual_ipaddress {
        192.168.122.200 dev ens3
        10.9.9.9/24 dev ens4   # the other one
        ! 10.8.8.8
    }
}
virtual_server 10.7.7.7 80 {
}`

  test("names the addresses that would be lost", () => {
    expect(isForeignConfig(seed)).toBe(true)
    expect(strangers(seed, ["192.168.122.200"])).toEqual(["10.9.9.9", "10.7.7.7"])
  })

  test.each([
    ["our own", conf()],
    ["the example of EL's package", "global_defs {\n notification_email {\n acassen@firewall.loc\n }\n}"],
    ["an empty one", "\n"],
  ])("is not %s", (_title, text) => {
    expect(isForeignConfig(text)).toBe(false)
  })
})
