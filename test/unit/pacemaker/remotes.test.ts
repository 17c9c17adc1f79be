import { expect, test } from "vitest"
import { parseCib } from "../../../src/pacemaker/cib-parse.ts"
import { parseCrmMon } from "../../../src/pacemaker/crm-mon.ts"
import { diffCib } from "../../../src/pacemaker/diff.ts"
import { driftOf } from "../../../src/pacemaker/drift.ts"
import { NOTHING_OWNED } from "../../../src/pacemaker/ownership.ts"
import { bansIn, keptOffRemotes, remoteNodes } from "../../../src/pacemaker/remotes.ts"
import { cloned, colocation, desired, location, resource } from "../../cases/pacemaker/desires.ts"
import { recorded } from "../membership/cluster.ts"

const REMOTES = `<primitive id="compute1" class="ocf" provider="pacemaker" type="remote"/>
<primitive id="vm1" class="ocf" provider="heartbeat" type="VirtualDomain"><meta_attributes id="m"><nvpair id="n" name="remote-node" value="guest1"/></meta_attributes></primitive>`

function cib(constraints = "", resources = REMOTES) {
  return parseCib(`<cib admin_epoch="0" epoch="7" num_updates="3" have-quorum="1"><configuration><crm_config/><nodes/>
<resources>${resources}</resources><constraints>${constraints}</constraints></configuration></cib>`)
}

const haproxy = resource("lb-haproxy", "systemd:haproxy", cloned("lb-haproxy-clone"))
const vip = resource("vip", "ocf:heartbeat:IPaddr2")
const db = resource("db", "ocf:heartbeat:galera")
const tie = colocation("vip-with-haproxy", "vip", "lb-haproxy-clone")
const wanted = (...more: Parameters<typeof keptOffRemotes>[0]["constraints"]) =>
  desired({ resources: [haproxy, vip, db], constraints: [tie, ...more] })

test("remote and guest nodes, in pacemaker's status and in its configuration, are no members", () => {
  const status = parseCrmMon(recorded("crm-mon-remote.xml"))
  expect(status?.nodes.map(({ name }) => name)).toEqual(["controller1"])
  expect(status?.remotes).toMatchObject([
    { name: "compute1", online: true },
    { name: "guest1", online: false, guestOf: "vm1" },
  ])
  expect(remoteNodes(cib())).toEqual(["compute1", "guest1"])
})

test("haproxy is kept off them, and the VIP with it; the user's own resources are not", () => {
  const [, ...bans] = keptOffRemotes(wanted(), cib()).constraints
  expect(bans).toEqual(
    ["compute1", "guest1"].map((node) =>
      location(`haops-lb-haproxy-clone-not-on-${node}`, "lb-haproxy-clone", node, "-INFINITY"),
    ),
  )
})

test("a VIP that follows nothing is kept off by itself", () => {
  const alone = desired({ resources: [vip] })
  expect(keptOffRemotes(alone, cib()).constraints.map(({ id }) => id)).toEqual([
    "haops-vip-not-on-compute1",
    "haops-vip-not-on-guest1",
  ])
})

test("what the user says of one of them stays the only word", () => {
  const own = location("mine", "lb-haproxy-clone", "compute1", "100")
  const [, , ...bans] = keptOffRemotes(wanted(own), cib()).constraints
  expect(bans.map(({ id }) => id)).toEqual(["haops-lb-haproxy-clone-not-on-guest1"])
})

test("without them nothing is added, and a ban goes with its node, whatever is recorded", () => {
  const ban = `<rsc_location id="haops-lb-haproxy-clone-not-on-compute1" rsc="lb-haproxy-clone" node="compute1" score="-INFINITY"/>`
  const other = `<rsc_location id="theirs" rsc="db" node="compute1" score="-INFINITY"/>`
  const gone = cib(ban + other, "")
  expect(keptOffRemotes(wanted(), gone)).toEqual(wanted())
  const { changes } = diffCib(desired(), gone, bansIn(gone))
  expect(driftOf(changes, false).map(({ attribute }) => attribute)).toEqual([
    "constraint haops-lb-haproxy-clone-not-on-compute1",
  ])
  expect(diffCib(desired(), gone, NOTHING_OWNED).changes).toEqual([])
})
