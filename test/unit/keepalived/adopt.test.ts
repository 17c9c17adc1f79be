import { expect, test } from "vitest"
import { adoptKeepalived } from "../../../src/keepalived/adopt.ts"
import { readKeepalivedConf } from "../../../src/keepalived/read-conf.ts"
import { renderKeepalived, type VrrpInstance } from "../../../src/keepalived/render.ts"

const instance = (parts: Partial<VrrpInstance>): VrrpInstance => {
  return {
    name: "vip",
    address: "10.0.0.11",
    prefix: 24,
    nic: "eth0",
    routerId: 11,
    priority: 150,
    first: true,
    ...parts,
  }
}

test("what haops wrote is taken in as it was said, check and all, and loses nothing", () => {
  const file = {
    ...{ router: "lb1", advertMs: 500, nopreempt: true },
    instances: [
      instance({}),
      instance({ name: "six", address: "fd00::11", prefix: 64, nic: "eth1", routerId: 17 }),
      instance({ name: "far", address: "192.168.0.9", routerId: 77 }),
    ],
    check: { script: "/usr/local/bin/check", port: 1090, intervalMs: 3000, fall: 4, rise: 5 },
  }
  const text = renderKeepalived(file)
  const adopted = adoptKeepalived([{ host: "lb1", address: "10.0.0.2", text }])
  expect(adopted).toEqual({
    vips: {
      vip: { address: "10.0.0.11/24", nic: "eth0", manager: "keepalived" },
      six: { address: "fd00::11/64", nic: "eth1", manager: "keepalived" },
      far: { address: "192.168.0.9/24", nic: "eth0", manager: "keepalived", virtualRouterId: 77 },
    },
    keepalived: {
      advertInterval: "500ms",
      peers: "multicast",
      nopreempt: true,
      check: { port: 1090, interval: "3s", fall: 4, rise: 5 },
    },
    order: ["lb1"],
    remarks: [],
    told: [],
  })
})

test("braces and comments are read wherever they stand, as keepalived reads them", () => {
  const text = `vrrp_instance A { # of a
  virtual_ipaddress { 10.0.0.1/24 dev eth0 }
  notify "/bin/x # y { z"
}
! vrrp_instance B {
vrrp_instance C
{
  priority 9 }
`
  expect(readKeepalivedConf(text)).toEqual([
    {
      words: ["vrrp_instance", "A"],
      inner: [
        { words: ["virtual_ipaddress"], inner: [{ words: ["10.0.0.1/24", "dev", "eth0"], inner: [] }] },
        { words: ["notify", "/bin/x # y { z"], inner: [] },
      ],
    },
    { words: ["vrrp_instance", "C"], inner: [{ words: ["priority", "9"], inner: [] }] },
  ])
})

test("what an instance of somebody else's has beyond an inventory's words is told, its passwords are not", () => {
  const text = `global_defs {
  router_id lb
  notification_email { ops@example.org }
}
vrrp_script chk { script "pidof haproxy" }
vrrp_instance VI.1 {
  interface ens3
  virtual_router_id 51
  priority 101
  authentication { auth_type PASS
    auth_pass hunter2 }
  virtual_ipaddress {
    10.0.0.51
    10.0.0.52/24
  }
  track_script { chk }
}
`
  const adopted = adoptKeepalived([{ host: "lb1", address: "10.0.0.2", text }])
  expect(JSON.stringify(adopted)).not.toContain("hunter2")
  expect(adopted.vips).toEqual({ "VI.1": { address: "10.0.0.51/32", nic: "ens3", manager: "keepalived" } })
  expect(adopted.keepalived).toEqual({ password: { file: "secrets/keepalived" }, peers: "multicast" })
  expect(adopted.told).toEqual([
    "keepalived.conf would lose further addresses of VI.1: 10.0.0.52/24",
    "up would write keepalived.conf anew, without: global_defs notification_email, vrrp_script chk, vrrp_instance VI.1 track_script",
  ])
})

test("what only another host's file has is told: an instance, an address, and statements that haops would not write", () => {
  const file = (instances: string) => `vrrp_instance A {
  interface eth0
  virtual_ipaddress {
    10.0.0.11/24
    ${instances}`
  const { vips, told } = adoptKeepalived([
    { host: "lb1", address: "10.0.0.2", text: file("}\n}") },
    {
      ...{ host: "lb2", address: "10.0.0.3" },
      text: file(
        "10.0.0.12/24\n}\n}\nvrrp_instance B {\n virtual_ipaddress {\n 10.0.0.13/24\n}\n}\nvirtual_server 10.0.0.14 80 {\n}\n",
      ),
    },
  ])
  expect(Object.keys(vips)).toEqual(["A"])
  expect(told).toEqual([
    "keepalived.conf of lb2 has 10.0.0.12/24 in A, not on lb1, and would lose that",
    "keepalived.conf of lb2 has an instance B, which is not on lb1, and would be gone",
    "up would write keepalived.conf anew, without: virtual_server 10.0.0.14",
  ])
})

test("a definition is named without its value, which may be the password", () => {
  const text = `$PASS=hunter2
$MORE="hunter2 and more"
global_defs {
  $IN=hunter2
}
vrrp_instance A {
  interface eth0
  $HERE=hunter2
  authentication {
    auth_pass $PASS
  }
  virtual_ipaddress {
    10.0.0.11/24
  }
}
`
  const adopted = adoptKeepalived([{ host: "lb1", address: "10.0.0.2", text }])
  expect(JSON.stringify(adopted)).not.toContain("hunter2")
  expect(adopted.told).toEqual([
    "up would write keepalived.conf anew, without: $PASS, $MORE, global_defs $IN, vrrp_instance A $HERE",
  ])
})

test("what an instance has otherwise than the first is told, which an inventory says once for all", () => {
  const written = (name: string, more: string) =>
    `vrrp_instance ${name} {\n interface eth0\n ${more}\n virtual_ipaddress {\n 10.0.0.11/24\n }\n}\n`
  const password = (text: string) => `authentication {\n auth_type PASS\n auth_pass ${text}\n }`
  const text =
    written("A", password("hunter2")) +
    written("B", `advert_int 1\n${password("hunter2")}`) +
    written("C", `advert_int 5\n nopreempt\n ${password("hunter3")}`)
  const adopted = adoptKeepalived([{ host: "lb1", address: "10.0.0.2", text }])
  expect(adopted.told).toEqual([
    "keepalived.conf's instance C has another advert_int, auth_pass, nopreempt than A, whose is taken for all of them",
  ])
  expect(JSON.stringify(adopted)).not.toContain("hunter")
})
