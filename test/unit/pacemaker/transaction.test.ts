import { spawnSync } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fc, test } from "@fast-check/vitest"
import { describe, expect } from "vitest"
import { FINGERPRINT } from "../../../src/pacemaker/fingerprint.ts"
import {
  fromLists,
  NOTHING_OWNED,
  parseLastApplied,
  STATE_DIRECTORY,
  toLists,
} from "../../../src/pacemaker/ownership.ts"
import { simulationScript, transactionScript } from "../../../src/pacemaker/transaction.ts"
import { sandbox } from "../step-harness.ts"

const CIB = `<cib epoch="1"><configuration><resources/></configuration></cib>`
const PROGRAMS = {
  cibadmin: `[ "$1" != -Q ] || echo '${CIB}'`,
  crm_verify: "exit 0",
  // Nobody knows what the cluster would do, so that the transaction ends before it touches anything.
  crm_simulate: "exit 1",
  crm_diff: `{ cat "$3"; printf '\\0'; cat "$5"; } >"\${0%/*}/compared"`,
}
const values = fc.string({ unit: fc.constantFrom(..."a '\"$`\\;&|<>(){}*?~#!\n\t%=-") })

// One failure is enough: unquoted, a text may well be a command that never ends.
test.prop([values, values], { numRuns: 40, endOnFailure: true })(
  "both texts get to the node to the letter, whatever the inventory has in them",
  (from, to) => {
    using box = sandbox(PROGRAMS)
    const env = { PATH: `${box.path}:${process.env.PATH}` }
    const sh = (script: string) => spawnSync("sh", ["-s"], { input: script, env, encoding: "utf8", timeout: 20_000 })
    const fingerprint = sh(`cibadmin -Q | ${FINGERPRINT}`).stdout.trim()
    const claim = { epoch: 1, owned: NOTHING_OWNED }
    const { status } = sh(transactionScript({ from, to, fingerprint, claim }))
    expect(status).not.toBe(0)
    expect(readFileSync(join(box.path, "compared"), "utf8")).toBe(`${from}\0${to}`)
  },
)

test("what is to be made is claimed on the node before it is there, to the letter", () => {
  const push = `case \${CIB_file-}$* in --patch*) cp "\${0%/*}/state/last-applied.json" "\${0%/*}/claimed" ;; *-Q*) echo '${CIB}' ;; esac`
  const simulated = "echo '<pacemaker-result/>'"
  using box = sandbox({ ...PROGRAMS, cibadmin: push, crm_diff: "echo patch; exit 1", crm_simulate: simulated })
  const env = { PATH: `${box.path}:${process.env.PATH}` }
  const sh = (input: string) => spawnSync("sh", ["-s"], { input, env, encoding: "utf8", timeout: 20_000 })
  const fingerprint = sh(`cibadmin -Q | ${FINGERPRINT}`).stdout.trim()
  const owned = fromLists({ ...toLists(NOTHING_OWNED), resource: ["vip", "it's a $(reboot) * \\n"] })
  const claim = { epoch: 7, owned, secrets: { vip: ["pass  word"] } }
  const script = transactionScript({ from: "", to: "x", fingerprint, claim })
  const { status, stderr } = sh(script.replaceAll(STATE_DIRECTORY, join(box.path, "state")))
  expect(status, stderr).toBe(0)
  expect(parseLastApplied(readFileSync(join(box.path, "claimed"), "utf8"))).toEqual(claim)
})

test("nothing of the configuration is left behind where nobody listens any more", () => {
  const closing = `here=\${0%/*}; read -r _ <"$here/closed"; echo '<pacemaker-result/>'`
  using box = sandbox({ ...PROGRAMS, crm_diff: "exit 0", crm_simulate: closing })
  const temporary = join(box.path, "temporary")
  mkdirSync(temporary)
  spawnSync("mkfifo", [join(box.path, "closed")])
  const env = { PATH: `${box.path}:${process.env.PATH}`, TMPDIR: temporary, HERE: box.path }
  const pipe = `sh -s 2>&1 | { exec <&-; echo >"$HERE/closed"; }`
  spawnSync("sh", ["-c", pipe], { input: simulationScript({ from: CIB, to: CIB }), env, encoding: "utf8" })
  expect(readdirSync(temporary)).toEqual([])
})

