import { execFileSync, spawnSync } from "node:child_process"
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import type { PostMortem } from "../../src/output/report/post-mortem.ts"
import { WholeRun } from "./whole-run.ts"

const patient = { timeout: 120_000 }
const AHEAD_S = 90
let lab: WholeRun

beforeEach(() => {
  lab = new WholeRun()
})
afterEach(async () => await lab[Symbol.asyncDispose]())

const now = Date.now()
/** A line of a journal, so many seconds ago by the clock of a host that is ahead by as many. */
const line = (ago: number, said: string, ahead = 0) =>
  `${new Date(now - ago * 1000 + ahead * 1000).toISOString().replace("Z", "+0000")} x ${said}\n`
const CONF = `nodelist {
  node {\n    ring0_addr: 127.0.0.1\n    name: c1\n    nodeid: 1\n  }
  node {\n    ring0_addr: 127.0.0.2\n    name: c2\n    nodeid: 2\n  }
}\n`
const CIB = `<cib><nvpair id="f-passwd" name="passwd" value="bmc&amp;pass"/><nvpair id="f-ip" name="ip" value="10.0.0.9"/></cib>\n`

/** A host with what a cluster leaves behind on one. */
async function host(name: string, journal: string, ahead = 0): Promise<void> {
  await lab.host(name)
  const files = {
    "/etc/corosync/corosync.conf": CONF,
    "/etc/corosync/authkey": "THE-AUTHKEY",
    "/etc/haproxy/haproxy.cfg": "listen stats\n  stats auth admin:hunter2\n",
    "/var/lib/pacemaker/cib/cib-1.raw": CIB,
    "/var/log/pacemaker/pacemaker.log": `said bmc&pass and the-hacluster-password\n+ /cib/configuration//nvpair[@id='f-passwd']:  @value=another-one\n`,
    "/var/log/corosync/corosync.log": "",
    "/journal": journal,
  }
  for (const [path, text] of Object.entries(files)) lab.home.write(`${name}${path}`, text)
  execFileSync("gzip", ["-k", lab.path(name, "var/log/pacemaker/pacemaker.log")])
  const programs = {
    journalctl: `case "$*" in *--lines=1*) exit 0 ;; esac; echo "$*" >>${lab.path(name, "asked")}; cat ${lab.path(name, "journal")}`,
    cibadmin: `cat ${lab.path(name, "var/lib/pacemaker/cib/cib-1.raw")}`,
    date: `exec /bin/date -d '+${ahead} sec' "$@"`,
  }
  for (const [program, script] of Object.entries(programs))
    chmodSync(lab.home.write(`${name}/bin/${program}`, `#!/bin/sh\n${script}\n`), 0o755)
}

function unpack(file: string): string {
  const directory = join(lab.home.path, "unpacked")
  mkdirSync(directory)
  execFileSync("tar", ["-xzf", join(lab.home.path, file), "-C", directory])
  return directory
}

