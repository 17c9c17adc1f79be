import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import { describe, expect, test } from "vitest"
import type { StackUnit } from "../../../src/host/units.ts"
import type { Inventory, Vip } from "../../../src/model/inventory.ts"
import { vipFree } from "../../../src/vip/steps/vip-free.ts"
import type { VipState } from "../../../src/vip/vip-state.ts"
import { context, facts, host, inventory, run, SHELLS, sandbox, systemctlShow } from "../step-harness.ts"

const want = vipFree.want!.parse({
  cluster: "lab",
  vips: [{ name: "vip", address: "10.0.0.11", prefix: 24, nics: {}, here: true }],
})
const quiet: VipState = {
  known: [],
  clustered: [],
  own: [],
  nics: ["eth0"],
  macs: ["02:00:00:00:00:01"],
  neighbours: new Map(),
}
const stranger = { ...quiet, neighbours: new Map([["10.0.0.11", "02:00:00:00:00:99"]]) }

function findings(...states: readonly VipState[]) {
  const all = states.map((have, index) => ({ host: `controller${index + 1}`, have, facts: facts() }))
  return vipFree.findings?.(want, { elected: all[0]!, all, missing: [] })
}

describe("vip-free", () => {
  test("stops where a stranger answers, telling its MAC address", () => {
    expect(findings(quiet, stranger)).toMatchObject([
      {
        severity: "error",
        message: "the VIP vip (10.0.0.11) is in use already: 02:00:00:00:00:99 answers for it, seen from controller2",
      },
    ])
  })

  test.each([
    ["nobody answers", [quiet, quiet]],
    ["a member has it, or its cluster does", [{ ...quiet, known: ["10.0.0.11"] }, stranger]],
    ["a member answers", [{ ...quiet, macs: ["02:00:00:00:00:99"] }, stranger]],
  ])("finds nothing where %s", (_title, states) => {
    expect(findings(...states)).toEqual([])
  })

  test("stops where a VIP is an address of a host's own, telling which and what takes it away", () => {
    const own = { ...quiet, known: ["10.0.0.11"], own: [{ address: "10.0.0.11", nic: "eth1" }] }
    expect(findings(quiet, own)).toEqual([
      {
        severity: "error",
        message:
          "10.0.0.11 is an address of controller2's own (eth1), not the cluster's: take it out of its network configuration",
        hint: "It comes back at each boot until it is out of there. Then, on controller2: ip addr del 10.0.0.11/24 dev eth1",
      },
    ])
  })

  test("looks at the VIPs of the stage's hosts, each asked for where it is to be", () => {
    const one = host("controller1", "10.0.0.12")
    const balancer = host("lb1", "10.0.0.21", { group: "loadbalancers" })
    const vip = { name: "vip", address: "10.0.0.11", prefix: 24, manager: "pacemaker", monitorInterval: "10s" } as const
    const other = { ...vip, name: "lb", address: "10.0.0.20", on: "loadbalancers" } as const
    const vips = [{ ...vip, on: "controllers" } as const, other]
    expect(vipFree.bind?.(context(inventory([one], { vips }), one))).toEqual(want)
    expect(vipFree.bind?.(context(inventory([one]), one))).toBeUndefined()
    expect(vipFree.bind?.(context(inventory([one, balancer], { vips }), balancer))?.vips).toEqual([
      { name: "vip", address: "10.0.0.11", prefix: 24, nics: {}, here: false },
      { name: "lb", address: "10.0.0.20", prefix: 24, nics: {}, here: true },
    ])
  })
})

