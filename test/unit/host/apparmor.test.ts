import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { needs } from "../../../src/haproxy/needs.ts"
import { readAnswer } from "../../../src/host/answer.ts"
import { confinedFindings, confinedScript, readConfined } from "../../../src/host/apparmor.ts"
import type { ConfinedFile } from "../../../src/model/component.ts"
import { parseInventory } from "../parse-inventory.ts"
import { run, SHELLS, sandbox } from "../step-harness.ts"

// A profile in the manner of SUSE's, which ships one for haproxy.

const PROFILE = `#include <tunables/global>
profile haproxy /usr/sbin/haproxy {
  #include <abstractions/base>
  capability net_bind_service,
  /etc/haproxy/* r,
  /usr/sbin/haproxy rmix,
  /var/lib/haproxy/stats rwl, # the socket
  /{,var/}run/haproxy-master.sock* rwlk,
  deny /etc/shadow r,
  include if exists <local/haproxy>
}
`
const BASE = "/etc/ssl/certs/** r,\nowner @{PROC}/@{pid}/maps r,\n"

const file = (path: string, access: ConfinedFile["access"] = "read"): ConfinedFile => {
  return { program: "/usr/sbin/haproxy", path, access, use: "something" }
}
const kept = (rules: string, ...files: ConfinedFile[]) => {
  const confinement = {
    program: "/usr/sbin/haproxy",
    file: "/etc/apparmor.d/x",
    rules: rules.split("\n").map((line) => line.trim()),
  }
  return confinedFindings(files, [confinement])
}

describe("what a profile lets its program do", () => {
  test.each([
    [file("/etc/haproxy/haproxy.cfg"), true],
    [file("/etc/haproxy/certificates/web.pem"), false],
    [file("/etc/haproxy/haproxy.cfg", "write"), false],
    [file("/var/lib/haproxy/stats", "write"), true],
    [file("/var/lib/haproxy/haops-servers"), false],
    [file("/run/haproxy-master.sock.tmp", "write"), true],
    [file("/var/run/haproxy-master.sock", "write"), true],
    [file("/etc/shadow"), false],
  ])("%j: %s", (asked, lets) => {
    expect(kept(PROFILE, asked)).toHaveLength(lets ? 0 : 1)
  })

  test.each([
    ["file,", "/srv/x"],
    ["/** rw,", "/srv/x"],
    ["/{srv,opt}/* r,", "/opt/x"],
    ['owner "/srv/a b/*" r,', "/srv/a b/x"],
    ["r /srv/x,", "/srv/x"],
    ["audit allow @{site}/** r,", "/srv/x"],
    ["/srv/[a-x]? r,", "/srv/xy"],
  ])("by %s %s may be read, and nothing is told", (rule, path) => {
    expect(kept(rule, file(path))).toEqual([])
    expect(kept("deny /srv/x r,\n/srv/z r,", file(path))).toHaveLength(1)
  })

  test("what it keeps out is told in one sentence, with the lines for the host's own additions", () => {
    const files = [file("/etc/haproxy/certificates/web.pem"), file("/run/haproxy/admin.sock", "write")]
    expect(kept(PROFILE, ...files)).toEqual([
      {
        severity: "warning",
        message:
          "AppArmor keeps haproxy from reading /etc/haproxy/certificates/web.pem (something) and writing /run/haproxy/admin.sock (something): its profile names no such file",
        hint: "Add to /etc/apparmor.d/local/haproxy: `/etc/haproxy/certificates/web.pem r,` and `/run/haproxy/admin.sock* rwlk,`. Then: apparmor_parser -r /etc/apparmor.d/x",
      },
    ])
  })
})

describe.each(SHELLS)("the question in %s", (shell) => {
  const ask = (loaded: string | undefined, profile = "apparmor.d/usr.sbin.haproxy", local = "") => {
    using box = sandbox({})
    for (const directory of ["apparmor.d/abstractions", "apparmor.d/local"])
      mkdirSync(join(box.path, directory), { recursive: true })
    writeFileSync(join(box.path, profile), PROFILE)
    writeFileSync(join(box.path, "apparmor.d/abstractions/base"), BASE)
    writeFileSync(join(box.path, "apparmor.d/local/haproxy"), local)
    if (loaded !== undefined) writeFileSync(join(box.path, "profiles"), loaded)
    const script = confinedScript([file("/etc/haproxy/haproxy.cfg"), file("/x")])
      .replaceAll("/etc/apparmor.d", join(box.path, "apparmor.d"))
      .replaceAll("/sys/kernel/security/apparmor/profiles", join(box.path, "profiles"))
    const answer = readAnswer(run(script, { shell, path: box.path }).stdout, ["confined", "rule"])
    return readConfined(answer.all("confined"), answer.all("rule"))
  }

  test("has the profile's rules, what it includes and the host's own additions, where it enforces", () => {
    for (const loaded of ["haproxy (enforce)\n", "lsb_release (enforce)\n/usr/sbin/haproxy (enforce)\n"]) {
      const [found] = ask(loaded, "apparmor.d/usr.sbin.haproxy", "/etc/haproxy/certificates/* r,\n")
      expect(found?.program).toBe("/usr/sbin/haproxy")
      expect(found?.rules).toEqual(
        expect.arrayContaining(["/etc/haproxy/* r,", "/etc/ssl/certs/** r,", "/etc/haproxy/certificates/* r,"]),
      )
      expect(confinedFindings([file("/etc/haproxy/certificates/web.pem")], [found!])).toEqual([])
    }
  })

  test("has nothing where there is no AppArmor, the profile only complains or is another's, or its file is not where it belongs", () => {
    expect(ask(undefined)).toEqual([])
    expect(ask("haproxy (complain)\nhaproxy2 (enforce)\n")).toEqual([])
    expect(ask("haproxy (enforce)\n", "apparmor.d/somewhere")).toEqual([])
  })
})

test("haproxy's files are its socket, its servers' state and certificates, each once", () => {
  const inventory = parseInventory(
    `name: lab
controllers: { c1: 10.0.0.1 }
haproxy:
  services:
    - { name: a, port: 443, mode: http, bind: "*", backendPort: 1, tls: { certificate: /etc/ssl/web.pem } }
    - { name: b, port: 444, mode: http, bind: "*", backendPort: 1, tls: { certificate: /etc/ssl/web.pem } }
`,
    "lab.yaml",
  )
  const files = needs(inventory, inventory.hosts[0]!)?.confined?.map(
    ({ path, access, use }) => `${access} ${path}: ${use}`,
  )
  expect(files).toEqual([
    "write /var/lib/haproxy/stats: its runtime socket",
    "read /var/lib/haproxy/haops-servers: its servers' state over a reload",
    "read /etc/ssl/web.pem: the certificate of a",
  ])
})
