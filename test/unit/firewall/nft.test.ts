import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { COMPONENTS } from "../../../src/components.ts"
import { nftZones } from "../../../src/firewall/nft.ts"
import { firewallStep } from "../../../src/firewall/steps/firewall.ts"
import { facts, judge, run, SHELLS, sandbox } from "../step-harness.ts"

const step = firewallStep(COMPONENTS)
const openings = [
  { protocol: "tcp", port: 2224, use: "pcsd", from: "hosts" },
  { protocol: "udp", port: 5405, use: "corosync", from: "hosts" },
  { protocol: "vrrp", use: "keepalived", from: "anyone" },
] as const
const want = { managed: false, openings: [...openings], sources: [], addresses: ["10.0.0.12"], nics: [] }

/** As nft 1.0 of Debian 12 prints it. */
const RULES = `table inet filter {
	set web {
		type inet_service
		elements = { 80, 443 }
	}

	chain input {
		type filter hook input priority filter; policy drop;
		ct state established,related accept
		iif "lo" accept
		icmp type echo-request accept
		tcp dport 22 accept
		tcp dport { 80, 443, 6000-6007 } counter packets 0 bytes 0 accept
		udp dport 5404-5412 accept comment "corosync"
		ip protocol vrrp accept
		meta l4proto { tcp, udp } th dport 53 accept
		jump more
	}

	chain more {
		tcp dport 3306 accept
		reject with icmpx admin-prohibited
	}

	chain unused {
		tcp dport 9 accept
	}

	chain forward {
		type filter hook forward priority filter; policy drop;
	}
}`

describe("plain nftables", () => {
  const zones = (text: string) => nftZones(text.split("\n"))

  test("what a chain lets in that drops the rest, and those that it jumps to", () => {
    const opened = [
      "22/tcp",
      "80/tcp",
      "443/tcp",
      "6000-6007/tcp",
      "5404-5412/udp",
      "vrrp",
      "53/tcp",
      "53/udp",
      "3306/tcp",
    ]
    expect(zones(RULES)).toEqual([{ by: "nftables", name: "inet filter input", opened }])
    expect(
      zones(RULES.replace("input priority filter; policy drop", "input priority filter; policy accept")),
    ).toHaveLength(1)
  })

  test("a chain that drops what it is sent keeps nothing else out", () => {
    const some = RULES.replace("policy drop;\n\t\tct", "policy accept;\n\t\tct").replace(
      "jump more",
      "ct state invalid jump more",
    )
    expect(zones(some)).toEqual([])
    expect(zones(some.replace("ct state invalid jump", "counter packets 1 bytes 60 goto"))).toHaveLength(1)
  })

  test("nothing where nothing is kept out, and nothing of what firewalld, docker and haops make", () => {
    const open = RULES.replace("input priority filter; policy drop", "input priority filter; policy accept").replace(
      /reject.*/,
      "",
    )
    expect(zones(open)).toEqual([])
    for (const name of ["inet firewalld", "inet haops_standby", "ip filter"]) {
      expect(zones(RULES.replace("inet filter", name))).toEqual([])
    }
  })

  test.each(["tcp dport @web accept", "ip saddr 10.0.0.0/24 accept", 'iifname "eth1" accept'])(
    "what it does not understand may let all in: %s",
    (rule) => {
      const [zone] = zones(RULES.replace("tcp dport 22 accept", rule))
      expect(zone?.opened).toContain("1-65535/tcp")
    },
  )

  test.each([
    ["ct state new tcp dport 2224 accept", "2224/tcp"],
    ["ct state { established, new } udp dport 5405 accept", "5405/udp"],
    ["ct state new accept", "1-65535/tcp"],
    ['iifname "lon1" accept', "1-65535/tcp"],
  ])("new connections are let in by: %s", (rule, name) => {
    expect(zones(RULES.replace("tcp dport 22 accept", rule))[0]?.opened).toContain(name)
  })

  test.each(["ct state { established, related } accept", 'iifname "lo" accept', "iif lo accept"])(
    "nothing new is let in by: %s",
    (rule) => {
      const without = zones(RULES.replace("tcp dport 22 accept", ""))
      expect(zones(RULES.replace("tcp dport 22 accept", rule))).toEqual(without)
    },
  )

  test("what is closed is told, with the rules that let it in", () => {
    const have = { zones: [{ by: "nftables" as const, name: "inet filter input", opened: ["22/tcp"] }] }
    expect(judge(step, want, have, facts()).findings).toEqual([
      {
        severity: "warning",
        ask: true,
        message:
          "nftables' chain inet filter input lets in no pcsd (2224/tcp), corosync (5405/udp) and keepalived (vrrp)",
        hint:
          "On the host, in the file that it is loaded from: `tcp dport { 2224 } accept` and `udp dport { 5405 } accept` and `meta l4proto 112 accept` " +
          "into inet filter input, before what drops; then load it: systemctl reload nftables",
      },
    ])
  })

  test.each(SHELLS)("in %s nft is asked only where its file keeps something out", (shell) => {
    const ask = (conf: string) => {
      using box = sandbox({ nft: `cat <<'END'\n${RULES}\nEND`, ip: "exit 0" })
      mkdirSync(join(box.path, "etc"))
      writeFileSync(join(box.path, "etc/nftables.conf"), conf)
      const { script, parse } = step.probe(want)
      return parse(run(script.replaceAll("/etc/", `${box.path}/etc/`), { shell, path: box.path })).zones.map(
        ({ by }) => by,
      )
    }
    expect(ask("# policy drop would be safer\nflush ruleset\ntable inet filter {\n")).toEqual([])
    expect(ask("table inet filter {\n\tchain input { type filter hook input priority 0; policy drop; }\n}\n")).toEqual([
      "nftables",
    ])
  })
})

test("a policy of haops's that nobody asked for any more is told, and left: what it lets in may be all there is", () => {
  const { drift, actions, findings } = judge(step, want, { zones: [], left: true }, facts())
  expect([drift, actions]).toEqual([[], []])
  expect(findings).toMatchObject([
    {
      severity: "warning",
      message: expect.stringContaining("policy haops is in force"),
      hint: expect.stringContaining("--delete-policy=haops"),
    },
  ])
})
