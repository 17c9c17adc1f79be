import { expect } from "vitest"
import { labTest } from "./harness/lab-test.ts"
import { everywhere, holders } from "./harness/observe.ts"
import { during } from "./harness/prober.ts"
import { until } from "./harness/until.ts"
import { upgradePair } from "./upgrade.ts"

// The other way to run keepalived, by its oldest version: hosts that talk by multicast, and one that comes back leaves the VIP where it is.

const ENV = { VRRP_PASSWORD: "vrrpPw42" }

const test = labTest({ release: "bullseye", prepared: true, nodes: 1, loadbalancers: 2 }, async (lab) => {
  await lab.inventory({
    pacemaker: null,
    vips: { vip: null, public: { address: `${lab.vip}/24`, on: "loadbalancers", manager: "keepalived" } },
    keepalived: { password: { env: "VRRP_PASSWORD" }, peers: "multicast", nopreempt: true },
    haproxy: { services: [{ name: "web", port: 8080, vip: "public", mode: "http", backendPort: 8000, check: "http" }] },
  })
})
  .extend("pair", { scope: "file" }, async ({ lab }) => [lab.node("lb1"), lab.node("lb2")])
  .extend("haops", { scope: "file" }, async ({ lab }) => {
    return async (...words) => await lab.haops(words, { env: ENV })
  })

test("up brings the VIP to one of the two, who name no peers; a second one has nothing to do", async ({
  lab,
  must,
  pair,
}) => {
  await must("up", "--yes")
  expect(await holders(pair, lab.vip)).toHaveLength(1)
  const terms = "grep -cE 'unicast|state MASTER' /etc/keepalived/keepalived.conf || true"
  expect(await everywhere(pair, terms)).toEqual({ lb1: "0", lb2: "0" })
  await must("plan")
})

test("a holder that is lost is replaced, and does not take the VIP back", async ({ lab, must, pair }) => {
  const [name] = await holders(pair, lab.vip)
  const holder = lab.node(name!)
  const backup = pair.find((node) => node !== holder)!
  const lost = await during(`http://${lab.vip}:8080/`, async () => {
    await holder.kill()
    await until(async () => (await holders([backup], lab.vip)).length === 1, { what: "the backup promoted" })
  })
  expect(lost.longestOutageMs).toBeLessThan(8000)
  const back = await during(`http://${lab.vip}:8080/`, async () => {
    await holder.start()
    const state = "journalctl -b -t keepalived-state -o cat | tail -n 1"
    await until(async () => (await holder.must(state)).includes(" BACKUP "), { what: `${name} as the backup` })
  })
  expect(back.failed).toBe(0)
  expect(await holders(pair, lab.vip)).toEqual([backup.name])
  await must("verify")
})

test("a newer haproxy comes by apt of Debian 11, the VIP's host last", async ({ lab, must, pair }) => {
  await upgradePair(lab, pair, must)
})
