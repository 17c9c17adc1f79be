import { spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { awaitIdle, restartHeld } from "../../../src/keystone/restart.ts"
import { sandbox } from "../step-harness.ts"

// By a real sh, with tools that only note that they were called. That no request is lost is seen on real nodes (services.test.ts).

interface Node {
  nft?: boolean
  /** Requests under way, for so many looks. */
  busy?: number
  fails?: boolean
}

/** How the script ends, and what it did, in order. */
function restarted({ nft = true, busy = 0, fails = false }: Node, address = "10.0.0.1", by = restartHeld) {
  using box = sandbox({
    nft: nft ? `echo "nft $*" >>"$0.log"; [ "$1" = delete ] || cat >>"$0.log"` : "exit 1",
    ss: `case $* in *-Htln*) echo LISTEN; exit;; esac
echo "$*" >>"$0.looks"; [ "$(wc -l <"$0.looks")" -gt ${busy} ] || echo "ESTAB 0 0"`,
    systemctl: `echo "systemctl $*" >>"\${0%/*}/nft.log"; exit ${fails ? 3 : 0}`,
  })
  const [program, ...args] = by(address).argv as [string, ...string[]]
  const { status, stderr } = spawnSync(program, args, { env: { PATH: `${box.path}:${process.env.PATH}` } })
  const said = (name: string) => (existsSync(join(box.path, name)) ? readFileSync(join(box.path, name), "utf8") : "")
  return { status, stderr: stderr.toString(), log: said("nft.log"), looks: said("ss.looks") }
}

const RESTART = "systemctl restart -- keystone.service\n"

test("new connections to Keystone alone are held first, and let through again when it listens", () => {
  const { status, stderr, log, looks } = restarted({ busy: 2 })
  expect(status, stderr).toBe(0)
  expect(log).toMatch(/^nft -f -\n/)
  expect(log).toContain("set held { type ipv4_addr; flags timeout; elements = { 10.0.0.1 timeout 15s } }")
  expect(log).toContain("ip daddr @held tcp dport 5000 tcp flags & (syn | ack) == syn drop")
  expect(log.endsWith(`${RESTART}nft delete table inet haops_keystone\n`), log).toBe(true)
  expect(looks.split("\n")).toHaveLength(4)
  expect(looks).toContain("( src 10.0.0.1:5000 )")
})

test("by its address of the other family, too", () => {
  const { log, looks } = restarted({}, "fd00::1")
  expect(log).toContain("set held { type ipv6_addr; flags timeout; elements = { fd00::1 timeout 15s } }")
  expect(log).toContain("ip6 daddr @held")
  expect(looks).toContain("( src [fd00::1]:5000 )")
})

test("where nftables cannot be used it restarts at once", () => {
  expect(restarted({ nft: false })).toEqual({ status: 0, stderr: "", log: RESTART, looks: "" })
})

test("one that does not start fails, and nothing stays held", () => {
  const { status, log } = restarted({ fails: true })
  expect(status).toBe(3)
  expect(log.endsWith(`${RESTART}nft delete table inet haops_keystone\n`)).toBe(true)
})

test("an upgrade waits for what is under way, and holds nobody", () => {
  const { status, log, looks } = restarted({ busy: 2 }, "10.0.0.1", awaitIdle)
  expect({ status, log }).toEqual({ status: 0, log: "" })
  expect(looks.split("\n")).toHaveLength(4)
})
