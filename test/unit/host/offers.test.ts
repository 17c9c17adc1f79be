import { describe, expect, test } from "vitest"
import { aptOffers, dnfOffers, yumOffers, zypperOffers } from "../../../src/host/packages/offers.ts"
import { readStock, withSiblings } from "../../../src/host/packages/stock.ts"
import { numbersOf, sameUpTo } from "../../../src/host/packages/version.ts"
import { run } from "../step-harness.ts"

const entries = (map: ReadonlyMap<string, unknown>) => Object.fromEntries(map)

describe("what a repository offers", () => {
  test("apt: the candidate by pins, and all versions, the newest first", () => {
    // As on Debian 12; the last one is there, and in no repository any more.
    const { candidates, versions } = aptOffers.read(`haproxy:
  Installed: 2.6.12-1+deb12u3
  Candidate: 2.6.12-1+deb12u4
  Version table:
     2.6.12-1+deb12u4 500
        500 http://mirror.example/debian-security bookworm-security/main amd64 Packages
 *** 2.6.12-1+deb12u3 -1
        500 http://mirror.example/debian bookworm/main amd64 Packages
        100 /var/lib/dpkg/status
crmsh:
  Installed: (none)
  Candidate: (none)
  Version table:
N: Unable to locate package nothing
`)
    expect(entries(candidates)).toEqual({ haproxy: "2.6.12-1+deb12u4" })
    expect(entries(versions)).toEqual({ haproxy: ["2.6.12-1+deb12u4", "2.6.12-1+deb12u3"] })
  })

  test("dnf: with the repositories that are used for this one command", () => {
    expect(dnfOffers.script(["highavailability"])).toContain(
      "dnf -q --enablerepo=highavailability repoquery --upgrades --latest-limit=1",
    )
    const { candidates, versions } = dnfOffers.read(
      "candidate pacemaker 2.1.7-5.el9\n\nversion pacemaker 2.1.6-8.el9\nversion pacemaker 2.1.7-5.el9\n",
    )
    expect(entries(candidates)).toEqual({ pacemaker: "2.1.7-5.el9" })
    expect(entries(versions)).toEqual({ pacemaker: ["2.1.7-5.el9", "2.1.6-8.el9"] })
  })

  test("yum breaks its columns where a name is long", () => {
    const said = `Updated Packages
haproxy.x86_64                1.5.18-9.el7_9.1            updates
resource-agents-with-a-long-name.x86_64
                              1:4.1.1-61.el7_9.18         updates
`
    const script = yumOffers.script([]).replace(/^yum [^|]*\|/, "printf '%s' \"$SAID\" |")
    const { stdout } = run(`SAID='${said}'\n${script}`)
    expect(entries(yumOffers.read(stdout).candidates)).toEqual({
      haproxy: "1.5.18-9.el7_9.1",
      "resource-agents-with-a-long-name": "4.1.1-61.el7_9.18",
    })
  })

  test("zypper: updates and versions of its XML, whatever the order of their attributes", () => {
    const { candidates, versions } = zypperOffers.read(`<?xml version='1.0'?>
<stream>
<update-status version="0.6">
<update-list>
<update kind="package" name="haproxy" edition="2.8.0-150500.3" edition-old="2.4.8-1" arch="x86_64"><summary>x</summary></update>
</update-list>
</update-status>
</stream>
<stream>
<search-result version="0.0">
<solvable-list>
<solvable status="other-version" name="haproxy" kind="package" edition="2.8.0-150500.3" arch="x86_64" repository="Update"/>
<solvable status="installed" name="haproxy" kind="package" edition="2.4.8-1" arch="x86_64" repository="(System Packages)"/>
</solvable-list>
</search-result>
</stream>`)
    expect(entries(candidates)).toEqual({ haproxy: "2.8.0-150500.3" })
    expect(entries(versions)).toEqual({ haproxy: ["2.8.0-150500.3", "2.4.8-1"] })
  })
})

describe("what is installed", () => {
  test("what dpkg did not come to the end of is there, and told as such", () => {
    expect(readStock("unpacked pacemaker pacemaker 2.1.5-2 install\nnot-installed foo foo  unknown\n")).toEqual([
      { name: "pacemaker", version: "2.1.5-2", source: "pacemaker", kept: false, broken: "unpacked" },
    ])
  })

  test("what was built along with a package goes with it", () => {
    const stock = readStock(`installed pacemaker libcib27 2.1.5-1 install
config-files pacemaker pacemaker-remote 2.1.5-1 deinstall
installed pacemaker pacemaker 2.1.5-1 hold
installed haproxy-2.4.22-3.el9.src.rpm haproxy 2.4.22-3.el9 install
`)
    expect(withSiblings(stock, ["pacemaker", "corosync"]).map(({ name, kept }) => [name, kept])).toEqual([
      ["libcib27", false],
      ["pacemaker", true],
    ])
    expect(stock.at(-1)).toMatchObject({ name: "haproxy", source: "haproxy" })
  })

  test("a message is not taken for a package", () => {
    expect(() => readStock("dpkg-query: warning: files list file missing\n")).toThrow(
      /not a line of the package database/,
    )
  })

  test("the numbers of a version are those before its packaging", () => {
    expect(numbersOf("1:10.11.6-0+deb12u1")).toEqual([10, 11, 6])
    expect(numbersOf("2.1.5~rc1")).toEqual([2, 1, 5])
    expect([sameUpTo("1:10.11.6-0", "10.11.14-1", 2), sameUpTo("10.11.6", "11.4.2", 2)]).toEqual([true, false])
  })
})
