import { spawnSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { corosyncMaintenanceOn } from "../../../src/corosync/steps/corosync-maintenance-on.ts"
import { corosyncRestart } from "../../../src/corosync/steps/corosync-restart.ts"
import { corosyncView } from "../../../src/membership/corosync-view.ts"
import { MAINTENANCE_OFF, MAINTENANCE_ON } from "../../../src/membership/rolling.ts"
import { members, TEXT, WANT } from "../corosync/corosync.ts"
import { run, sandbox, systemctlShow } from "../step-harness.ts"

// Maintenance mode while corosync restarts: that it is asked for is one thing, that pacemaker goes by it another.

/** A cluster of three files: the user's value, what haops remembers of it, and the set's mark. The user's set goes before haops's. */
const CLUSTER = {
  crm_attribute: `cd "\${0%/*}"
case "$*" in *haops-rolling*) file=former ;; *) file=user ;; esac
case "$*" in
  *--query*) [ -s $file ] && cat $file ;;
  *--delete*) rm $file ;;
  *--update*) for value; do :; done; printf %s "$value" >$file ;;
esac`,
  cibadmin: `cd "\${0%/*}"
case "$*" in
  *--delete*) rm -f mark former ;;
  *--modify*)
    echo >mark
    former=$(printf '%s\\n' "$*" | sed -n "s/.*haops-former-maintenance-mode' value='\\([^']*\\)'.*/\\1/p")
    [ -z "$former" ] || printf %s "$former" >former ;;
esac`,
  crm_mon: `cd "\${0%/*}"
value=false
if [ -e mark ]; then value=true; fi
case $(cat user 2>/dev/null) in true|yes) value=true ;; false|no|off|0|FALSE|stubborn) value=false ;; esac
echo "<cluster_options stonith-enabled=\\"false\\" maintenance-mode=\\"$value\\"/>"`,
}

/** Runs scripts, one after the other, where the user's value is this one; what is there after each. */
function play(user: string | undefined, ...scripts: readonly string[]) {
  using box = sandbox(CLUSTER)
  const file = (name: string) => join(box.path, name)
  if (user !== undefined) writeFileSync(file("user"), user)
  const read = (name: string) => spawnSync("cat", [file(name)], { encoding: "utf8" }).stdout
  return scripts.map((script) => {
    const { status } = spawnSync("sh", ["-c", script], { env: { PATH: `${box.path}:${process.env.PATH}` } })
    const mon = spawnSync(file("crm_mon")).stdout.toString()
    return { status, user: read("user"), held: mon.includes('maintenance-mode="true"'), mark: read("mark") !== "" }
  })
}

describe("maintenance mode for a roll", () => {
  test.each(["false", "no", "off", "0", "FALSE"])("goes before a user's %s, which comes back afterwards", (user) => {
    expect(play(user, MAINTENANCE_ON, MAINTENANCE_OFF)).toEqual([
      { status: 0, user: "", held: true, mark: true },
      { status: 0, user, held: false, mark: false },
    ])
  })

  test("is over with its end where the user says nothing, and goes on where the user wants it", () => {
    expect(play(undefined, MAINTENANCE_ON, MAINTENANCE_OFF)).toMatchObject([
      { held: true },
      { status: 0, user: "", held: false },
    ])
    expect(play("true", MAINTENANCE_ON, MAINTENANCE_OFF)).toMatchObject([
      { held: true },
      { status: 0, user: "true", held: true },
    ])
  })

  test("fails and leaves nothing behind where pacemaker does not go by it", () => {
    expect(play("stubborn", MAINTENANCE_ON)).toEqual([{ status: 1, user: "stubborn", held: false, mark: false }])
  })
})

describe("what pacemaker goes by", () => {
  const cib = (set: string) => `echo '<cib><crm_config>${set}</crm_config><status/></cib>'`
  const mark = '<cluster_property_set id="haops-rolling"/>'
  const mon = (value: string) => `echo '<cluster_options maintenance-mode="${value}"/>'`

  test.each([
    ["asked for and in force", cib(mark), mon("true"), { rolling: true, maintenance: true }],
    ["asked for, and something else is in force", cib(mark), mon("false"), { rolling: true, maintenance: false }],
    ["asked for, and nobody answers", cib(mark), "exit 102", { rolling: true, maintenance: undefined }],
    ["the user's own", cib(""), mon("true"), { rolling: false, maintenance: true }],
  ])("%s", (_what, cibadmin, crm_mon, expected) => {
    const systemctl = systemctlShow({ pacemaker: { active: "active", load: "loaded" } })
    using box = sandbox({ cibadmin, crm_mon, systemctl })
    const view = corosyncView({ quorum: {} })
    expect(view.parse(run(view.script, { path: box.path }))).toMatchObject(expected)
  })
})

describe("a roll under way", () => {
  const want = { ...WANT, quorum: { wait_for_all: "1" } }
  const written = TEXT.replace("provider: corosync_votequorum", "$&\n    wait_for_all: 1")
  const old = { text: written, running: TEXT, rolling: true }

  test("restarts nobody, and asks for it again, where maintenance mode is not in force", () => {
    const ended = members([old, old, old].map((node) => ({ ...node, maintenance: false })))
    expect(corosyncRestart.mustWait?.(want, ended)).toContain("not in maintenance mode")
    expect(corosyncRestart.check(want, ended)).toMatchObject([{ expected: true }])
    expect(corosyncMaintenanceOn.check(want, ended)).toMatchObject([{ attribute: "maintenance mode", have: "off" }])
  })

  test("goes by what the next node's own pacemaker says, and by the others' where that does not answer", () => {
    const nodes = [old, { ...old, maintenance: false }, { ...old, maintenance: undefined }]
    expect(nodes.map((_, index) => corosyncRestart.mustWait?.(want, members(nodes, index)) === undefined)).toEqual([
      true,
      false,
      true,
    ])
  })
})
