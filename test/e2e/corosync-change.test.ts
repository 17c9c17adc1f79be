import { expect } from "vitest"
import { ended } from "./harness/ended.ts"
import { killedAt } from "./harness/killed-at.ts"
import type { Lab } from "./harness/lab.ts"
import { labTest } from "./harness/lab-test.ts"
import { everywhere, holders, onlineNodes, property, runningOn } from "./harness/observe.ts"
import { planned } from "./harness/planned.ts"
import { startProber } from "./harness/prober.ts"
import { each, THREE } from "./harness/three.ts"
import { until } from "./harness/until.ts"

// Corosync's settings change under a serving cluster: live where corosync can, else node by node. Who asks the VIP notices nothing.

const TOTEM = { token: 1000, tokenCoefficient: 100 }
/** A network of its own for corosync, and another one to move that to. */
const NETWORKS = { second: "10.88.1", third: "10.88.2" }

const test = labTest({ prepared: true }, async (lab) => {
  const addresses = (node: number) =>
    Object.values(NETWORKS).map((network) => `ip addr add ${network}.${node}/24 dev eth0`)
  await Promise.all(lab.nodes.map((node, index) => node.must(addresses(index + 1).join("; "))))
  await lab.inventory()
  await ended(lab.haops(["up", "--yes"]))
})

test("a token, another link, and another address for that, are taken up live: nothing restarts, nobody leaves", async ({
  lab,
  must,
}) => {
  const before = await membership(lab)
  const prober = startProber(`http://${lab.vip}:8080/`)

  const more = await withLinks(lab, "second")
  expect((await planned(lab, more)).risk).toBe("reload")
  await must("up", "-i", more)
  expect(await everywhere(lab.nodes, running("totem.token"))).toEqual(each("1500"))
  expect(await linksOf(lab, "controller1")).toEqual([`ring0 ${lab.node("controller1").address}`, "ring1 10.88.1.1"])
  await allConnected(lab)

  const moved = await withLinks(lab, "third")
  await must("up", "-i", moved)
  expect(await linksOf(lab, "controller1")).toEqual([`ring0 ${lab.node("controller1").address}`, "ring2 10.88.2.1"])
  await allConnected(lab)

  const { failed, attempts } = await prober.stop()
  expect(failed, `of ${attempts.length} requests`).toBe(0)
  expect(await membership(lab)).toEqual(before)
  await expectNothingToDo(lab, moved)
})

test("a token three times as long, and back: its links go by it too, and no member is lost for a moment", async ({
  lab,
  must,
}) => {
  const before = await membership(lab)
  const prober = startProber(`http://${lab.vip}:8080/`)
  const times = [
    [{ token: 3000, tokenCoefficient: 650 }, "1825"],
    [TOTEM, "550"],
  ] as const
  for (const [totem, timeout] of times) {
    const inventory = await lab.inventory({ pacemaker: { totem } })
    await must("up", "-i", inventory)
    expect(await everywhere(lab.nodes, running("runtime.config.totem.interface.0.knet_ping_timeout"))).toEqual(
      each(timeout),
    )
    expect(await planned(lab, inventory)).toMatchObject({ code: 0, drift: [] })
  }
  expect(await membership(lab)).toEqual(before)
  const { failed, attempts } = await prober.stop()
  expect(failed, `of ${attempts.length} requests`).toBe(0)
})

test("links that somebody else's reload has left behind a token catch up before it is lowered, and no member is lost", async ({
  lab,
  must,
}) => {
  await everywhere(lab.nodes, "sed -i 's/token: 1000/token: 3000/' /etc/corosync/corosync.conf")
  await lab.nodes[0]!.must("corosync-cfgtool -R")
  const left = await lab.inventory({ pacemaker: { totem: { ...TOTEM, token: 3000 } } })
  const { drift, risk } = await planned(lab, left)
  expect(drift).toEqual(
    THREE.flatMap((name) => [0, 2].map((link) => `${name}: link ${link} given up: after 550 ms -> after 1550 ms`)),
  )
  expect(risk).toBe("reload")

  const before = await membership(lab)
  const lower = await lab.inventory()
  await must("up", "-i", lower)
  expect(await everywhere(lab.nodes, running("runtime.config.totem.interface.0.knet_ping_timeout"))).toEqual(
    each("550"),
  )
  expect(await membership(lab)).toEqual(before)
  await expectNothingToDo(lab, lower)
})

test("another transport goes node by node; killed on the way it is completed by the next run; no request fails", async ({
  lab,
  must,
}) => {
  const inventory = await lab.inventory({ pacemaker: { transport: "udpu" } })
  const { risk, notes } = await planned(lab, inventory)
  expect(risk).toBe("restart")
  expect(notes.join("\n")).toContain("restart on controller1, then controller2, then controller3, one at a time")
  expect(notes.join("\n")).toContain(
    "the votes go 1 to 2, 2 to 1; quorum is 2, and one side has quorum at every moment",
  )
  const before = await starts(lab)
  const unasked = await lab.haops(["up", "-i", inventory])
  expect(unasked.code, unasked.stderr).toBe(1)
  expect(await starts(lab)).toEqual(before)

  const [holder] = await holders(lab.nodes, lab.vip)
  const prober = startProber(`http://${lab.vip}:8080/`)
  await killedAt(lab, "systemctl restart corosync.service", ["up", "--yes", "-i", inventory], 2)
  expect(await property(lab.node("controller3"), "maintenance-mode")).toBe("true")
  await must("up", "--yes", "-i", inventory)
  const { failed, attempts } = await prober.stop()
  expect(failed, `of ${attempts.length} requests`).toBe(0)

  const [one, two, three] = await starts(lab)
  expect(one! > Math.max(...before) && two! > one! && three! > two!, `${before} then ${one}, ${two}, ${three}`).toBe(
    true,
  )
  expect(await everywhere(lab.nodes, running("totem.transport"))).toEqual(each("udpu"))
  expect(await holders(lab.nodes, lab.vip)).toEqual([holder])
  expect(await property(lab.node("controller1"), "maintenance-mode")).toBe("")
  await expectNothingToDo(lab, inventory)
})

