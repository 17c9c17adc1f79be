import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { fc, test } from "@fast-check/vitest"
import { expect } from "vitest"
import { FINGERPRINT } from "../../../src/pacemaker/fingerprint.ts"
import { NOTHING_OWNED } from "../../../src/pacemaker/ownership.ts"
import { transactionScript } from "../../../src/pacemaker/transaction.ts"
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

test.prop([values, values], { numRuns: 40 })(
  "both texts get to the node to the letter, whatever the inventory has in them",
  (from, to) => {
    using box = sandbox(PROGRAMS)
    const env = { PATH: `${box.path}:${process.env.PATH}` }
    const sh = (script: string) => spawnSync("sh", ["-s"], { input: script, env, encoding: "utf8" })
    const fingerprint = sh(`cibadmin -Q | ${FINGERPRINT}`).stdout.trim()
    const claim = { epoch: 1, owned: NOTHING_OWNED }
    const { status } = sh(transactionScript({ from, to, fingerprint, claim }))
    expect(status).not.toBe(0)
    expect(readFileSync(join(box.path, "compared"), "utf8")).toBe(`${from}\0${to}`)
  },
)
