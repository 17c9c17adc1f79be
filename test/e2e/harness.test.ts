import { expect } from "vitest"
import { labTest } from "./harness/lab-test.ts"
import { ask, startProber } from "./harness/prober.ts"
import { watchSecrets } from "./harness/secret-watcher.ts"
import { ssh } from "./harness/ssh.ts"
import { until } from "./harness/until.ts"

// The checks of the checks: what the other tests rely on is seen here to find what it looks for.

const test = labTest({ nodes: 2 })

test("nodes boot bare: systemd is content and nothing of the cluster is installed", async ({ lab }) => {
  for (const node of lab.nodes) {
    await until(async () => (await node.exec("systemctl is-system-running")).stdout.trim() === "running", {
      what: `boot of ${node.name}`,
    })
    expect(await node.must("hostname")).toBe(`${node.name}\n`)
    expect((await node.exec("command -v pcs corosync pacemakerd haproxy")).stdout).toBe("")
    expect(await node.must("sysctl -n -w net.ipv4.ip_nonlocal_bind=1")).toBe("1\n")
  }
})

test("ssh answers to the lab's key, with host keys that were verified beforehand", async ({ lab }) => {
  for (const node of lab.nodes) expect(await ssh(lab, `root@${node.address}`, "hostname")).toBe(`${node.name}\n`)
  const node = lab.node("controller1")
  expect(await ssh(lab, `deployer@${node.address}`, "sudo -n id -un")).toBe("root\n")
  await expect(ssh(lab, `operator@${node.address}`, "sudo -n id -un")).rejects.toThrow(/password is required/)
})

test("the secret watcher sees a secret in a short-lived command line and environment, and only there", async ({
  lab,
}) => {
  const [first, second] = [lab.node("controller1"), lab.node("controller2")]
  const watcher = await watchSecrets(lab.nodes, ["s3cret (1)"])
  await first.must("perl -e 'select undef, undef, undef, 0.02' pcs -p 's3cret (1)'")
  await first.must("SECRET='s3cret (1)' perl -e 'select undef, undef, undef, 0.02'")
  await second.write("/root/answer", "s3cret (1)")
  await second.must("cat /root/answer | wc -c")
  const { sightings, samples, longestGapMs } = await watcher.stop()
  expect(new Set(sightings.map(({ node }) => node))).toEqual(new Set(["controller1"]))
  const perls = sightings.filter(({ text }) => text.startsWith("perl ") || text.includes("SECRET=s3cret (1)"))
  expect(perls).toContainEqual(
    expect.objectContaining({ where: "cmdline", text: expect.stringMatching(/pcs -p s3cret \(1\)$/) }),
  )
  expect(perls).toContainEqual(expect.objectContaining({ where: "environ" }))
  expect(samples).toBeGreaterThan(10)
  expect(longestGapMs).toBeGreaterThan(0)
})

test("the prober sees how long a service was away", async ({ lab }) => {
  const node = lab.node("controller1")
  const prober = startProber(`http://${node.address}:8000/`)
  await until(async () => (await ask(`http://${node.address}:8000/`)).answer === node.name, { what: "responder" })
  await node.must("systemctl stop lab-responder && sleep 0.5 && systemctl start lab-responder")
  await until(async () => (await ask(`http://${node.address}:8000/`)).ok, { what: "responder again" })
  const { attempts, failed, longestOutageMs } = await prober.stop()
  expect(failed).toBeGreaterThan(3)
  expect(attempts.length).toBeGreaterThan(failed)
  expect(longestOutageMs).toBeGreaterThan(400)
})

test("a cut separates two nodes in both directions, and heals", async ({ lab }) => {
  const [first, second] = [lab.node("controller1"), lab.node("controller2")]
  const reaches = async (from: typeof first, to: typeof first) =>
    (await from.exec(`ping -c 1 -W 1 ${to.address}`)).code === 0
  expect(await reaches(first, second)).toBe(true)
  await first.cutFrom(second)
  expect(await reaches(first, second)).toBe(false)
  expect(await reaches(second, first)).toBe(false)
  expect(await ssh(lab, `root@${second.address}`, "true")).toBe("")
  await Promise.all([first.heal(), second.heal()])
  expect(await reaches(second, first)).toBe(true)
})

test("a frozen node is silent, a killed one comes back with its address and disk", async ({ lab }) => {
  const node = lab.node("controller2")
  const url = `http://${node.address}:8000/`
  await node.freeze()
  expect((await ask(url, 300)).ok).toBe(false)
  await node.thaw()
  await until(async () => (await ask(url)).ok, { what: "thawed responder" })
  await node.write("/root/kept", "yes")
  await node.kill()
  expect((await ask(url, 300)).ok).toBe(false)
  await node.start()
  expect(await node.must("cat /root/kept")).toBe("yes")
  await until(async () => (await ask(url)).answer === node.name, { what: "responder after boot" })
})

test("the inventory of a lab is one that haops takes", async ({ lab, haops }) => {
  const inventory = await lab.inventory({ haproxy: { stats: null }, sysctl: { "vm.swappiness": 10 } })
  const facts = await haops("facts", "--json", "--inventory", inventory)
  expect(facts).toMatchObject({ code: 0, stderr: expect.not.stringContaining("E_INPUT") })
})