describe("the interface of a VIP", () => {
  const one = host("controller1", "10.0.0.12")
  const two = host("controller2", "10.0.0.13")
  const balancer = host("lb1", "10.0.0.21", { group: "loadbalancers" })
  const vip = { name: "vip", address: "10.0.0.11", prefix: 24, on: "controllers", monitorInterval: "10s" } as const
  const found = (parts: Partial<Vip>, nics: readonly (readonly string[])[]) => {
    const hosts = [one, two, balancer]
    const vips: Vip[] = [{ ...vip, manager: "pacemaker", ...parts }]
    const all = hosts.map(({ name }, at) => ({ host: name, have: { ...quiet, nics: nics[at]! }, facts: facts() }))
    const bound = vipFree.want!.parse(vipFree.bind?.(context(inventory(hosts, { vips }), one)))
    return vipFree.findings?.(bound, { elected: all[0]!, all, missing: [] })
  }

  test.each([
    ["named for the VIP", { nic: "eth0" }],
    ["a parameter of its resource", { resource: { parameters: { nic: "eth0" }, operations: [], meta: {} } }],
  ])("that a host of its group lacks is an error, before the cluster is told of it: %s", (_title, parts) => {
    expect(found(parts, [["eth0"], ["ens3", "ens4"], ["ens5"]])).toMatchObject([
      {
        severity: "error",
        message: "controller2 has no nic eth0 (it has ens3, ens4), which the VIP vip is to be on",
        hint: expect.stringMatching(
          /^Leave vips\.vip\.nic out, .* by host: vips\.vip\.nic: \{ controller2: ens3, … \}$/,
        ),
      },
    ])
  })

  test("that is said by host is looked for on each of them", () => {
    const nics = { controller1: "ens3", controller2: "eth0" }
    expect(found({ nics }, [["ens3"], ["ens3"], []])).toMatchObject([
      { message: "controller2 has no nic eth0 (it has ens3), which the VIP vip is to be on" },
    ])
  })

  test.each([
    ["not named", {}],
    ["there on all of its hosts", { nic: "ens3" }],
    ["said by host, and there", { nics: { controller1: "eth1", controller2: "ens3" } }],
    ["said of one host alone, and there", { nics: { controller1: "eth1" } }],
    ["keepalived's, whose own step tells it", { nic: "eth0", manager: "keepalived" as const }],
  ])("is no matter where it is %s", (_title, parts) => {
    expect(found(parts, [["eth1", "ens3"], ["ens3"], []])).toEqual([])
  })
})

describe("a VIP that has become keepalived's", () => {
  const one = host("c1", "10.0.0.12")
  const balancer = host("lb1", "10.0.0.21", { group: "loadbalancers" })
  const vip = { name: "vip", address: "10.0.0.11", prefix: 24, on: "loadbalancers" } as const
  const clustered = { ...quiet, known: ["10.0.0.11"], clustered: ["10.0.0.11"] }
  const found = (manager: "pacemaker" | "keepalived", changes: Partial<Inventory>) => {
    const vips: Vip[] = [{ ...vip, manager, monitorInterval: "10s" }]
    const of = inventory([one, balancer], { name: "lab", vips, ...changes })
    const all = [
      { host: "c1", have: clustered, facts: facts() },
      { host: "lb1", have: quiet, facts: facts() },
    ]
    const bound = vipFree.want!.parse(vipFree.bind?.(context(of, one)))
    return vipFree.findings?.(bound, { elected: all[0]!, all, missing: [] })
  }
  const cluster = { on: "controllers", resources: [] } as unknown as NonNullable<Inventory["pacemaker"]>

  test("and that a cluster keeps which the inventory has no more would be on two hosts: refused", () => {
    expect(found("keepalived", {})).toEqual([
      {
        severity: "error",
        message: "the cluster lab still runs on c1 and has the VIP vip (10.0.0.11), which keepalived is to have",
        hint: expect.stringMatching(/^Put `pacemaker:` back .* systemctl disable --now pacemaker corosync$/),
      },
    ])
  })

  test.each([
    ["the inventory still has the cluster, which is told to give it up first", "keepalived", { pacemaker: cluster }],
    ["it is the cluster's", "pacemaker", { pacemaker: cluster }],
  ] as const)("is no matter where %s", (_title, manager, changes) => {
    expect(found(manager, changes)).toEqual([])
  })

  test("and is another group's cluster's stays there, and is refused", () => {
    expect(found("keepalived", { pacemaker: { ...cluster, on: "loadbalancers" } })).toHaveLength(1)
  })
})

const CIB = `<cib>
  <primitive id="a" class="ocf" provider="heartbeat" type="IPaddr2">
    <instance_attributes id="a-instance_attributes">
      <nvpair id="a-instance_attributes-ip" name="ip" value="10.0.0.11"/>
    </instance_attributes>
  </primitive>
  <primitive class="stonith" id="power" type="fence_ipmilan">
    <instance_attributes id="power-instance_attributes">
      <nvpair id="power-instance_attributes-ip" name="ip" value="10.0.0.12"/>
    </instance_attributes>
  </primitive>
</cib>
`
const KEEPALIVED = `vrrp_instance a {
    unicast_peer {
        10.0.0.22
    }
    virtual_ipaddress {
        10.0.0.11/24 dev eth0
    }
}
`
const FRESH = "lladdr 02:00:00:00:00:99 ref 1 used 0/0/0 probes 4 REACHABLE"

