import { spawnSync } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { standbyScript } from "../../../src/membership/standby-script.ts"
import { sandbox } from "../step-harness.ts"

// By a real sh, with tools that only note that they were called. That no request is lost is seen on real nodes (members.test.ts).

const VIPS = ["10.0.0.11", "fd00::11"]
const SET = "crm_attribute --node n1 --name standby --update on"

interface Node {
  /** Addresses that it has when it begins. */
  has?: readonly string[]
  nft?: boolean
  /** Connections under way, for so many looks. */
  busy?: number
  refuses?: boolean
  /** All rules are gone by the end. */
  flushed?: boolean
}

/** How the script ends, and what it did, in order, by a clock that goes on where the script sleeps. */
function drain(
  { has = VIPS, nft = true, busy = 0, refuses = false, flushed = false }: Node,
  vips: readonly string[] = VIPS,
) {
  using box = sandbox({
    ip: `[ ! -e "$0.gone" ] || exit 0
case " ${has.join(" ")} " in *" $5 "*) echo "2: eth0 inet $5";; esac`,
    nft: nft
      ? `echo "nft $*" >>"$0.log"; case $1 in delete) ${flushed ? "echo No such file >&2; exit 1" : ":"};; *) cat >>"$0.log";; esac`
      : "echo Operation not permitted >&2; exit 1",
    ss: `echo x >>"$0.looks"; [ "$(wc -l <"$0.looks")" -gt ${busy} ] || echo "ESTAB 0 0"`,
    sleep: `read -r up _ <"\${0%/*}/uptime"; n=$((\${up%.*}\${up#*.} + 2))
echo "\${n%??}.\${n#\${n%??}} 0" >"\${0%/*}/uptime"`,
    crm_attribute: `echo "crm_attribute $*" >>"\${0%/*}/nft.log"; ${refuses ? "exit 5" : `: >"\${0%/*}/ip.gone"`}`,
  })
  writeFileSync(join(box.path, "uptime"), "1000.00 0\n")
  const script = standbyScript({ node: "n1", lifetime: "forever", vips })
  const env = { PATH: `${box.path}:${process.env.PATH}` }
  const { status, stderr } = spawnSync("sh", ["-euc", script.replace("/proc/uptime", join(box.path, "uptime"))], {
    env,
  })
  const said = (name: string) => (existsSync(join(box.path, name)) ? readFileSync(join(box.path, name), "utf8") : "")
  return { status, stderr: stderr.toString(), log: said("nft.log"), looks: said("ss.looks").split("\n").length - 1 }
}

describe("a node goes into standby", () => {
  test("new connections to what it holds are dropped first, and let through again in the end", () => {
    const { status, log } = drain({})
    expect(status).toBe(0)
    expect(log).toMatch(/^nft -f -\n/)
    expect(log).toContain("set four { type ipv4_addr; flags timeout; elements = { 10.0.0.11 timeout 5s } }")
    expect(log).toContain("set six { type ipv6_addr; flags timeout; elements = { fd00::11 timeout 5s } }")
    expect(log.endsWith(`${SET}\nnft delete table inet haops_standby\n`), log).toBe(true)
  })

  test("those under way are waited for, but not for ever", () => {
    expect(drain({ busy: 3 }).looks).toBe(4)
    const { status, looks } = drain({ busy: 1000 })
    // Half a second, a look every 0.02 s.
    expect({ status, looks }).toEqual({ status: 0, looks: 25 })
  })

  test.each<[string, Node, readonly string[]]>([
    ["it holds none of them", { has: [] }, VIPS],
    ["there are none", {}, []],
  ])("at once where %s", (_, node, vips) => {
    expect(drain(node, vips)).toEqual({ status: 0, stderr: "", log: `${SET}\n`, looks: 0 })
  })

  test("at once where nftables cannot be used, which it says", () => {
    expect(drain({ nft: false })).toEqual({ status: 0, stderr: "Operation not permitted\n", log: `${SET}\n`, looks: 0 })
  })

  test("rules that somebody reloaded meanwhile are no failure", () => {
    expect(drain({ flushed: true })).toMatchObject({ status: 0, stderr: "" })
  })

  test("what the cluster refuses fails, and nothing stays held", () => {
    const { status, log } = drain({ refuses: true })
    expect(status).toBe(5)
    expect(log.endsWith("nft delete table inet haops_standby\n")).toBe(true)
  })
})
