import { expect, test } from "vitest"
import { Secret } from "../../../src/base/secret.ts"
import {
  type Definitions,
  definitionsDocument,
  definitionsDrift,
  foreign,
  missing,
} from "../../../src/rabbitmq/definitions.ts"
import { isHashOf, rabbitHash, SHA256 } from "../../../src/rabbitmq/password.ts"
import { rabbitmqDefinitions } from "../../../src/rabbitmq/steps/rabbitmq-definitions.ts"
import { membersOf, running, state } from "./support.ts"

const PASSWORD = new Secret("test12")
const want: Definitions = {
  users: [{ name: "openstack", password: PASSWORD, tags: ["monitoring"] }],
  vhosts: ["/", "/nova"],
  permissions: [{ user: "openstack", vhost: "/", configure: ".*", write: ".*", read: ".*" }],
  policies: [{ vhost: "/", name: "ttl", pattern: ".*", definition: { b: 1, a: "x" }, priority: 0, applyTo: "all" }],
}
const done = running(["c1"], {
  users: [{ name: "openstack", tags: ["monitoring"], hash: rabbitHash(PASSWORD), algorithm: SHA256 }],
  vhosts: ["/nova", "/"],
  permissions: [{ user: "openstack", vhost: "/", configure: ".*", write: ".*", read: ".*" }],
  policies: [{ vhost: "/", name: "ttl", pattern: ".*", "apply-to": "all", definition: { a: "x", b: 1 }, priority: 0 }],
})
const seen = (have: typeof done) => definitionsDrift(want, have).map(({ attribute, have }) => `${attribute}: ${have}`)

test("hashes are RabbitMQ's own, as its documentation computes one", () => {
  // https://www.rabbitmq.com/docs/passwords#computing-password-hash
  const salt = Buffer.from("908DC60A", "hex")
  expect(rabbitHash(PASSWORD, salt)).toBe("kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR")
  expect(isHashOf(PASSWORD, { hash: rabbitHash(PASSWORD), algorithm: SHA256 })).toBe(true)
  expect(isHashOf(new Secret("test13"), { hash: rabbitHash(PASSWORD), algorithm: SHA256 })).toBe(false)
  expect(isHashOf(PASSWORD, { hash: rabbitHash(PASSWORD), algorithm: "rabbit_password_hashing_sha512" })).toBe(false)
})

test("what is there is left alone, in whatever order it is told", () => {
  expect(seen(done)).toEqual([])
})

test.each<[string, Partial<typeof done>, string[]]>([
  [
    "a password",
    { users: [{ ...done.users[0]!, hash: rabbitHash(new Secret("old")) }] },
    ["user openstack: another password"],
  ],
  ["tags", { users: [{ ...done.users[0]!, tags: [] }] }, ["user openstack: as in the inventory, no tags"]],
  ["a virtual host", { vhosts: ["/"] }, ["vhost /nova: absent"]],
  [
    "permissions",
    { permissions: [{ ...done.permissions[0]!, read: "" }] },
    [`openstack's permissions in /: ".*" ".*" ""`],
  ],
  ["a policy", { policies: [{ ...done.policies[0]!, priority: 1 }] }, [`policy ttl of /: ".*" all {"a":"x","b":1} 1`]],
])("what differs is seen: %s", (_what, change, drift) => {
  expect(seen({ ...done, ...change })).toEqual(drift)
})

test("only what is missing is imported, with hashes in place of passwords", () => {
  const lacking = missing(want, { ...done, users: [], vhosts: ["/"] })
  const document = definitionsDocument(lacking, "3.10.8")
  expect(String(document)).toBe("[secret]")
  const { users, ...rest } = JSON.parse(document.reveal()) as { users: { password_hash: string }[] }
  expect(rest).toEqual({ vhosts: [{ name: "/nova" }], permissions: [], policies: [] })
  expect(users).toEqual([
    { name: "openstack", tags: ["monitoring"], hashing_algorithm: SHA256, password_hash: expect.any(String) },
  ])
  expect(isHashOf(PASSWORD, { hash: users[0]!.password_hash, algorithm: SHA256 })).toBe(true)
  expect(document.reveal()).not.toContain("test12")
  expect(JSON.parse(definitionsDocument(lacking, "3.8.9").reveal()).users[0].tags).toBe("monitoring")
})

test("those of others are told and left alone; the package's user goes with a new broker alone", () => {
  const others = {
    ...done,
    users: [...done.users, { name: "x", tags: [], hash: "", algorithm: SHA256 }],
    vhosts: ["/", "/nova", "/y"],
  }
  expect(foreign(want, others)).toEqual(["user x", "vhost /y"])
  const of = (have: typeof done) => {
    const members = membersOf({ c1: state(have) }, "c1")
    const wanted = { host: "c1", members: ["c1"], definitions: want }
    const drift = rabbitmqDefinitions.check(wanted, members)
    return {
      guest: drift.some(({ attribute }) => attribute === "user guest"),
      labels: rabbitmqDefinitions
        .plan(wanted, members, drift)
        .map((action) => (action.type === "run" ? action.label : "")),
      notes: rabbitmqDefinitions.standing?.(wanted, members).notes,
    }
  }
  expect(of(running(["c1"]))).toEqual({
    guest: true,
    // A run that ends between the two leaves none whose password is known.
    labels: [
      "delete the package's user guest",
      "import vhost /nova, user openstack, permissions of openstack in /, policy ttl",
    ],
    notes: [],
  })
  expect(of(others)).toEqual({
    guest: false,
    labels: [],
    notes: ["RabbitMQ: not in the inventory, left alone: user x and vhost /y"],
  })
})

test("the import has neither password nor hash in its command line", () => {
  const members = membersOf({ c1: state(running(["c1"])) }, "c1")
  const wanted = { host: "c1", members: ["c1"], definitions: want }
  const action = rabbitmqDefinitions.plan(wanted, members, rabbitmqDefinitions.check(wanted, members)).at(-1)
  expect(action).toMatchObject({ label: expect.stringContaining("import") })
  expect(JSON.stringify(action)).not.toContain("test12")
  expect(JSON.stringify(action)).not.toContain("password_hash")
})

test("a new broker alone gets nothing while the others are silent: it may be a wiped member of theirs", () => {
  const wanted = { host: "c1", members: ["c1", "c2", "c3"], definitions: want }
  const findings = (have: typeof done, missing: readonly string[]) =>
    rabbitmqDefinitions.findings?.(wanted, { ...membersOf({ c1: state(have) }, "c1"), missing })
  expect(findings(running(["c1"]), ["c2", "c3"])).toMatchObject([
    { severity: "error", message: expect.stringContaining("c2 and c3 do not answer") },
  ])
  expect(findings(running(["c1"]), [])).toEqual([])
  expect(findings(running(["c1", "c2"]), ["c3"])).toEqual([])
  expect(findings(done, ["c2", "c3"])).toEqual([])
})
