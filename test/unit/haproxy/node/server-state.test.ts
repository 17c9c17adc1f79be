import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { haproxyUnit } from "../../../../src/haproxy/node/build.ts"
import { keepingStates, stateKeeper, statesKeptScript } from "../../../../src/haproxy/node/server-state.ts"
import { run, SHELLS, sandbox } from "../../step-harness.ts"

const SOCKET = "/var/lib/haproxy/stats"
const V2_2 =
  "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord"
const V3_0 = `${V2_2} srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port`

/** A server's line: down, as a check has found; `more` is what versions after 2.2 add. */
function down(name: string, { address = "10.0.0.1", port = 80, admin = 0, more = "" } = {}): string {
  return `3 web 1 ${name} ${address} 0 ${admin} 1 1 60 13 2 0 6 0 0 0 - ${port} -${more}`
}

describe.each(SHELLS)("what haproxy knows of its servers, in %s", (shell) => {
  /** A node of our own, on which haproxy answers with `worker` as its process and these states. */
  function node(config: string, states: string) {
    const box = sandbox({ systemctl: 'echo "systemctl $*"', sleep: `echo 43 >"$(dirname "$0")/worker"` })
    writeFileSync(
      join(box.path, "perl"),
      `#!/bin/sh
[ "$1" = -MSocket ] && exit
shift 3; here=$(dirname "$0")
for line; do echo "@@answer $line"; case $line in *state) cat "$here/states" ;; *) echo "Pid: $(cat "$here/worker")" ;; esac; done
`,
      { mode: 0o755 },
    )
    for (const path of ["etc/haproxy", "var/lib/haproxy", "lib/systemd/system"]) {
      mkdirSync(join(box.path, path), { recursive: true })
    }
    const at = (path: string) => join(box.path, path)
    writeFileSync(at("etc/haproxy/haproxy.cfg"), config)
    writeFileSync(at("states"), states)
    writeFileSync(at("worker"), "42\n")
    const moved = (script: string) => script.replace(/(?<![\w$"}/])\/(etc|var|lib|run|usr)\//g, `${box.path}/$1/`)
    writeFileSync(at("etc/haproxy/haops-servers.sh"), moved(stateKeeper(SOCKET)))
    return {
      at,
      read: (path: string) => readFileSync(at(path), "utf8").replaceAll(box.path, ""),
      do: (script: string) => run(moved(script), { shell, path: box.path }).stdout.trim().replaceAll(box.path, ""),
      keeper: (verb: string) =>
        run(`${shell} ${at("etc/haproxy/haops-servers.sh")} ${verb}`, { shell, path: box.path }),
      [Symbol.dispose]: () => box[Symbol.dispose](),
    }
  }

  function kept(config: string, states: readonly string[], header = V2_2): string[] {
    using here = node(config, `1\n${header}\n${states.join("\n")}\n`)
    here.keeper("save")
    const [version, columns, ...servers] = here.read("var/lib/haproxy/haops-servers").trimEnd().split("\n")
    expect([version, columns, servers.pop()]).toEqual(["1", header, "# worker 42"])
    return servers
  }

  test.each([
    ["down, as it was", "server a 10.0.0.1:80 check", down("a"), down("a")],
    ["drained, as it was", "server a 10.0.0.1:80 check", down("a", { admin: 8 }), down("a", { admin: 8 })],
    ["by the section's default-server", "default-server check\nserver a 10.0.0.1:80", down("a"), down("a")],
    ["of another spelling", "server a ipv4@10.0.0.1:80 check # here", down("a"), down("a")],
    [
      "of IPv6",
      "server a [2001:db8::1]:80 check",
      down("a", { address: "2001:db8::1" }),
      down("a", { address: "2001:db8::1" }),
    ],
    [
      "on another port: up until checked there, and drained still",
      "server a 10.0.0.1:81 check",
      down("a", { admin: 8 }),
      "3 web 1 a 10.0.0.1 2 8 1 1 60 1 0 0 6 0 0 0 - 81 -",
    ],
    [
      "at another address",
      "server a 10.0.0.9:80 check",
      down("a"),
      "3 web 1 a 10.0.0.9 2 0 1 1 60 1 0 0 6 0 0 0 - 80 -",
    ],
    [
      "not checked any more: nothing would ever bring it up",
      "server a 10.0.0.1:80",
      down("a"),
      "3 web 1 a 10.0.0.1 2 0 1 1 60 13 2 0 6 0 0 0 - 80 -",
    ],
  ])("one server %s", (_what, server, before, after) => {
    expect(kept(`global\n  log x\ndefaults\nlisten web\n  bind *:1\n  ${server}\n`, [before])).toEqual([after])
  })

  test("TLS and the ports of checks are those of the new configuration", () => {
    const config = "defaults\n default-server ssl\nbackend web\n server a 10.0.0.1:80 check port 81\n"
    const states = [down("a", { more: " 0 8080 10.9.9.9 - 0" })]
    expect(kept(config, states, V3_0)).toEqual([down("a", { more: " 1 81 - - 0" })])
  })

  test("a server that the new configuration does not have is left out", () => {
    const states = [down("a"), down("gone")]
    expect(
      kept("backend other\n server gone 10.0.0.1:80 check\nbackend web\n server a 10.0.0.1:80 check\n", states),
    ).toEqual([down("a")])
  })

  test("is in the file for the reload alone, and until the new process answers", () => {
    using here = node("backend web\n server a 10.0.0.1:80 check\n", `1\n${V2_2}\n${down("a")}\n`)
    const said = here.do(
      keepingStates("systemctl reload x; cat /var/lib/haproxy/haops-servers; false").replace("exit ", "echo "),
    )
    expect(said).toBe(`systemctl reload x\n1\n${V2_2}\n${down("a")}\n# worker 42\n1`)
    expect(here.read("worker")).toBe("43\n")
    expect(here.read("var/lib/haproxy/haops-servers")).toBe("1\n")
  })

  test("is nothing where haproxy says something else, rather than what it knew long ago", () => {
    using here = node("", "Permission denied\n")
    writeFileSync(here.at("var/lib/haproxy/haops-servers"), `1\n${V2_2}\n${down("a")}\n`)
    here.keeper("save")
    expect(here.read("var/lib/haproxy/haops-servers")).toBe("1\n")
  })

  test("is not left for the next start by a disk that is full", () => {
    using here = node("", "")
    writeFileSync(here.at("var/lib/haproxy/haops-servers"), `1\n${V2_2}\n${down("a")}\n# worker 42\n`)
    writeFileSync(here.at("worker"), "43\n")
    // As it fails there: the file can be made, and nothing written into it.
    writeFileSync(here.at("cat"), '#!/bin/sh\n[ $# -gt 0 ] && exec /bin/cat "$@"\nexit 1\n', { mode: 0o755 })
    expect(() => here.keeper("settle")).toThrow("Command failed")
    expect(readdirSync(here.at("var/lib/haproxy"))).toEqual([])
  })

  test("stays over a reload by others, since the unit's drop-in has it kept", () => {
    using here = node("", "")
    const asked = () => here.do(statesKeptScript(SOCKET))
    writeFileSync(
      here.at("lib/systemd/system/haproxy.service"),
      "[Service]\nExecStart=x\nExecReload=check -c $CONFIG\nExecReload=/bin/kill -USR2 $MAINPID\nType=notify\n",
    )
    here.keeper("rest")
    expect(asked()).toBe("")
    here.keeper("unit")
    expect(
      here.read("etc/systemd/system/haproxy.service.d/haops.conf"),
    ).toBe(`# Managed by haops: changes made here are overwritten by the next "haops up".
[Service]
ExecStartPre=-/bin/sh /etc/haproxy/haops-servers.sh rest
ExecReload=
ExecReload=check -c $CONFIG
ExecReload=-/bin/sh /etc/haproxy/haops-servers.sh save
ExecReload=/bin/kill -USR2 $MAINPID
ExecReload=-/bin/sh /etc/haproxy/haops-servers.sh settle
`)
    expect(asked()).toBe("states yes")
    writeFileSync(here.at("var/lib/haproxy/haops-servers"), `1\n${V2_2}\n`)
    expect(asked()).toBe("")
  })

  test("and what somebody's own drop-ins say of a reload is not lost by it", () => {
    using here = node("", "")
    const kill = "ExecReload=/bin/kill -USR2 $MAINPID"
    writeFileSync(here.at("lib/systemd/system/haproxy.service"), `[Service]\nExecReload=check\n${kill}\n`)
    const drop = (place: string, name: string, text: string) => {
      const directory = here.at(`${place}/systemd/system/haproxy.service.d`)
      mkdirSync(directory, { recursive: true })
      writeFileSync(join(directory, name), `[Service]\n${text}\n`)
    }
    const wanted = () => {
      here.keeper("unit")
      here.keeper("rest")
      expect(here.do(statesKeptScript(SOCKET))).toBe("states yes")
      const path = "etc/systemd/system/haproxy.service.d/haops.conf"
      if (!existsSync(here.at(path))) return undefined
      const reloads = here.read(path).split("ExecReload=\n")[1]!.trim().split("\n")
      return reloads.map((line) => line.replace("ExecReload=", "").replace(/.*servers.sh /, ""))
    }
    const own = ["check", "save", "/bin/kill -USR2 $MAINPID", "settle"]
    drop("etc", "custom.conf", "ExecReload=log one")
    drop("etc", "override.conf", "ExecReload=read after ours")
    expect(wanted()).toEqual([...own, "log one"])
    drop("lib", "custom.conf", "ExecReload=hidden by that of the same name")
    drop("run", "10-first.conf", "ExecReload=log first")
    drop("lib", "beta.conf", "LimitNOFILE=10")
    expect(wanted()).toEqual([...own, "log first", "log one"])
    drop("etc", "beta.conf", `ExecReload=\nExecReload=their check\n${kill}`)
    expect(wanted()).toEqual(["their check", ...own.slice(1), "log one"])
    drop("etc", "beta.conf", "ExecReload=\nExecReload=/usr/local/bin/reload")
    expect(wanted()).toBeUndefined()
    // systemd reads a last line without a newline as well.
    writeFileSync(here.at("etc/systemd/system/haproxy.service.d/beta.conf"), "[Service]\nExecReload=log last")
    expect(wanted()).toEqual([...own, "log first", "log last", "log one"])
  })

  test("needs no drop-in for a unit of haops' own, and one that was there goes", () => {
    using here = node("", "")
    mkdirSync(here.at("etc/systemd/system/haproxy.service.d"), { recursive: true })
    writeFileSync(here.at("etc/systemd/system/haproxy.service.d/haops.conf"), "[Service]\nExecReload=\n")
    writeFileSync(here.at("etc/systemd/system/haproxy.service"), haproxyUnit("/opt/sbin/haproxy", "2.8.5"))
    here.keeper("unit")
    here.keeper("rest")
    expect(existsSync(here.at("etc/systemd/system/haproxy.service.d/haops.conf"))).toBe(false)
    expect(here.do(statesKeptScript(SOCKET))).toBe("states yes")
  })
})
