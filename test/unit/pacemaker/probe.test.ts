import { execFileSync } from "node:child_process"
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { cibProbe } from "../../../src/pacemaker/cib-probe.ts"
import { FINGERPRINT } from "../../../src/pacemaker/fingerprint.ts"

let bin: string

beforeAll(() => {
  bin = mkdtempSync(join(tmpdir(), "haops-cib-probe-"))
  const xml = `<cib admin_epoch="0" epoch="7" num_updates="3" have-quorum="0">
  <configuration>
    <resources/>
  </configuration>
  <status>
    <node_state id="1"/>
  </status>
</cib>`
  writeFileSync(join(bin, "cibadmin"), `#!/bin/sh\necho '${xml}'\n`)
  chmodSync(join(bin, "cibadmin"), 0o755)
})
afterAll(() => rmSync(bin, { recursive: true }))

function look(cluster?: string) {
  const { script, parse } = cibProbe(cluster)
  return parse({ stdout: sh(script), stderr: "" })
}

function sh(script: string): string {
  const env = { PATH: `${bin}:${process.env.PATH}` }
  return execFileSync("sh", ["-c", script], { encoding: "utf8", env })
}

test("where the cluster has no name, the one that runs is meant", () => {
  expect(look()).toMatchObject({ cluster: "up", cib: { version: { epoch: 7 } } })
})

test("what is planned from is known again by the transaction, which reads the whole CIB", () => {
  expect(look().fingerprint).toBe(sh(`cibadmin -Q | ${FINGERPRINT}`).trim())
})

// Debian starts a one-node cluster on installation, which has no quorum for its first 20 s: nothing to compare with.
test("a cluster that is not the one in corosync.conf by name counts as down", () => {
  expect(look("no-cluster-of-this-machine")).toMatchObject({ cluster: "down", cib: { resources: [] } })
})