test("a node that does not come back stops it there; mended, it is completed, and a user's own maintenance mode stays", async ({
  lab,
  must,
}) => {
  // The node that the clients are served by: what it runs outlives its pacemaker.
  const [holder] = await holders(lab.nodes, lab.vip)
  const broken = lab.node(holder!)
  const later = THREE.indexOf(holder!) + 1
  await broken.write("/etc/systemd/system/corosync.service.d/broken.conf", "[Service]\nExecStartPre=/bin/false\n")
  await broken.must("systemctl daemon-reload")
  await lab.node("controller1").must("pcs property set maintenance-mode=true")
  const inventory = await lab.inventory({ pacemaker: { transport: "udpu", quorum: { waitForAll: true } } })
  const before = await starts(lab)
  const prober = startProber(`http://${lab.vip}:8080/`)
  const stopped = await lab.haops(["up", "--yes", "-i", inventory])
  expect(stopped.code, stopped.stdout).toBe(1)
  expect(stopped.stderr.replace(/\s+/g, " ")).toContain("the cluster stays in maintenance mode")
  expect((await starts(lab)).slice(later)).toEqual(before.slice(later))

  await broken.must("rm -r /etc/systemd/system/corosync.service.d; systemctl daemon-reload")
  await must("up", "--yes", "-i", inventory)
  const { failed, attempts } = await prober.stop()
  expect(failed, `of ${attempts.length} requests`).toBe(0)
  expect(await everywhere(lab.nodes, "corosync-quorumtool -s | grep -c WaitForAll")).toEqual(each("1"))
  expect(await holders(lab.nodes, lab.vip)).toEqual([holder])
  expect(await property(lab.node("controller1"), "maintenance-mode")).toBe("true")
  await must("maintenance", "off", "-i", inventory)
  await expectNothingToDo(lab, inventory)
})

/** A new link takes corosync some pings. */
async function allConnected(lab: Lab): Promise<void> {
  const connected = async () => Object.values(await everywhere(lab.nodes, CONNECTED))
  await until(async () => (await connected()).every((links) => links === "4"), { what: "two links to each other node" })
}

/** How many connections to other nodes the links of a node have. */
const CONNECTED = `own=$(corosync-cmapctl -g runtime.votequorum.this_node_id | sed 's/.* = //')
corosync-cmapctl -m stats | grep -v "\\.node$own\\." | grep -c 'connected (u8) = 1'`

function running(key: string): string {
  return `corosync-cmapctl -g ${key} | sed 's/.* = //'`
}

/** A second link in this network for every controller, and a token of 1500 ms. */
async function withLinks(lab: Lab, network: keyof typeof NETWORKS): Promise<string> {
  const controllers = Object.fromEntries(
    lab.nodes.map(({ name, address }, index) => [
      name,
      { address, links: [address, `${NETWORKS[network]}.${index + 1}`] },
    ]),
  )
  return await lab.inventory({ controllers, pacemaker: { totem: { ...TOTEM, token: 1500 } } })
}

/** `ring0 10.0.0.1`, …: what corosync on the node works with for itself. */
async function linksOf(lab: Lab, name: string): Promise<readonly string[]> {
  const position = THREE.indexOf(name)
  const asked = `corosync-cmapctl nodelist.node.${position}. | sed -n 's/.*\\.\\(ring[0-9]\\)_addr (str) = /\\1 /p'`
  return (await lab.node(name).must(asked)).trim().split("\n")
}

/** What stays as it is as long as nobody leaves: the processes, and the id of the ring. */
async function membership(lab: Lab): Promise<Record<string, string>> {
  return await everywhere(
    lab.nodes,
    "systemctl show -p MainPID corosync pacemaker haproxy; corosync-quorumtool -s | grep Ring",
  )
}

/** When corosync was started, by node, on the clock that all nodes share. */
async function starts(lab: Lab): Promise<readonly number[]> {
  const times = await everywhere(lab.nodes, "systemctl show --value -p ExecMainStartTimestampMonotonic corosync")
  return THREE.map((name) => Number(times[name]))
}

async function expectNothingToDo(lab: Lab, inventory: string): Promise<void> {
  expect(await planned(lab, inventory)).toMatchObject({ code: 0, drift: [] })
  for (const node of lab.nodes) expect(await onlineNodes(node), `seen from ${node.name}`).toEqual(THREE)
  expect(await runningOn(lab.nodes[0]!, "lb-haproxy")).toEqual(THREE)
  expect(new Set(Object.values(await everywhere(lab.nodes, "cat /etc/corosync/corosync.conf"))).size).toBe(1)
}
