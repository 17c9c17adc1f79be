import { expect, test } from "vitest"
import { KEYSTONE } from "../../../src/keystone/settings.ts"
import { settingsOf } from "../../../src/model/section.ts"
import { parseInventory } from "../parse-inventory.ts"
import { GALERA, HAPROXY, HEAD, inventoryOf } from "./support.ts"

test("the section is expanded, with its defaults", () => {
  expect(settingsOf(parseInventory(HEAD, "i.yaml"), KEYSTONE)).toBeUndefined()
  const at = (port: number, path = "") => `http://10.0.0.11:${port}${path}`
  const all = (url: string) => ({ public: url, internal: url, admin: url })
  expect(
    settingsOf(inventoryOf("  endpoints: { image: { port: 9292 }, compute: { port: 8774, path: /v2.1 } }\n"), KEYSTONE),
  ).toEqual({
    on: "controllers",
    admin: { password: { from: "file", path: "/lab/admin" } },
    region: "RegionOne",
    urls: all(at(5000)),
    database: {
      name: "keystone",
      user: "keystone",
      password: { from: "env", name: "DB" },
      address: "10.0.0.11",
      port: 3306,
    },
    fernet: { maxActiveKeys: 3 },
    services: [
      { type: "image", name: "glance", urls: all(at(9292)) },
      { type: "compute", name: "nova", urls: all(at(8774, "/v2.1")) },
    ],
    vips: ["10.0.0.11"],
  })
})

test("internal and admin endpoints may be at other VIPs, and are https where haproxy ends TLS", () => {
  const head = HEAD.replace("10.0.0.11/24", "10.0.0.11/24\n  inside: 10.0.0.10/24")
  const services = `haproxy:
  services:
    - { preset: galera, vip: inside }
    - { name: keystone, vip: public, port: 5000, mode: http, tls: { certificate: cert.pem } }
    - { name: keystone-inside, vip: inside, port: 5000, mode: http }
`
  const yaml =
    "keystone: { admin: { password: { env: A } }, vip: { public: public, internal: inside, admin: inside } }\n"
  const settings = settingsOf(parseInventory(`${head}${services}${GALERA}${yaml}`, "/lab/i.yaml"), KEYSTONE)
  expect(settings?.urls).toEqual({
    public: "https://10.0.0.11:5000",
    internal: "http://10.0.0.10:5000",
    admin: "http://10.0.0.10:5000",
  })
  expect(settings?.database.address).toBe("10.0.0.10")
})

test.each<[string, string, RegExp]>([
  ["a misspelt key", "  fernet: { maxActivKeys: 3 }\n", /unknown key "maxActivKeys".*did you mean "maxActiveKeys"/s],
  ["fewer keys than a rotation takes", "  fernet: { maxActiveKeys: 2 }\n", /keystone\.fernet\.maxActiveKeys/],
  ["a database that is not there", "  database: idp\n", /keystone\.database: its database is not there.*no idp/],
  ["Keystone among the others", "  endpoints: { identity: { port: 5000 } }\n", /identity: is Keystone itself/],
  [
    "a VIP of an endpoint",
    "  endpoints: { image: { port: 1, vip: pubic } }\n",
    /image\.vip: there is no VIP "pubic"; did you mean "public"/,
  ],
])("refused while reading: %s", (_what, more, message) => {
  expect(() => inventoryOf(more)).toThrow(message)
})

test.each<[string, string, RegExp]>([
  ["no galera", `${HEAD}${HAPROXY}`, /its database is not there: galera\.databases has no keystone/],
  [
    "nobody who serves the database",
    `${HEAD}${HAPROXY.replace(/.*galera.*\n/, "")}${GALERA}`,
    /haproxy serves its database at no VIP.*preset: galera/,
  ],
  [
    "nobody who serves Keystone",
    `${HEAD}${HAPROXY.replace(/.*keystone.*\n/, "")}${GALERA}`,
    /keystone\.vip: haproxy does not serve Keystone at public/,
  ],
  ["no such VIP", `${HEAD.replace("public:", "front:")}${HAPROXY}${GALERA}`, /keystone\.vip: there is no VIP "public"/],
])("refused while reading: %s", (_what, text, message) => {
  expect(() => parseInventory(`${text}keystone: { admin: { password: { env: A } }, vip: public }\n`, "i.yaml")).toThrow(
    message,
  )
})

test("the admin's password in plain text is warned of", () => {
  const text = `${HEAD}${HAPROXY}${GALERA}keystone: { admin: { password: secret }, vip: public }\n`
  expect(parseInventory(text, "i.yaml").warnings).toContainEqual(
    expect.stringContaining("keystone.admin.password: a secret in plain text"),
  )
})
