import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { reveal, type Secret } from "../../../src/base/secret.ts"
import type { Action } from "../../../src/model/action.ts"
import type { HostFacts } from "../../../src/model/host-facts.ts"
import type { Members } from "../../../src/model/step.ts"
import { beliefOf } from "../../../src/pacemaker/belief.ts"
import { type CibHave, cibProbe } from "../../../src/pacemaker/cib-probe.ts"
import { markCib } from "../../../src/pacemaker/edit/mark-cib.ts"
import {
  type ClusterIdentity,
  fromLists,
  type LastApplied,
  ownershipOf,
  parseLastApplied,
} from "../../../src/pacemaker/ownership.ts"
import { markOf } from "../../../src/pacemaker/record-mark.ts"
import { cib } from "../../../src/pacemaker/steps/cib.ts"
import { cibRecord } from "../../../src/pacemaker/steps/cib-record.ts"
import { desired, resource } from "../../cases/pacemaker/desires.ts"

const XML = `<cib admin_epoch="0" epoch="40" num_updates="3" have-quorum="1"><configuration>
<resources><primitive id="vip" class="ocf" provider="heartbeat" type="IPaddr2"/><primitive id="theirs" class="ocf" provider="heartbeat" type="Dummy"/></resources>
</configuration></cib>`
const facts = { versions: { pcs: "0.12.0", pacemaker: "3.0.0" }, pcsCapabilities: new Set() } as unknown as HostFacts
const HERE = { uuid: "u1", key: "k1" }
const EMPTY = { property: [], "resource-default": [], "operation-default": [], constraint: [] }
const want = { shell: "auto" as const, desired: desired({ resources: [resource("vip", "ocf:heartbeat:IPaddr2")] }) }

function record(epoch: number, cluster: ClusterIdentity | undefined, ...ids: string[]): LastApplied {
  return { epoch, ...(cluster === undefined ? {} : { cluster }), owned: fromLists({ ...EMPTY, resource: ids }) }
}

function have(lastApplied?: LastApplied, identity: ClusterIdentity | undefined = HERE, text: string = XML): CibHave {
  const read = cibProbe().parse({ stdout: `cluster up\n${text}\n`, stderr: "" })
  return { ...read, lastApplied, identity }
}

function members(...all: CibHave[]): Members<CibHave> {
  const each = all.map((one, index) => ({ host: `n${index + 1}`, have: one, facts }))
  return { elected: each[0]!, all: each, missing: [] }
}

const deleted = (of: Members<CibHave>) => cib.check(want, of).map(({ attribute }) => attribute)
const said = (of: Members<CibHave>) => beliefOf(of).findings.map(({ message }) => message)

