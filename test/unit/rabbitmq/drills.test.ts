import { expect, test } from "vitest"
import { Secret } from "../../../src/base/secret.ts"
import type { ServiceAim } from "../../../src/model/drill.ts"
import { drills } from "../../../src/rabbitmq/drills.ts"
import { lookOf } from "../look.ts"
import { parseInventory } from "../parse-inventory.ts"
import { facts } from "../step-harness.ts"

const ALL = "{ configure: .*, write: .*, read: .* }"

function aim(users: string, hosts = "{ c1: 10.0.0.1, c2: 10.0.0.2, c3: 10.0.0.3 }"): ServiceAim | string {
  const text = `name: lab\ncontrollers: ${hosts}\nrabbitmq: { cookie: { env: C }, users: { ${users} } }\n`
  const inventory = parseInventory(text, "lab.yaml")
  const live = inventory.hosts.map((host) => ({ host, facts: facts({ host: host.name }) }))
  return drills[0]!.aim({ ...lookOf(inventory, {}), live })
}

test("the first member is hit, where a client is that knows all of them and may use the queue", () => {
  const only = "a: { password: { env: A }, permissions: { /: { configure: ^a, write: .*, read: .* } } }"
  const found = aim(`${only}, b: { password: { env: B }, permissions: { /nova: ${ALL} } }`)
  if (typeof found === "string") throw new Error(found)
  expect(found).toMatchObject({ node: "c1", client: { host: "c2", what: "messages" } })
  expect(JSON.parse(found.client.login(() => new Secret("p")).reveal())).toEqual({
    hosts: ["10.0.0.1", "10.0.0.2", "10.0.0.3"],
    ...{ port: 5672, user: "b", password: "p", vhost: "/nova", queue: "haops-drill" },
  })
  expect(found.words.join(" ")).toContain("as b")
})

test("it is refused where nobody may use the queue, or a member that is left would pause", () => {
  expect(aim("a: { password: { env: A } }")).toMatch("no user of rabbitmq.users")
  expect(aim(`a: { password: { env: A }, permissions: { /: ${ALL} } }`, "{ c1: 10.0.0.1, c2: 10.0.0.2 }")).toMatch(
    "of 2 members",
  )
})