describe("resources that are stopped for the change", () => {
  const CALLS = (box: { path: string }) =>
    readFileSync(join(box.path, "calls"), "utf8")
      .split("\n")
      .filter((line) => line.includes("delete-parameter"))
      .map((line) => line.split(" ")[1])
  const first = [{ id: "one" }, { id: "two" }]
  /** The cluster never settles, and the time for it is over at once. */
  const STUCK = {
    ...PROGRAMS,
    crm_diff: "exit 0",
    crm_simulate: `case "$*" in *-L*) exit 1 ;; *) echo '<pacemaker-result/>' ;; esac`,
    date: `n=$(cat "\${0%/*}/now" 2>/dev/null || echo 0); n=$((n + 1000)); echo $n | tee "\${0%/*}/now"`,
  }
  const script = (box: { path: string }, env: NodeJS.ProcessEnv) => {
    const fingerprint = spawnSync("sh", ["-c", `cibadmin -Q | ${FINGERPRINT}`], { env, encoding: "utf8" }).stdout.trim()
    const claim = { epoch: 1, owned: NOTHING_OWNED }
    const whole = transactionScript({ from: CIB, to: CIB, fingerprint, claim, first })
    return whole.replaceAll(STATE_DIRECTORY, join(box.path, "state"))
  }
  const environment = (box: { path: string }) => ({ PATH: `${box.path}:${process.env.PATH}` })

  test("are let go on where it comes to nothing, each of them, though one cannot be", () => {
    using box = sandbox({
      ...STUCK,
      crm_resource: `echo "$@" >>"\${0%/*}/calls"; case "$*" in *'one --meta --delete'*) exit 1 ;; esac`,
    })
    const env = environment(box)
    const { status, stderr } = spawnSync("sh", ["-s"], { input: script(box, env), env, encoding: "utf8" })
    expect(stderr).toContain("not stopped within 120 s: one, two")
    expect(status).toBe(75)
    expect(CALLS(box)).toEqual(["one", "two"])
  })

  test("are let go on where it comes to nothing, though nobody listens any more", () => {
    using box = sandbox({
      ...STUCK,
      // The other end of its output closes while the cluster is waited for.
      crm_simulate: `here=\${0%/*}; case "$*" in *-L*) read -r _ <"$here/closed"; exit 1 ;; *) echo '<pacemaker-result/>' ;; esac`,
      crm_resource: `echo "$@" >>"\${0%/*}/calls"; echo done`,
    })
    const env = { ...environment(box), HERE: box.path }
    spawnSync("mkfifo", [join(box.path, "closed")])
    const pipe = `sh -s 2>&1 >/dev/null | { read -r _; read -r _; exec <&-; echo >"$HERE/closed"; }`
    spawnSync("sh", ["-c", pipe], { input: script(box, env), env, encoding: "utf8" })
    expect(CALLS(box)).toEqual(["one", "two"])
  })

  test("leave alone what became of the nodes meanwhile", () => {
    const cib = (value: string) =>
      `<cib>\n<nodes>\n<node id="1"><nvpair name="standby" value="${value}"/></node>\n</nodes>\n<resources/>\n</cib>`
    using box = sandbox({
      ...STUCK,
      cibadmin: `[ "$1" != -Q ] || cat "\${CIB_file:-\${0%/*}/cib}"`,
      crm_diff: `cat "$3" "$5" >"\${0%/*}/compared"`,
      // An operator drains a node while the cluster is waited for.
      crm_simulate: `case "$*" in *-L*) echo '${cib("on")}' >"\${0%/*}/cib" ;; *) echo '<pacemaker-result/>' ;; esac`,
      crm_resource: "exit 0",
    })
    writeFileSync(join(box.path, "cib"), `${cib("off")}\n`)
    const env = environment(box)
    const { status } = spawnSync("sh", ["-s"], { input: script(box, env), env, encoding: "utf8" })
    expect(status).toBe(0)
    const bare = "<cib>\n<resources/>\n</cib>\n</cib>\n"
    expect(readFileSync(join(box.path, "compared"), "utf8")).toBe(`${bare}${bare}`)
  })
})