test(
  "what all hosts have is in one archive, without secrets, by one clock; a host that is down is told",
  patient,
  async () => {
    await host("c1", line(60, "corosync[9]:   [TOTEM ] A new membership (1.9) was formed. Members left: 2"))
    await host(
      "c2",
      line(110, "systemd[1]: haproxy.service: Main process exited, code=killed, status=9/KILL", AHEAD_S) +
        line(10, "pacemaker-controld[7]:  notice: Result of start operation for vip on c2: ok", AHEAD_S),
      AHEAD_S,
    )
    await lab.host("c3")
    await lab.servers[2]![Symbol.asyncDispose]()
    lab.home.write("pw", "the-hacluster-password\n")
    const inventory = readFileSync(join(lab.home.path, "inventory.yaml"), "utf8")
    lab.home.write("inventory.yaml", `${inventory}pacemaker: { password: { file: pw } }\n`)

    const ended = await lab.haops("collect", "--since", "2h", "-o", "night.tar.gz")
    expect(ended.code, ended.said).toBe(3)
    expect(ended.stdout).toMatch(/^ {2}c3 +nothing: /m)
    expect(ended.stdout).toMatch(/^ {2}c2 .*; clock 1 min \d+ s ahead/m)
    expect(ended.stdout).toContain("3 events (1 left, 1 failed, 1 moved): timeline.html in it shows them.")
    expect(statSync(join(lab.home.path, "night.tar.gz")).mode & 0o777).toBe(0o600)
    expect(existsSync(join(lab.home.path, "night.tar.gz.part"))).toBe(false)

    const directory = unpack("night.tar.gz")
    const paths = readdirSync(directory, { recursive: true, encoding: "utf8" })
    // Below each host lies this machine's own way to what stands for its files.
    const read = (path: string) => {
      const [top, ...rest] = path.split("/")
      const found = paths.find((one) => one.startsWith(`night/${top}`) && one.endsWith(rest.join("/")))
      return readFileSync(join(directory, found ?? path), "utf8")
    }
    const { events, hosts } = JSON.parse(read("collected.json")) as PostMortem
    expect(events.map(({ words, hosts, kind }) => [kind, words, ...hosts])).toEqual([
      ["failed", "haproxy ended: killed 9/KILL", "c2"],
      ["left", "membership: c2 left", "c1"],
      ["moved", "vip started on c2", "c2"],
    ])
    // By the hosts' own clocks the last two were first. How well a clock is known hangs on how busy this machine is.
    const { ms, marginMs } = (hosts[1] as Extract<PostMortem["hosts"][number], { files: unknown }>).skew!
    expect(Math.abs(ms - AHEAD_S * 1000)).toBeLessThan(marginMs + 100)
    expect(events[0]!.ms).toBeCloseTo(now - 110_000 + AHEAD_S * 1000 - ms, -1)
    expect(hosts.map(({ host }) => host)).toEqual(["c1", "c2", "c3"])
    expect(read("timeline.html")).toContain("membership: c2 left")
    expect(read("c1/journal.log")).toContain("Members left: 2")
    expect(read("c1/var/lib/pacemaker/cib/cib-1.raw")).toContain(`name="passwd" value="[secret]"`)
    expect(read("c1/cib.xml")).toContain('value="10.0.0.9"')
    expect(read("c1/etc/haproxy/haproxy.cfg")).toContain("stats auth admin:[secret]")
    const log = "said [secret] and [secret]\n+ /cib/configuration//nvpair[@id='f-passwd']:  @value=[secret]\n"
    expect(read("c2/var/log/pacemaker/pacemaker.log")).toBe(log)
    const left = "bmc&(amp;)?pass|hunter2|another-one|the-hacluster|AUTHKEY"
    expect(spawnSync("grep", ["-rlE", left, directory], { encoding: "utf8" })).toMatchObject({ status: 1, stdout: "" })
    // The same name again would be over what is there.
    const again = await lab.haops("collect", "-o", "night.tar.gz")
    expect(again.code, again.said).toBe(65)
    expect(again.stderr).toContain("night.tar.gz exists already")
  },
)

test("by the ssh that people have it is the same", patient, async () => {
  await host("c1", line(60, "corosync[9]:   [TOTEM ] A new membership (1.9) was formed. Members left: 2"))
  const inventory = readFileSync(join(lab.home.path, "inventory.yaml"), "utf8")
  lab.home.write("inventory.yaml", `${inventory}ssh: { transport: openssh }\n`)
  const ended = await lab.haops("collect", "-o", "night.tar.gz", "--json")
  expect(ended.code, ended.said).toBe(0)
  const { details } = JSON.parse(ended.stdout) as { details: PostMortem }
  expect(details.events.map(({ words }) => words)).toEqual(["membership: c2 left"])
  expect(details.hosts).toMatchObject([{ host: "c1", skew: { ms: expect.any(Number) } }])
})

test("where no host answers there is no archive; what is no moment is told", patient, async () => {
  await lab.host("c1")
  await lab.servers[0]![Symbol.asyncDispose]()
  const ended = await lab.haops("collect", "-o", "night.tar.gz")
  expect(ended.code, ended.said).toBe(4)
  expect(readdirSync(lab.home.path).filter((name) => name.startsWith("night"))).toEqual([])
  lab.home.write("night.tar.gz.part", "another's")
  const other = await lab.haops("collect", "-o", "night.tar.gz")
  expect(other.code, other.said).toBe(65)
  expect(other.stderr).toContain("night.tar.gz.part exists: another haops collect writes it")
  expect(readFileSync(join(lab.home.path, "night.tar.gz.part"), "utf8")).toBe("another's")
  const { code, stderr } = await lab.haops("collect", "--since", "tomorrow")
  expect({ code, stderr }).toEqual({ code: 65, stderr: expect.stringContaining("--since tomorrow is no moment") })
})