describe.each(SHELLS)("the VIP probe in %s", (shell) => {
  interface Node {
    held?: string
    /** Last parts of further VIPs. */
    more?: readonly string[]
    active?: StackUnit
    cluster?: string
    /** What cibadmin does; the CIB on the disk is the one above. */
    cibadmin?: string
    neighbour?: string
  }

  /** On a host that holds an address, by default 10.0.0.9, among VIPs 10.0.0.9, .11, .12 and, elsewhere, .13. */
  const ask = ({
    held = "10.0.0.9",
    more = [],
    active,
    cluster = "lab",
    cibadmin = "exit 102",
    neighbour = FRESH,
  }: Node = {}) => {
    const address = `2: eth0    inet ${held}/24 brd x`
    using box = sandbox({
      ip: `case "$*" in
*addr*) echo '1: lo    inet 127.0.0.1/8 scope host lo'; echo '${address}' ;;
*flush*) echo "flush $4" >>"$(dirname "$0")/asked" ;;
*) echo "$4 dev eth0 ${neighbour}" ;;
esac`,
      systemctl: systemctlShow(active === undefined ? {} : { [active]: { load: "loaded", active: "active" } }),
      bash: 'echo "ask $3" >>"$(dirname "$0")/asked"',
      cibadmin,
    })
    const files = {
      "/etc/corosync/corosync.conf": `totem {\n    cluster_name: ${cluster}\n}\n`,
      "/var/lib/pacemaker/cib/cib.xml": CIB,
      "/etc/keepalived/keepalived.conf": KEEPALIVED,
    }
    const places = Object.entries(files).map(([path, content]) => {
      const place = join(box.path, basename(path))
      writeFileSync(place, content)
      return [path, place] as const
    })
    writeFileSync(join(box.path, "asked"), "")
    const vips = ["9", "11", "12", "13", ...more].map((last) => {
      return { name: `vip${last}`, address: `10.0.0.${last}`, prefix: 24, nics: {}, here: last !== "13" }
    })
    const { script, parse } = vipFree.probe({ cluster: "lab", vips })
    const moved = places.reduce((text, [path, place]) => text.replaceAll(path, place), script)
    const state = parse(run(moved, { shell, path: box.path }))
    return { ...state, asked: readFileSync(join(box.path, "asked"), "utf8").trim().split("\n") }
  }
  const both = (...addresses: readonly string[]) =>
    addresses.flatMap((address) => [`flush ${address}`, `ask ${address}`])

  test("asks for what the host does not hold and no other group is to have", () => {
    const { asked, known } = ask()
    expect(known).toEqual(["10.0.0.9"])
    expect(asked).toEqual(both("10.0.0.11", "10.0.0.12"))
  })

  test("tells the host's interfaces, but for the loopback", () => {
    const { nics } = ask()
    expect(nics).toEqual(readdirSync("/sys/class/net").filter((nic) => nic !== "lo" && nic !== "bonding_masters"))
  })

  test("tells an address that the host has by itself, with its interface", () => {
    expect(ask().own).toEqual([{ address: "10.0.0.9", nic: "eth0" }])
  })

  test.each([
    ["the cluster that runs", { active: "pacemaker" }],
    ["keepalived that runs", { active: "keepalived" }],
    ["a cluster or keepalived that is stopped", {}],
  ] satisfies [string, Node][])("does not take for the host's own what came from %s", (_title, node) => {
    expect(ask({ ...node, held: "10.0.0.11" })).toMatchObject({ known: ["10.0.0.11"], own: [] })
  })

  test("tells apart addresses that begin alike", () => {
    expect(ask({ held: "10.0.0.1", more: ["1"] }).own).toEqual([{ address: "10.0.0.1", nic: "eth0" }])
  })

  test("takes only a fresh answer", () => {
    expect(ask().neighbours.get("10.0.0.11")).toBe("02:00:00:00:00:99")
    expect(ask({ neighbour: "lladdr 02:00:00:00:00:99 STALE" }).neighbours).toEqual(new Map())
  })

  test.each([
    ["the CIB has as an IPaddr2's", { active: "pacemaker", cibadmin: `cat <<'END'\n${CIB}END` }],
    ["the CIB on the disk has, where pacemaker does not answer", { active: "pacemaker" }],
    ["keepalived.conf has", { active: "keepalived" }],
  ] satisfies [string, Node][])("does not ask for what %s, and asks for the others", (_title, node) => {
    const { asked, known, clustered } = ask(node)
    expect(known).toEqual(["10.0.0.9", "10.0.0.11"])
    expect(clustered).toEqual(node.active === "pacemaker" ? ["10.0.0.11"] : [])
    expect(asked).toEqual(both("10.0.0.12"))
  })

  test("does not take another cluster's word, such as that of Debian's own", () => {
    expect(ask({ active: "pacemaker", cluster: "debian" }).known).toEqual(["10.0.0.9"])
  })
})
