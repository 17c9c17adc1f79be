import { execFile } from "node:child_process"
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import { expect } from "vitest"
import { ended } from "./harness/ended.ts"
import type { Lab } from "./harness/lab.ts"
import { labTest } from "./harness/lab-test.ts"
import { everywhere, holders, onlineNodes } from "./harness/observe.ts"
import { planned } from "./harness/planned.ts"
import { watchSecrets } from "./harness/secret-watcher.ts"
import { each, THREE } from "./harness/three.ts"

// A first `up` by the three ways to root: as root, by sudo with a password and by sudo without one; as root by an SSH certificate, which
// only the machine's own ssh can show. All the while the nodes are watched: none of the passwords may show where another user of the node, or a reader of haops's output and files, could see it.

const SECRETS = { hacluster: "Hac1-uster 'quoted' pass", stats: 'St4ts"pass$word', sudo: "Sud0 (pass) word" }

const CERTIFIED = { transport: "openssh", identityFile: "certified" }

const test = labTest({ prepared: true }, async (lab) => {
  await lab.node("controller1").write("/root/new", `operator:${SECRETS.sudo}\n`, 0o600)
  await lab.node("controller1").must("chpasswd </root/new && rm /root/new")
  for (const [name, secret] of Object.entries(SECRETS))
    await writeFile(join(lab.directory, name), secret, { mode: 0o600 })
  await trustCertificates(lab)
  await lab.inventory({
    controllers: {
      controller1: login(lab, "controller1", { user: "operator", becomePassword: { file: "sudo" } }),
      controller2: login(lab, "controller2", { user: "deployer" }),
      controller3: login(lab, "controller3", { user: "root", ...CERTIFIED }),
    },
    haproxy: { stats: { user: "admin", password: { file: "stats" } } },
  })
}).extend("first", { scope: "file", auto: true }, async ({ lab }) => {
  const watcher = await watchSecrets(lab.nodes, Object.values(SECRETS))
  const { stdout, stderr } = await ended(lab.haops(["up", "--yes", "--json"]))
  return { watcher, said: `${stdout}\n${stderr}` }
})

test("up works for root and by sudo, with a password and without one", async ({ lab }) => {
  for (const node of lab.nodes) expect.soft(await onlineNodes(node)).toEqual(THREE)
  expect.soft(await holders(lab.nodes, lab.vip)).toHaveLength(1)
  expect.soft(await planned(lab)).toMatchObject({ code: 0, drift: [] })
})

test("no password was ever in a process's command line or environment", async ({ first }) => {
  const { sightings, samples } = await first.watcher.stop()
  expect(sightings).toEqual([])
  expect(samples).toBeGreaterThan(1000)
})

test("no password is in haops's output, log or journal", async ({ lab, first }) => {
  const runs = join(lab.directory, ".local/state/haops/runs")
  const files = (await readdir(runs, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
  expect(files.map(({ name }) => name).sort()).toEqual(["haops.log", "journal.jsonl"])
  const written = await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), "utf8")))
  for (const text of [first.said, ...written]) {
    for (const secret of Object.values(SECRETS)) {
      for (const form of formsOf(secret)) expect(text).not.toContain(form)
    }
  }
})

test("on the nodes haproxy's own file alone holds a password", async ({ lab }) => {
  expect(await everywhere(lab.nodes, "stat -c '%a %U:%G' /etc/haproxy/haproxy.cfg")).toEqual(each("640 root:haproxy"))
  for (const node of lab.nodes) {
    await node.write("/srv/secrets", `${SECRETS.hacluster}\n${SECRETS.sudo}\n`, 0o600)
    const search = "grep -rlFf /srv/secrets /etc /var /root /home /tmp /run/haops 2>/dev/null || true"
    expect(await node.must(search)).toBe("")
  }
})

test("a certificate alone opens controller3, and ssh2 says that it cannot show one", async ({ lab }) => {
  const look = (file: string) => lab.haops(["facts", "--limit", "controller3", "-i", file])
  expect(await look("inventory.yaml")).toMatchObject({ code: 0 })
  const ssh = { identityFile: "certified" }
  const without = await lab.inventory({ controllers: { controller3: login(lab, "controller3", ssh) } }, "without.yaml")
  await writeFile(join(lab.directory, ".ssh/config"), `CertificateFile ${join(lab.directory, "certified-cert.pub")}\n`)
  const { code, stdout, stderr } = await look(without)
  expect(code, stdout).toBe(4)
  expect(`${stdout}${stderr}`).toContain("ssh.transport: openssh")
})

/** Has controller3 take certificates of an authority of ours, and no key by itself. */
async function trustCertificates(lab: Lab): Promise<void> {
  const keygen = (...args: string[]) => promisify(execFile)("ssh-keygen", ["-q", ...args], { cwd: lab.directory })
  for (const name of ["authority", "certified"]) await keygen("-t", "ed25519", "-N", "", "-f", name)
  await keygen("-s", "authority", "-I", "operator", "-n", "root", "certified.pub")
  await mkdir(join(lab.directory, ".ssh"), { mode: 0o700 })
  const node = lab.node("controller3")
  await node.write("/etc/ssh/authority.pub", await readFile(join(lab.directory, "authority.pub"), "utf8"))
  await node.must("echo TrustedUserCAKeys /etc/ssh/authority.pub >>/etc/ssh/sshd_config")
  await node.must("rm /root/.ssh/authorized_keys && systemctl restart ssh")
}

function login(lab: Lab, name: string, ssh: object) {
  return { address: lab.node(name).address, ssh }
}

/** As it is, as JSON holds it, and as a shell would quote it. */
function formsOf(secret: string): readonly string[] {
  return [secret, JSON.stringify(secret).slice(1, -1), secret.replaceAll("'", `'\\''`)]
}