/** What a transaction writes down as haops's own. */
function claimIn([transaction]: readonly Action[]): LastApplied {
  const script = transaction?.type === "run" ? reveal(transaction.stdin as Secret) : ""
  return parseLastApplied(/\{"epoch":.*(?=\n)/.exec(script)?.[0] ?? "")!
}

describe("an ownership record", () => {
  test("of the cluster counts, and so does its key where an older pcs gave it no id", () => {
    const of = members(have(record(30, HERE, "vip", "theirs")))
    expect(deleted(of)).toEqual(["resource theirs"])
    expect(deleted(members(have(record(30, { key: "k1" }, "vip", "theirs"))))).toEqual(["resource theirs"])
    expect(said(of)).toEqual([])
  })

  test("of a cluster that was before, brought back by a host that was away, is not believed, and that is said", () => {
    const of = members(have(record(30, HERE, "vip")), have(record(39, { uuid: "u0", key: "k0" }, "vip", "theirs")))
    expect(deleted(of)).toEqual([])
    expect(said(of)).toEqual(["n2's record of what haops created is of another cluster: it is not used"])
    expect(cib.findings?.(want, of)).toMatchObject([{ severity: "warning" }])
  })

  test("that is ahead of the CIB tells of what a restored one has given up", () => {
    const of = members(have(record(30, HERE, "vip")), have(record(50, HERE, "vip", "theirs")))
    expect(deleted(of)).toEqual([])
    expect(said(of)[0]).toContain("restored or recreated")
  })

  test("of before another configuration was put in place is not believed, though that has come further by now", () => {
    const put = (lastApplied: LastApplied) => {
      const read = cibProbe().parse({
        stdout: `cluster up\n${XML.replace('admin_epoch="0"', 'admin_epoch="1"')}\n`,
        stderr: "",
      })
      return { ...read, lastApplied, identity: HERE }
    }
    const old = record(30, HERE, "vip", "theirs")
    const anew = { ...record(20, HERE, "vip"), admin: 1 }
    const of = members(put(anew), put(old))
    expect(deleted(of)).toEqual([])
    expect(said(of)).toEqual([
      "n2's record of what haops created is of before another configuration was put in place (admin_epoch 0, now 1): it is not used",
    ])
    // Before it makes anything: else a run that is cut short there would leave it without an owner.
    const claim = claimIn(cib.plan(want, members(put(anew)), []))
    expect(claim).toMatchObject({ epoch: 40, admin: 1 })
    expect(said(members(put(claim)))).toEqual([])
    const wanted = { ...EMPTY, resource: ["vip"] }
    const written = cibRecord.plan(wanted, put(old), [], facts).at(-1)
    const content = written?.type === "put" ? String(written.content) : ""
    expect(parseLastApplied(content)).toMatchObject({ epoch: 40, admin: 1 })
    expect(deleted(members(put({ ...record(30, HERE, "vip", "theirs"), admin: 1 })))).toEqual(["resource theirs"])
  })

  test("of before a configuration was restored is not believed, however far that has come by now", () => {
    const at = (mark: string, lastApplied?: LastApplied) => have(lastApplied, HERE, markCib(XML, mark))
    const old = { ...record(30, HERE, "vip", "theirs"), marks: ["then"] }
    const now = { ...record(20, HERE, "vip"), marks: ["now"] }
    const of = members(at("now", now), at("now", old))
    expect(deleted(of)).toEqual([])
    expect(said(of)).toEqual([
      "n2's record of what haops created is of another state of the cluster's configuration: it is not used",
    ])
    const [drift] = cibRecord.check({ ...EMPTY, resource: ["vip"] }, at("now", old), facts)
    expect(drift?.have).toBe("is of another state of the cluster's configuration")
    // Nothing is to be said of a host that was away while haops gave up what is not there any more.
    expect(said(members(at("now", now), at("now", { ...record(30, HERE, "vip", "gone"), marks: ["then"] })))).toEqual(
      [],
    )
    // What was put back to a state that haops has left is not what its records are about, nor is one without any.
    const left = { ...record(20, HERE, "vip", "theirs"), marks: ["now"] }
    expect(deleted(members(at("now", left)))).toEqual(["resource theirs"])
    expect(deleted(members(at("then", left)))).toEqual([])
    expect(said(members(have(now)))[0]).toContain("which was restored or recreated")
    // An older haops left no mark in its records, nor in the CIB.
    expect(deleted(members(have(record(30, HERE, "vip", "theirs"))))).toEqual(["resource theirs"])
    expect(deleted(members(at("now", record(30, HERE, "vip", "theirs"))))).toEqual([])
  })

  test("is believed under its mark alone: before the push of a change and after it, and not after both were undone", () => {
    const before = { ...record(30, HERE, "theirs", "vip"), marks: ["before"] }
    const state = have(before, HERE, markCib(XML, "before"))
    const [transaction] = cib.plan(want, members(state), [])
    const claim = claimIn([transaction!])
    const next = markOf(ownershipOf(want.desired))
    expect(claim.marks).toEqual(["before", next])
    for (const mark of ["before", next])
      expect(deleted(members(have(claim, HERE, markCib(XML, mark)))), mark).toEqual(["resource theirs"])
    expect(deleted(members(have(claim, HERE, markCib(XML, "long ago"))))).toEqual([])
    // Recorded, it is about the new state alone, though it names the same.
    const wanted = { ...EMPTY, resource: ["theirs", "vip"] }
    const after = have(claim, HERE, markCib(XML, next))
    expect(cibRecord.check(wanted, after, facts)[0]?.have).toBe("is of a change that was on its way")
    const put = cibRecord.plan(wanted, after, [], facts).at(-1)
    const written = parseLastApplied(put?.type === "put" ? String(put.content) : "")!
    expect(written.marks).toEqual([next])
    expect(cibRecord.check(wanted, { ...after, lastApplied: written }, facts)).toEqual([])
  })

  test("gets no other mark by a change that leaves to haops what it had", () => {
    const mine = { ...record(30, HERE, "vip"), marks: ["mine"] }
    const claim = claimIn(cib.plan(want, members(have(mine, HERE, markCib(XML, "mine"))), []))
    expect(claim.marks).toEqual(["mine"])
  })

  test("without a cluster is taken over where all agree, with a note", () => {
    const of = members(have(record(30, undefined, "vip", "theirs")), have(record(30, undefined, "vip", "theirs")))
    expect(deleted(of)).toEqual(["resource theirs"])
    expect(said(of)).toEqual([])
    expect(cib.standing?.(want, of)?.notes).toContainEqual(expect.stringContaining("name no cluster"))
  })

  test("without a cluster counts for what all of them name, and for nothing beside one that names it", () => {
    const of = members(have(record(30, undefined, "vip")), have(record(39, undefined, "vip", "theirs")))
    expect(deleted(of)).toEqual([])
    expect(said(of)).toEqual([expect.stringContaining("only what is in all of them")])
    const beside = members(have(record(30, HERE, "vip")), have(record(39, undefined, "vip", "theirs")))
    expect(deleted(beside)).toEqual([])
  })

  test("is written anew with the cluster's identity, without what was not believed", () => {
    const wanted = { ...EMPTY, resource: ["vip"] }
    const written = (state: CibHave) => {
      const [drift] = cibRecord.check(wanted, state, facts)
      const put = cibRecord.plan(wanted, state, [], facts).at(-1)
      return [drift?.have, put?.type === "put" && put.content]
    }
    const fresh = expect.stringMatching(/^\{"epoch":40,"cluster":\{"uuid":"u1","key":"k1"\},.*"resource":\["vip"\]/)
    expect(written(have(record(50, HERE, "theirs")))).toEqual([expect.stringContaining("is newer"), fresh])
    expect(written(have(record(9, { uuid: "u0" }, "theirs")))).toEqual(["is of another cluster", fresh])
    expect(written(have(record(9, undefined, "vip")))).toEqual(["names no cluster", fresh])
    expect(cibRecord.check(wanted, have(record(9, HERE, "vip")), facts)).toEqual([])
  })
})

test("the identity is read from corosync's own files", () => {
  const directory = mkdtempSync(join(tmpdir(), "haops-identity-"))
  const look = () => {
    const script = cibProbe().script.replaceAll("/etc/corosync", directory)
    const stdout = execFileSync("sh", ["-c", script], { encoding: "utf8", env: { PATH: "/usr/bin:/bin" } })
    return cibProbe().parse({ stdout, stderr: "" }).identity
  }
  expect(look()).toBeUndefined()
  writeFileSync(join(directory, "authkey"), "secret")
  const key = expect.stringMatching(/^[0-9a-f]{64}$/)
  expect(look()).toEqual({ key })
  writeFileSync(join(directory, "corosync.conf"), "totem {\n  version: 2\n    cluster_uuid: 7c5d\n}\n")
  expect(look()).toEqual({ uuid: "7c5d", key })
  rmSync(directory, { recursive: true })
})
