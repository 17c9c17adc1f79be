import { expect, test } from "vitest"
import { phaseOf } from "../../../src/galera/decide.ts"
import { READ } from "../../../src/galera/node/scripts.ts"
import { galeraProbe, parseGalera, UNREADABLE } from "../../../src/galera/node/state.ts"
import { run, SHELLS, sandbox } from "../step-harness.ts"
import { UUID } from "./support.ts"

const parse = (stdout: string) => parseGalera({ stdout, stderr: "" })

const SHOW = `cat <<'END'
Id=mariadb.service
ActiveState=active
SubState=running
UnitFileState=enabled

Id=haops-dbcheck.socket
ActiveState=active
SubState=listening
UnitFileState=enabled
END`

test.each(SHELLS)("a member that runs is asked once over its socket (%s)", (shell) => {
  using bin = sandbox({
    mariadbd: "",
    systemctl: `case $1 in show) ${SHOW}
;; *) echo _WSREP_NEW_CLUSTER=--wsrep-new-cluster ;; esac`,
    mariadb: `sql=$(cat)
case $sql in *"in ('','max_connections','wsrep_provider_options')"*) ;; *) exit 1 ;; esac
cat <<'END'
status cluster_status Primary
status local_state_comment Synced
status ready ON
status cluster_size 3
var max_connections NO 1024
var wsrep_provider_options NO gcache.size = 128M; pc.weight = 1;
clients 4
user keystone % mysql_native_password abc
schema keystone utf8mb4
grant keystone keystone %
END`,
  })
  const { stdout } = run(galeraProbe(["max_connections", "wsrep_provider_options"]).script, { shell, path: bin.path })
  expect(parse(stdout)).toMatchObject({
    installed: true,
    unit: { active: "active", sub: "running", file: "enabled" },
    socket: true,
    status: { cluster_status: "Primary", local_state_comment: "Synced", cluster_size: "3" },
    clients: 4,
    flags: ["systemctl show-environment"],
    users: ["keystone % mysql_native_password abc"],
    grants: ["keystone keystone %"],
  })
  expect(parse(stdout).variables.get("max_connections")).toEqual({ value: "1024", readOnly: false })
})

test.each(SHELLS)("one that has lost its majority says so, though it tells nothing of its tables (%s)", (shell) => {
  const asked = (status: string) => {
    using bin = sandbox({
      mariadbd: "",
      systemctl: `case $1 in show) ${SHOW}\n;; esac`,
      mariadb: `cat >/dev/null\n${status === "" ? "" : `echo 'status cluster_status ${status}'`}\necho 'ERROR 1047 (08S01)' >&2\nexit 1`,
      pgrep: "exit 1",
    })
    return parse(run(galeraProbe([]).script, { shell, path: bin.path }).stdout)
  }
  expect(phaseOf(asked("non-Primary"))).toBe("cut off")
  expect(asked("non-Primary").users).toEqual([])
  // What it would not say of one that has a majority is no answer.
  expect([asked("Primary").status, asked("").status]).toEqual([undefined, undefined])
})

test.each(SHELLS)("a host without the server is an answer (%s)", (shell) => {
  using bin = sandbox({ systemctl: "exit 1" })
  const { stdout } = run(galeraProbe([]).script, { shell, path: bin.path })
  expect(parse(stdout)).toMatchObject({ installed: false, unit: { active: "inactive" } })
})

test("a member that is down says what lies on its disk", () => {
  const down = parse(
    `unit failed failed enabled\nsocket inactive\nremembers yes\nuuid ${UUID}\ndatabase shop\ntried yes\nprovider 26.4.14-1+deb12u1\nposition ${UUID}:7\n`,
  )
  expect(down).toMatchObject({
    status: undefined,
    uuid: UUID,
    remembers: true,
    databases: ["shop"],
    tried: true,
    provider: "26.4.14",
    position: `${UUID}:7`,
  })
  expect(parse("unit inactive dead enabled\nuuid 00000000-0000-0000-0000-000000000000\n").uuid).toBeUndefined()
})

test("a position that could not be read is unknown to the run that tried, and the next one tries again", () => {
  const read = (position: string) => parse(`unit failed failed enabled\nuuid ${UUID}\nposition ${position}\n`).position
  expect(read(UNREADABLE)).toBe("unknown")
  expect(String(READ.argv[2])).toContain(`"\${position:-${UNREADABLE}}" >`)
  expect(read("unknown 11111111-2222-3333-4444-555555555555")).toBeUndefined()
  expect(read("unknown")).toBeUndefined()
})

test("what is no answer is not taken for one", () => {
  expect(() => parse("ERROR 2002 (HY000)\n")).toThrow(/unexpected line/)
  expect(() => parse("socket active\n")).toThrow(/nothing about mariadb.service/)
})
