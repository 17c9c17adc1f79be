import { expect, test } from "vitest"
import { settingsOf } from "../../../src/model/section.ts"
import { RABBITMQ } from "../../../src/rabbitmq/settings.ts"
import { parseInventory } from "../parse-inventory.ts"

const HEAD = "name: lab\ncontrollers: { c1: 10.0.0.1, c2: 10.0.0.2, c3: 10.0.0.3 }\n"
const COOKIE = "  cookie: { env: COOKIE }\n"
const of = (text: string) => parseInventory(`${HEAD}rabbitmq:\n${COOKIE}${text}`, "/lab/i.yaml")

test("the section is expanded, with its defaults", () => {
  expect(settingsOf(parseInventory(HEAD, "i.yaml"), RABBITMQ)).toBeUndefined()
  expect(settingsOf(of(""), RABBITMQ)).toEqual({
    on: "controllers",
    cookie: { from: "env", name: "COOKIE" },
    version: undefined,
    users: [],
    vhosts: ["/"],
    policies: [],
    partitionHandling: "pause_minority",
    settings: {},
  })
  const settings = settingsOf(
    of(`  users:
    openstack: { password: { file: pw }, tags: [monitoring], permissions: { /nova: { configure: a, write: b, read: c } } }
  policies: { ttl: { vhost: /cinder, pattern: .*, definition: { message-ttl: 60000 }, priority: 3, applyTo: queues } }
  settings: { vm_memory_high_watermark.relative: 0.3 }
`),
    RABBITMQ,
  )
  expect(settings).toMatchObject({
    users: [
      {
        name: "openstack",
        password: { from: "file", path: "/lab/pw" },
        tags: ["monitoring"],
        permissions: [{ vhost: "/nova", configure: "a", write: "b", read: "c" }],
      },
    ],
    vhosts: ["/", "/nova", "/cinder"],
    policies: [{ vhost: "/cinder", name: "ttl", priority: 3, applyTo: "queues" }],
    settings: { "vm_memory_high_watermark.relative": "0.3" },
  })
})

test.each<[string, string, RegExp]>([
  ["a misspelt key", "  polices: {}\n", /i\.yaml:5:3.*unknown key "polices".*did you mean "policies"/s],
  [
    "a misspelt permission",
    "  users: { a: { password: x, permissions: { /: { configure: a, write: b, raed: c } } } }\n",
    /i\.yaml:5.*unknown key "raed".*did you mean "read"/s,
  ],
  [
    "mirrored queues on 4",
    "  version: 4\n  policies: { all: { pattern: .*, definition: { ha-mode: all } } }\n",
    /i\.yaml:6:\d+.*RabbitMQ 4 has no mirrored queues.*quorum queues/s,
  ],
  ["another version", "  version: 5\n", /i\.yaml:5:12.*expected 3 or 4/s],
  ["hosts that are not there", "  on: loadbalancers\n", /i\.yaml:5:7.*there are no loadbalancers/s],
  [
    "a line that is haops's own",
    "  settings: { listeners.tcp.default: 5672 }\n",
    /i\.yaml:5:15.*haops's own to write/s,
  ],
  [
    "a setting that would be two lines",
    '  settings: { log.file.level: "info\\nloopback_users = none" }\n',
    /i\.yaml:5:.*holds a line's end/s,
  ],
  [
    "a setting whose name would be two",
    '  settings: { "a = b\\nc": 1 }\n',
    /i\.yaml:5:15.*not a key of rabbitmq\.conf/s,
  ],
  [
    "a password in clear",
    "  settings: { default_pass: x }\n",
    /i\.yaml:5:15.*everybody on the host can read.*rabbitmq\.users/s,
  ],
  ["its user", "  settings: { default_user: x }\n", /i\.yaml:5:15.*rabbitmq\.users/s],
  ["a key's password", "  settings: { ssl_options.password: x }\n", /i\.yaml:5:15.*everybody on the host can read/s],
  [
    "a policy of nothing",
    "  policies: { p: { pattern: .*, definition: {} } }\n",
    /i\.yaml:5.*a policy without a key does nothing/s,
  ],
])("refused while reading, with its line: %s", (_what, text, message) => {
  expect(() => of(text)).toThrow(message)
})

test("a cookie in plain text is refused, and a member's name with a dot", () => {
  expect(() => parseInventory(`${HEAD}rabbitmq: { cookie: secret }\n`, "i.yaml")).toThrow(/rabbitmq\.cookie/)
  const dotted = "name: lab\ncontrollers: { c1.lab: 10.0.0.1 }\nrabbitmq: { cookie: { env: C } }\n"
  expect(() => parseInventory(dotted, "i.yaml")).toThrow(/i\.yaml:2:16.*short names/s)
})

test("mirrored queues are taken where no version is said, or 3", () => {
  const policy = "  policies: { all: { pattern: .*, definition: { ha-mode: all } } }\n"
  expect(of(policy).warnings).toEqual([])
  expect(of(`  version: 3\n${policy}`).warnings).toEqual([])
})

test("a password in plain text is warned of, and that of two members each is a minority", () => {
  expect(of("  users: { a: { password: x } }\n").warnings).toEqual([
    expect.stringContaining("rabbitmq.users.a.password: a secret in plain text"),
  ])
  const two = "name: lab\ncontrollers: { c1: 10.0.0.1, c2: 10.0.0.2 }\nrabbitmq: { cookie: { env: C } }\n"
  expect(parseInventory(two, "i.yaml").warnings).toEqual([expect.stringContaining("the other pauses")])
})
